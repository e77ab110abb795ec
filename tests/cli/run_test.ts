// Goal: every line finds its command or a hint; nothing is thrown. Method: lines typed in full.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { VERSION } from "../../mod/base/version.ts";
import { run } from "../../mod/cli/run.ts";
import { PipeClosed } from "../../mod/cli/core/output.ts";
import { commandHome, type CommandOptions } from "../support/command_home.ts";

Deno.test("run() shows the version and the overview", async () => {
  await using home = await commandHome();
  for (const word of ["--version", "-V"]) {
    const ran = await home.run([word]);
    assertEquals(ran.status, 0);
    assert(ran.out.startsWith(`httpcfg ${VERSION}`), ran.out);
  }
  for (const line of ["--help", "-h", "help"]) {
    const ran = await home.run(line);
    assertEquals([ran.status, ran.note], [0, ""], line);
    assertStringIncludes(ran.out, "Usage: httpcfg ", line);
  }
});

Deno.test("run() rejects an unknown command and suggests the nearest of its group", async () => {
  await using home = await commandHome();
  const cases: [line: string, hint: string][] = [
    ["sho status", "hint: httpcfg --help\n"],
    ["statsu", "hint: httpcfg status\n"],
    ["statsu --format json", "hint: httpcfg status --format json\n"],
    ["site lst", "hint: httpcfg site list\n"],
    ["site lst --format csv", "hint: httpcfg site list --format csv\n"],
    ["site frobnicate", "hint: httpcfg help site\n"],
    ["sit list", "hint: httpcfg site list\n"],
    ["cert imprt --cert a", "hint: httpcfg cert import --cert a\n"],
    ["service instal", "hint: httpcfg service install\n"],
    ["--verison", "hint: httpcfg --version\n"],
    ["--usr status", "hint: httpcfg --user status\n"],
    ["-x", "hint: httpcfg --help\n"],
    ["help statsu", "hint: httpcfg help status\n"],
    ["help site ad", "hint: httpcfg help site add\n"],
    ["help nonsense", "hint: httpcfg --help\n"],
    ["frobnicate the widget", "hint: httpcfg --help\n"],
    ["x".repeat(10_240), "hint: httpcfg --help\n"],
    [`statsu ${"x".repeat(10_240)}`, "hint: httpcfg status --help\n"],
  ];
  for (const [line, hint] of cases) {
    const ran = await home.run(line);
    assertEquals([ran.status, ran.out], [2, ""], line);
    assert(ran.note.startsWith("error: Cannot ") && ran.note.endsWith(hint), ran.note);
    assert(ran.note.length < 400);
  }
});

Deno.test("run() suggests the nearest flag of the command", async () => {
  await using home = await commandHome();
  const cases: [line: string, hint: string][] = [
    ["status --fromat json", "httpcfg status --format json"],
    ["status --jsno", "httpcfg status --format json"],
    ["site add a --bnd :81: --echo", "httpcfg site add a --bind :81: --echo"],
    ["site add a --bnd=:81: --echo", "httpcfg site add a --bind=:81: --echo"],
    ["plan --strct", "httpcfg plan --strict"],
    ["plan --frobnicate", "httpcfg plan --help"],
  ];
  for (const [line, hint] of cases) {
    const { status, note } = await home.run(line);
    assertEquals([status, note.split("\n")[1]], [2, `hint: ${hint}`], line);
  }
});

Deno.test("run() says what it takes a guess for, and runs it", async () => {
  await using home = await commandHome();
  const version = (await home.run("--version")).out;
  assertEquals(await home.run("version"), {
    status: 0,
    out: version,
    note: "note: httpcfg --version\n",
  });
  const added = await home.run("add 10.0.0.5");
  assertEquals([added.status, home.stored()?.ipListen], [0, ["10.0.0.5"]]);
  assertEquals(added.note.split("\n")[0], "note: httpcfg set iplisten -i 10.0.0.5");
  assertStringIncludes((await home.run("history")).out, "httpcfg set iplisten -i 10.0.0.5");
  const ambiguous = await home.run("rm eth0");
  assertEquals(ambiguous, {
    status: 2,
    out: "",
    note: 'error: Cannot run "rm eth0": it could mean several commands\n' +
      "hint: httpcfg delete iplisten -i eth0\nhint: httpcfg site remove eth0\n",
  });
  const help = await home.run("start --help");
  assertEquals(help.note, "note: httpcfg help net start\n");
  assertEquals(help.out, (await home.run("net start --help")).out);
  const moved = await home.run(`status --config ${home.path}/x.json --json`);
  assertEquals(moved.note, `note: httpcfg --config ${home.path}/x.json status --format json\n`);
});

