// Story: an administrator watches the service on a terminal: sees requests, filters, makes the window
// smaller, sees the service end and come back, puts the program aside, and whatever ends it, the
// terminal is as it was.
import { assert, assertEquals } from "@std/assert";
import { processesAt } from "../../support/ending/processes.ts";
import { get } from "../../support/http_client.ts";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";
import { Terminal } from "../../support/terminal/terminal.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";

const ADDRESS = "127.0.0.2";
const CTRL_Z = "\x1a";
/** Milliseconds for the screen to show something, also on a busy machine. */
const SEE_MS = 30_000;

async function openTerminal({ home }: Program): Promise<Terminal> {
  const path = `${home}/bin:${Deno.env.get("PATH") ?? "/usr/bin:/bin"}`;
  const env = {
    HTTPCFG_HOME: home,
    PATH: path,
    LANG: "C.UTF-8",
    HOME: Deno.env.get("HOME") ?? home,
  };
  const deno = Deno.env.get("DENO_DIR");
  const terminal = await Terminal.open({
    columns: 80,
    inside: [],
    env: { ...env, ...(deno === undefined ? {} : { DENO_DIR: deno }) },
  });
  await terminal.readDevice();
  return terminal;
}

testWith(["script", "stty", "ps"], "top on a terminal", async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "one", "--bind", `${ADDRESS}:${port}:`, "--respond", "here"]);
  await program.do("net start w3svc");
  {
    await using closed = await openTerminal(program);
    await closed.press("httpcfg top\r");
    await waitFor(() => closed.screen().join().includes("1 listening"), "the screen");
  }
  await waitFor(() => topsOf(program.home).length === 0, "its end with the terminal");

  await using terminal = await openTerminal(program);
  const shown = (): string => terminal.screen().join("\n");
  const sees = async (text: string | RegExp): Promise<void> => {
    try {
      await waitFor(() => terminal.isTaken() && shown().search(text) >= 0, String(text), SEE_MS);
    } catch (error) {
      throw new Error(`in vain for ${text} in\n${shown()}`, { cause: error });
    }
  };
  await terminal.type("set -m; echo before");
  await terminal.press("httpcfg top --interval 0.2\r");
  await sees("1 listening");
  assertEquals(terminal.screen()[23]?.startsWith("1-1 of 1 addresses  q quit"), true);

  await waitFor(async () => {
    assertEquals((await get(ADDRESS, port)).body, "here");
    return new RegExp(`:${port} +open +[1-9]`).test(shown());
  }, "a rate of requests");

  await terminal.press("2");
  await sees(/one +started/);
  await terminal.press("/nothing of that");
  await sees("No row has this text.");
  await terminal.press("\x1b");
  await sees(/one +started/);

  await terminal.resize(40, 15);
  await waitFor(
    () => terminal.screen()[14]?.startsWith("1-1 of 1 sites") === true,
    "a small screen",
  );

  await program.do("net stop http /y");
  await sees("HTTP stopped");
  Deno.kill(program.servicePid()!, "SIGKILL");
  await sees("the service is not running");
  await program.do("net start w3svc");
  await sees("1 listening");

  await terminal.press(CTRL_Z);
  await waitFor(() => !terminal.isTaken(), "the screen that was there before");
  await terminal.type("true");
  assert(terminal.screen().some((line) => line === "before"), terminal.screen().join("\n"));
  await terminal.press("fg\r");
  await sees("1 listening");
  await terminal.press("q");
  const ended = await terminal.type("echo status $?; stty -a | grep -o ' icanon\\| echo '");
  assertEquals(ended.map((line) => line.map(({ text }) => text).join("").trim()), [
    "status 0",
    "icanon",
    "echo",
  ]);

  for (const [signal, status] of [["TERM", 143], ["INT", 0]] as const) {
    await terminal.press("httpcfg top\r");
    await sees("1 listening");
    const [pid] = topsOf(program.home);
    Deno.kill(pid!, `SIG${signal}`);
    const said = await terminal.type("echo status $?");
    assertEquals(said.at(-1)?.map(({ text }) => text).join(""), `status ${status}`);
    assert(!terminal.isTaken());
  }
});

/** The processes of `top` with this home. */
function topsOf(home: string): number[] {
  return processesAt(home).filter((pid) => {
    try {
      return Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0").includes("top");
    } catch {
      return false; // it has ended
    }
  });
}
