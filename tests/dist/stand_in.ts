/**
 * A small stand-in for the program. It shows what a build does to any program: its version, its
 * arguments, its exit status, its signals, starting itself, and a part that is loaded on demand.
 */
import { execFileSync } from "node:child_process";
import { COMMIT, VERSION } from "../../mod/base/version.ts";
import { confineService } from "../../mod/host/process/confinement.ts";
import { readLinks } from "../../mod/listen/machine/ask_system.ts";
import { findListeners } from "../../mod/listen/machine/port_owners.ts";

function print(value: unknown): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}

/** What code inside the service gets if it tries to start a program, and what it can still list. */
async function attempts(): Promise<Record<string, unknown>> {
  const self = Deno.env.get("HTTPCFG_EXE") ?? "";
  const tries: Record<string, () => unknown> = {
    sh: () => new Deno.Command("/bin/sh", { args: ["-c", "id"] }).outputSync(),
    true: () => new Deno.Command("true").spawn(),
    editor: () => new Deno.Command(self, { args: ["--edit", "/dev/null"] }).outputSync(),
    self: () => new Deno.Command(self, { args: ["exit", "5"] }).outputSync(),
    runtime: () => new Deno.Command(Deno.execPath(), { args: ["eval", "1"] }).outputSync(),
    node: () => execFileSync("/bin/sh", ["-c", "id"]),
    kill: () => Deno.kill(1, "SIGCONT"),
    proc: () => Deno.readTextFileSync("/proc/1/environ"),
    library: () => Deno.dlopen("/lib/x86_64-linux-gnu/libc.so.6", {}),
  };
  const results: Record<string, unknown> = {};
  for (const [name, attempt] of Object.entries(tries)) {
    try {
      await attempt();
      results[name] = "done";
    } catch (error) {
      results[name] = error instanceof Deno.errors.NotCapable ? "NotCapable" : String(error);
    }
  }
  const script = 'new Deno.Command("/bin/sh").outputSync()';
  const source = `try { ${script}; postMessage("done") } catch (e) { postMessage(e.name) }`;
  const worker = new Worker(`data:application/javascript,${encodeURIComponent(source)}`, {
    type: "module",
  });
  results["worker"] = await new Promise((resolve) =>
    worker.onmessage = ({ data }) => resolve(data)
  );
  worker.terminate();
  results["asked"] = (await Deno.permissions.request({ name: "run", command: "sh" })).state;
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { owners } = await findListeners(new Set([listener.addr.port]));
  results["owners"] = owners.map(({ pid }) => pid === Deno.pid);
  results["links"] = [...(await readLinks()).names.keys()].includes("lo");
  return results;
}

const [command, argument = ""] = Deno.args;
switch (command) {
  case "exit":
    Deno.exitCode = Number(argument);
    break;
  case "lazy":
    print((await import("./stand_in_lazy.ts")).joined());
    break;
  case "self": {
    const command = new Deno.Command(Deno.env.get("HTTPCFG_EXE") ?? "", { args: ["exit", "5"] });
    print(command.outputSync().code);
    break;
  }
  case "run":
    print(new Deno.Command(argument).outputSync().code);
    break;
  case "confined":
    await confineService([]);
    print(await attempts());
    Deno.exit(); // the shell that lists lives as long as this process
    break;
  case "wait":
    Deno.addSignalListener("SIGTERM", () => Deno.exit(7));
    print(Deno.pid);
    setInterval(() => {}, 60_000);
    break;
  default:
    print({
      version: VERSION,
      commit: COMMIT,
      args: Deno.args,
      argv0: Deno.env.get("HTTPCFG_ARGV0"),
      runtime: Deno.execPath(),
    });
}