Deno.test("run() refuses lines of Httpcfg.exe as before, with what they mean as the hint", async () => {
  await using home = await commandHome();
  const cases: [line: string, out: string, hint: string][] = [
    ["set 10.0.0.5", "10.0.0.5 is an invalid command\n", "httpcfg set iplisten -i 10.0.0.5"],
    ["delete site shop", "site is an invalid command\n", "httpcfg site remove shop"],
    ["query 10.0.0.5", "10.0.0.5 is an invalid command\n", "httpcfg query iplisten"],
    ["list iplisten", "list is an invalid command\n", "httpcfg query iplisten"],
  ];
  for (const [line, out, hint] of cases) {
    assertEquals(await home.run(line), { status: 87, out, note: `hint: ${hint}\n` }, line);
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

Deno.test("run() takes --color and --no-color before and after every command", async () => {
  await using home = await commandHome();
  const hasColor = async (line: string, options: CommandOptions = {}): Promise<boolean> => {
    const { out, note } = await home.run(line, options);
    return `${out}${note}`.includes("\x1b[");
  };
  for (const line of ["--color always site list", "--color=always site list"]) {
    assert(await hasColor(line), line);
  }
  assert(await hasColor("site list --color always"));
  assert(await hasColor("site list", { columns: 80 }));
  assert(await hasColor("nonsense", { columns: 80 }));
  assert(await hasColor("history show 7 --color always"));
  assert(!await hasColor("query iplisten --color always"), "an old tool's stdout stays as it is");
  const plain = ["site list --color never", "site list --no-color", "--no-color site list"];
  for (const line of [...plain, "--color never nonsense", "--color=never nonsense"]) {
    assert(!await hasColor(line, { columns: 80 }), line);
  }
  assert(!await hasColor("site list", { columns: 80, env: { NO_COLOR: "1" } }));
  for (const form of ["json", "ndjson", "csv", "tsv"]) {
    assert(!await hasColor(`--color always site list --format ${form}`, { columns: 40 }), form);
  }
});

Deno.test("run() rejects a --color that it does not know, and one that is given twice", async () => {
  await using home = await commandHome();
  for (const words of [["--color"], ["--color", "status"], ["--color="], ["--no-color=1"]]) {
    const ran = await home.run(words);
    assertEquals([ran.status, ran.out], [2, ""], words.join(" "));
    assertStringIncludes(ran.note, "must be one of auto, always, never\n");
    assertStringIncludes(ran.note, "hint: httpcfg --color always status\n");
  }
  const twice = await home.run("--color never --no-color status");
  assertStringIncludes(twice.note, 'Cannot use "--color" twice');
  assertEquals((await home.run("status --color sometimes")).status, 2);
});

Deno.test("run() leaves --color out of the history", async () => {
  await using home = await commandHome();
  await home.run("--color never set iplisten -i 127.0.0.2");
  const { out } = await home.run("history --format csv");
  assertStringIncludes(out, ",httpcfg set iplisten -i 127.0.0.2\n");
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
    terminal: { isOut: false, isNote: false, columns: () => null },
    isInteractive: () => false,
  });
  const set = ["set", "iplisten", "-i", "10.0.0.5"];
  assertEquals(await run(set, around(new PipeClosed())), 0);
  assertEquals(home.stored()?.ipListen, ["10.0.0.5"], "what was asked for is done");
  assertEquals(await run(set, around(new PipeClosed())), 183, "and the status is true");
  notes.length = 0;
  assertEquals(await run(["query", "iplisten"], around(new PipeClosed())), 0);
  assertEquals(notes, []);
  assertEquals(await run(["query", "iplisten"], around(new TypeError("ours"))), 1);
  assert(/^internal error: TypeError: ours\n {4}at /.test(notes[0]!), notes[0]);
});
