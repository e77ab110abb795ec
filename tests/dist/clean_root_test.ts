// Goal: the built file alone completes the walk-through of KB 813368 on a machine with only a
// shell. Method: a new root directory with the shell, a dozen small tools and the C library; no
// Deno, no Node, no environment. The built file, in whichever form, is called in it as a person
// would.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort } from "../support/ports.ts";
import { START_NOTE } from "../support/program.ts";
import { waitFor } from "../support/wait.ts";
import { makeRoot } from "./clean_root.ts";
import { buildProgram, has, run, type RunResult } from "./support.ts";

const IS_POSSIBLE = Deno.build.os === "linux" && Deno.uid() === 0 && await has("nsenter") &&
  await has("unshare") && await has("chroot");

interface Sandbox {
  httpcfg(home: string, ...words: string[]): Promise<RunResult>;
  /** Calls the program through a link with this name. */
  tool(name: string, home: string, ...words: string[]): Promise<RunResult>;
  close(): Promise<void>;
}

/** Opens a mount namespace in which the root has /proc and /dev; they disappear with it. */
async function openSandbox(root: string): Promise<Sandbox> {
  const hold =
    `mount --rbind /proc ${root}/proc && mount --rbind /dev ${root}/dev && echo open && cat`;
  const holder = new Deno.Command("unshare", {
    args: ["-m", "/bin/sh", "-c", hold],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = holder.stdout.getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), "open\n");
  const tool = (name: string, home: string, ...words: string[]): Promise<RunResult> =>
    run([
      ...["/usr/bin/nsenter", "-m", "-t", String(holder.pid)],
      ...["/usr/sbin/chroot", root, "/usr/bin/env", "-i", "PATH=/usr/bin:/bin"],
      ...[`HTTPCFG_HOME=${home}`, `/${name}`, ...words],
    ]);
  return {
    tool,
    httpcfg: (home, ...words) => tool("httpcfg", home, ...words),
    async close(): Promise<void> {
      await holder.stdin.close();
      await reader.cancel();
      await holder.status;
    },
  };
}

/** Returns the text of the response at an address; "refused" if there is none. */
async function responseAt(host: string, port: number): Promise<string> {
  try {
    return await (await fetch(`http://${host}:${port}/`, { headers: { connection: "close" } }))
      .text();
  } catch {
    return "refused";
  }
}

Deno.test({
  name: "clean root: the KB walk-through with the built file and nothing else",
  ignore: !IS_POSSIBLE,
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
    const root = `${folder}/root`;
    await makeRoot(root);
    await Deno.copyFile(await buildProgram(folder), `${root}/httpcfg`);
    const sandbox = await openSandbox(root);
    const { httpcfg } = sandbox;
    const ours = "/home/ours";
    const other = "/home/other";
    const port = freePort();
    try {
      const version = await httpcfg(ours, "--version");
      assertMatch(version.stdout + version.stderr, /^httpcfg [0-9.]+ \([0-9a-f]+\+?\)\n$/);
      const empty = await httpcfg(ours, "query", "iplisten");
      assertEquals(empty.stdout, "HttpQueryServiceConfiguration completed with 1168\n");
      await setUp(sandbox, ours, port, "ours");
      await setUp(sandbox, other, port, "other");
      assertEquals((await httpcfg(other, "set", "iplisten", "-i", "127.0.0.9")).code, 0);

      // The symptom: an empty list takes every address, so the other program cannot use any.
      assertStarted(await httpcfg(ours, "net", "start", "w3svc"), START_NOTE);
      assertEquals(await responseAt("127.0.0.9", port), "ours");
      const held = await httpcfg(other, "plan");
      assertStringIncludes(held.stdout, `held by httpcfg (pid `);

      // The resolution: add an address to the list, stop HTTP, start W3SVC.
      const added = await httpcfg(ours, "set", "iplisten", "-i", "127.0.0.2");
      assertEquals(added.stdout, "HttpSetServiceConfiguration completed with 0\n");
      assertEquals((await httpcfg(ours, "set", "iplisten", "-i", "127.0.0.2")).code, 183);
      assertEquals((await httpcfg(ours, "query", "iplisten")).stdout, "IP :127.0.0.2\n");
      assertEquals((await httpcfg(ours, "net", "stop", "http", "/y")).code, 0);
      assertStarted(await httpcfg(ours, "net", "start", "w3svc"));
      assertStarted(await httpcfg(other, "net", "start", "w3svc"), START_NOTE);
      assertEquals(await responseAt("127.0.0.2", port), "ours");
      assertEquals(await responseAt("127.0.0.9", port), "other");
      assertEquals(await responseAt("127.0.0.3", port), "refused");

      // Called through a link, the program is the old tool, and still starts itself.
      await Deno.symlink("httpcfg", `${root}/net`);
      assertEquals((await sandbox.tool("net", other, "stop", "http", "/y")).code, 0);
      assertEquals((await sandbox.tool("net", other, "stop", "iisadmin")).code, 0);
      assertStarted(await sandbox.tool("net", other, "start", "w3svc"), START_NOTE);
      assertEquals(await responseAt("127.0.0.9", port), "other");

      // What else needs permissions: port owners, explanations, the status, the history, checks.
      assertMatch((await httpcfg(ours, "who", String(port))).stdout, /httpcfg/);
      const explained = await httpcfg(ours, "explain", `127.0.0.2:${port}`);
      assertEquals([explained.code, explained.stderr], [0, ""]);
      assertEquals((await httpcfg(ours, "status", "--format", "json")).code, 0);
      assertEquals((await httpcfg(ours, "history")).code, 0);
      assertEquals((await httpcfg(ours, "config", "check")).code, 0);
    } finally {
      for (const home of [ours, other]) {
        await httpcfg(home, "net", "stop", "http", "/y");
        // The process ends with its last service.
        await httpcfg(home, "net", "stop", "iisadmin");
      }
      const left = await processesIn(root);
      for (const pid of left) Deno.kill(pid, "SIGKILL");
      await sandbox.close();
      assertEquals(left, [], "processes that outlived their services");
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Returns the processes that run a file below `root` and do not end. */
async function processesIn(root: string): Promise<number[]> {
  const find = (): number[] =>
    [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
      try {
        return Deno.readLinkSync(`/proc/${pid}/exe`).startsWith(`${root}/`);
      } catch {
        return false; // not a process, or one that has just ended
      }
    });
  await waitFor(() => find().length === 0, "every process to end").catch(() => {});
  return find();
}

/** Replaces the Default Web Site with one site that has its own text. */
async function setUp(
  { httpcfg }: Sandbox,
  home: string,
  port: number,
  text: string,
): Promise<void> {
  const added = await httpcfg(home, "site", "add", text, "--bind", `:${port}:`, "--respond", text);
  assertEquals([added.code, added.stderr], [0, ""]);
  assertEquals((await httpcfg(home, "site", "remove", "Default Web Site")).code, 0);
}

/** `note` is what stderr has: a new process says more than one that was running. */
function assertStarted(result: RunResult, note = ""): void {
  assertEquals([result.code, result.stderr], [0, note], result.stdout);
  assertStringIncludes(result.stdout, "was started successfully.");
}
