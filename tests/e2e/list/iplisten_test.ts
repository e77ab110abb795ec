// Story: an administrator maintains the IP inclusion list with the commands of KB 813368.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Program } from "../../support/program.ts";
import { ON_LINUX } from "../../support/platforms.ts";

Deno.test(
  "the list is set, queried and deleted with the KB's commands and codes",
  ON_LINUX,
  async () => {
    await using program = await Program.make();
    const steps: [line: string, out: string, status: number][] = [
      ["query iplisten", "HttpQueryServiceConfiguration completed with 1168\n", 1],
      ["set iplisten -i 127.0.0.2", "HttpSetServiceConfiguration completed with 0\n", 0],
      ["set iplisten -i 127.0.0.2", "HttpSetServiceConfiguration completed with 183\n", 183],
      ["query iplisten", "IP :127.0.0.2\n", 0],
      ["set iplisten /i ::1", "HttpSetServiceConfiguration completed with 0\n", 0],
      ["query iplisten --format ndjson", '{"ip":"127.0.0.2"}\n{"ip":"::1"}\n', 0],
      ["delete iplisten -i ::1", "HttpDeleteServiceConfiguration completed with 0\n", 0],
      ["delete iplisten -i 127.0.0.2", "HttpDeleteServiceConfiguration completed with 0\n", 0],
      ["delete iplisten -i 127.0.0.2", "HttpDeleteServiceConfiguration completed with 2\n", 2],
      ["query iplisten", "HttpQueryServiceConfiguration completed with 1168\n", 1],
    ];
    for (const [line, out, status] of steps) {
      assertEquals(await program.run(line), { status, out, err: "" }, line);
    }
  },
);

Deno.test("the document is readable JSON, and no temporary file is left", async () => {
  await using program = await Program.make();
  await program.do("set iplisten -i 127.0.0.2");
  const text = await Deno.readTextFile(program.config);
  const document = JSON.parse(text) as { version: number; ipListen: string[] };
  assertEquals([document.version, document.ipListen], [2, ["127.0.0.2"]]);
  assertStringIncludes(text, '\n  "ipListen": [\n    "127.0.0.2"\n  ],\n');
  const names = [...Deno.readDirSync(program.home)].map(({ name }) => name).sort();
  assertEquals(names, ["bin", "config.json", "config.json.lock", "history"]);
});

Deno.test("--help and --version print to stdout, a wrong command to stderr", async () => {
  await using program = await Program.make();
  for (const line of ["--help", "--version", "set iplisten --help", "help net stop"]) {
    const { status, out, err } = await program.run(line);
    assertEquals([status, err], [0, ""], line);
    assert(out.includes("httpcfg"), line);
  }
  const wrong = await program.run("statsu");
  assertEquals([wrong.status, wrong.out], [2, ""]);
  assertEquals(
    wrong.err,
    'error: Cannot run "statsu": no such command\nhint: httpcfg status\n',
  );
});
