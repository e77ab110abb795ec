// Story: a person at a terminal is asked before dependent services stop, and can end `serve` with
// Ctrl-C.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { get, isRefused } from "../support/http_client.ts";
import { freePort } from "../support/ports.ts";
import { Program } from "../support/program.ts";
import { testWith } from "../support/tools.ts";

const ADDRESS = "127.0.0.2";

async function withSite(): Promise<{ program: Program; port: number }> {
  const program = await Program.make();
  const port = freePort();
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "one", "--bind", `${ADDRESS}:${port}:`, "--respond", "here"]);
  return { program, port };
}

/** Returns an expect script that gives up after a minute and exits with the status of its child. */
function expect(...lines: string[]): string {
  const script = [
    "set timeout 60",
    "proc late {} { puts LATE; exit 99 }",
    ...lines,
    "expect timeout late eof {}",
    "lassign [wait] pid spawn os value",
    "exit $value",
  ];
  return `expect <<'EXPECT'\n${script.join("\n")}\nEXPECT\n`;
}

testWith(["expect"], "net stop http asks, and follows the answer", async () => {
  const { program, port } = await withSite();
  await using _program = program;
  await program.do("net start w3svc");
  const stop = (answer: string): string => {
    return expect(
      "spawn httpcfg net stop http",
      'expect timeout late eof late -ex "Do you want to continue this operation? (Y/N) \\[N\\]: " {}',
      `send "${answer}\\r"`,
    );
  };
  for (const answer of ["", "n"]) {
    assertEquals((await program.shell(stop(answer))).status, 2, answer);
    assertEquals((await get(ADDRESS, port)).body, "here");
  }
  const { status, out } = await program.shell(stop("y"));
  assertEquals(status, 0, out);
  assertMatch(out, /The HTTP service was stopped successfully\./);
  assert(await isRefused(ADDRESS, port));
});

testWith(["expect"], "serve on a terminal prints where it listens and ends on Ctrl-C", async () => {
  const { program, port } = await withSite();
  await using _program = program;
  const { status, out } = await program.shell(expect(
    "spawn httpcfg serve",
    `expect timeout late eof late -re "Listening on http://\\[^ \\]+:${port}/" {}`,
    'send "\\003"',
  ));
  assertEquals(status, 0, out);
  assert(await isRefused(ADDRESS, port));
  assertEquals(program.servicePid(), null);
});
