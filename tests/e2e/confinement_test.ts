// Goal: whoever makes the service execute code of their own has no shell. Method: the debugger of the
// runtime, which SIGUSR1 opens to the user of the process, evaluates code inside the real service.
import { assertEquals, assertMatch } from "@std/assert";
import { Program } from "../support/program.ts";
import { waitFor } from "../support/wait.ts";

/** What the code tries. Each that works gives "done", each other the name of the error. */
const ATTEMPTS = `(async () => {
  const self = Deno.env.get("HTTPCFG_EXE") ?? Deno.execPath();
  const tries = {
    sh: () => new Deno.Command("/bin/sh", { args: ["-c", "id"] }).outputSync(),
    lister: () => new Deno.Command("/bin/cat").spawn(),
    editor: () => {
      const env = { VISUAL: "/bin/true" };
      new Deno.Command(self, { args: ["config", "edit"], env }).outputSync();
    },
    self: () => new Deno.Command(self, { args: ["--version"] }).outputSync(),
    kill: () => Deno.kill(1, "SIGCONT"),
    proc: () => Deno.readTextFileSync("/proc/1/environ"),
    library: () => Deno.dlopen("/lib/x86_64-linux-gnu/libc.so.6", {}),
    asked: async () => {
      const { state } = await Deno.permissions.query({ name: "run", command: "sh" });
      if (state === "granted") return;
      throw Object.assign(new Error(), { name: "NotCapable" });
    },
  };
  const results = {};
  for (const [name, attempt] of Object.entries(tries)) {
    try { await attempt(); results[name] = "done"; } catch (error) { results[name] = error.name; }
  }
  return JSON.stringify(results);
})()`;

Deno.test({
  name: "code inside the service starts no program",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    await using program = await Program.make();
    const service = await program.serve();
    await waitFor(() => catchesUsr1(service.pid), "the runtime to catch the signal");
    service.signal("SIGUSR1");
    let address: string | null = null;
    await waitFor(async () => (address = await debuggerAddress()) !== null, "the debugger");
    const results = JSON.parse(await evaluate(address!, ATTEMPTS)) as Record<string, string>;
    assertEquals([...new Set(Object.values(results))], ["NotCapable"], JSON.stringify(results));
    // It still sees who has a port.
    using listener = Deno.listen({ hostname: "127.0.0.2", port: 0 });
    const { port } = listener.addr;
    await program.do(["site", "add", "other", "--bind", `127.0.0.2:${port}:`, "--respond", "x"]);
    const { out, err } = await program.run("reload");
    assertMatch(out + err, new RegExp(`held by \\S+ \\(pid ${Deno.pid}, `));
  },
});

/** Reports whether a process has a handler for SIGUSR1, which the runtime installs late. */
function catchesUsr1(pid: number): boolean {
  const [, mask = "0"] = /SigCgt:\s*([0-9a-f]+)/.exec(
    Deno.readTextFileSync(`/proc/${pid}/status`),
  )!;
  return (BigInt(`0x${mask}`) & (1n << 9n)) !== 0n;
}

/** Returns where the debugger of the runtime listens; null if it does not. */
async function debuggerAddress(): Promise<string | null> {
  try {
    const response = await fetch("http://127.0.0.1:9229/json/list");
    const [target] = await response.json() as { webSocketDebuggerUrl: string }[];
    return target?.webSocketDebuggerUrl ?? null;
  } catch {
    return null;
  }
}

/** Returns the text that `expression` evaluates to. */
async function evaluate(address: string, expression: string): Promise<string> {
  const socket = new WebSocket(address);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  socket.onopen = (): void =>
    socket.send(JSON.stringify({
      id: 1,
      method: "Runtime.evaluate",
      params: { expression, awaitPromise: true, returnByValue: true },
    }));
  socket.onmessage = ({ data }): void => {
    const { id, result } = JSON.parse(data);
    if (id === 1) resolve(result.result.value);
  };
  socket.onerror = (): void => reject(new Error("no debugger"));
  const value = await promise;
  const closed = new Promise((done) => socket.onclose = done);
  socket.close();
  await closed;
  return value;
}
