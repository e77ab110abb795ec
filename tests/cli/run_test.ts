// Goal: every line finds its command or a hint; nothing is thrown. Method: lines typed in full.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { VERSION } from "../../mod/base/version.ts";
import { run } from "../../mod/cli/run.ts";
import { PipeClosed } from "../../mod/cli/core/output.ts";
import { commandHome } from "../support/command_home.ts";

Deno.test("run() shows the version and the overview", async () => {
  await using home = await commandHome();
  for (const word of ["--version", "-V"]) {
    const ran = await home.run([word]);
    assertEquals(ran.status, 0);
    assert(ran.out.startsWith(`httpcfg ${VERSION}`), ran.out);
  }
  for (const line of ["", "--help", "-h", "/?", "?", "help", "help nonsense", "sites /?"]) {
    const ran = await home.run(line);
    assertEquals([ran.status, ran.note], [0, ""], line);
    assertStringIncludes(ran.out, "Usage: httpcfg COMMAND", line);
  }
});

Deno.test("run() rejects an unknown command and suggests the nearest", async () => {
  await using home = await commandHome();
  const cases: [line: string, hint: string][] = [
    ["sho status", "hint: httpcfg --help\n"],
    ["sites list", "hint: httpcfg site list\n"],
    ["statsu", "hint: httpcfg status\n"],
    ["frobnicate the widget", "hint: httpcfg --help\n"],
    ["x".repeat(10_240), "hint: httpcfg --help\n"],
  ];
  for (const [line, hint] of cases) {
    const ran = await home.run(line);
    assertEquals([ran.status, ran.out], [2, ""], line);
    assert(ran.note.startsWith("error: Cannot run ") && ran.note.endsWith(hint), ran.note);
    assert(ran.note.length < 300);
  }
});

Deno.test("run() rejects an unknown action of Httpcfg.exe as that tool did", async () => {
  await using home = await commandHome();
  assertEquals(await home.run("qery iplisten"), {
    status: 87,
    out: "qery is an invalid command\n",
    note: "hint: httpcfg query iplisten\n",
  });
});

Deno.test("run() accepts --config before the command", async () => {
  await using home = await commandHome();
  const file = `${home.path}/other.json`;
  const set = ["set", "iplisten", "-i", "127.0.0.2"];
  assertEquals((await home.run(["--config", file, ...set])).status, 0);
  assertEquals((await home.run([`--config=${file}`, "query", "iplisten"])).out, "IP :127.0.0.2\n");
  assertEquals(home.stored(), null);
  for (const args of [["--config"], ["--config", ""], ["--config="]]) {
    const ran = await home.run(args);
    assertEquals(ran.status, 2, args.join(" "));
    assertStringIncludes(ran.note, "the file name is missing");
  }
});

Deno.test("run() accepts --user before the command, alone or with --config", async () => {
  await using home = await commandHome();
  const env = { HOME: `${home.path}/me` };
  const set = "set iplisten -i 127.0.0.2";
  assertEquals((await home.run(`--user ${set}`, { env })).status, 0);
  const path = await home.run("--user config path", { env });
  assertEquals(path, {
    status: 0,
    out: `${home.path}/me/.config/httpcfg/config.json\n`,
    note: "note: --user is given\n",
  });
  assertEquals((await home.run("--user query iplisten", { env })).out, "IP :127.0.0.2\n");
  assertEquals(home.stored(), null);
  const both = await home.run(`--config ${home.path}/x.json --user config path --all`, { env });
  assertStringIncludes(both.out, `config   ${home.path}/x.json\n`);
  assertStringIncludes(both.out, `run      ${home.path}/me/.local/state/httpcfg/run\n`);
  const refused: [line: string, os: string, reason: string][] = [
    ["--user --user status", "linux", 'Cannot use "--user" twice'],
    ["--config a --config=b status", "linux", 'Cannot use "--config" twice'],
    ["--user=me status", "linux", "the flag takes no value"],
    ["--user status", "windows", "on Windows the document is that of the machine"],
    ["status --user", "linux", '"status" has no such flag'],
  ];
  for (const [line, os, reason] of refused) {
    const ran = await home.run(line, { os });
    assertEquals([ran.status, ran.out], [2, ""], line);
    assertStringIncludes(ran.note, reason);
  }
});

Deno.test("run() turns a Fault into an error, a hint and its exit status", async () => {
  await using home = await commandHome();
  await Deno.writeTextFile(`${home.path}/config.json`, "{");
  const ran = await home.run("set iplisten -i ::1");
  assertEquals([ran.status, ran.out], [1, ""]);
  assert(
    /^error: Cannot read ".*config\.json": .*\nhint: mv .*\nhint: .*EDITOR.*\n$/.test(ran.note),
  );
});

Deno.test("run() ends quietly if the reader has gone, and shows the stack of a bug", async () => {
  await using home = await commandHome();
  const notes: string[] = [];
  const fail = (error: Error): () => never => () => {
    throw error;
  };
  const around = (error: Error): Parameters<typeof run>[1] => ({
    now: () => 0,
    os: "linux",
    uid: 1000,
    env: (name) => name === "HTTPCFG_HOME" ? home.path : undefined,
    out: fail(error),
    print: fail(error),
    note: (text) => void notes.push(text),
    ask: () => null,
  });
  assertEquals(await run(["query", "iplisten"], around(new PipeClosed())), 0);
  assertEquals(notes, []);
  assertEquals(await run(["query", "iplisten"], around(new TypeError("ours"))), 1);
  assert(/^internal error: TypeError: ours\n {4}at /.test(notes[0]!), notes[0]);
});
