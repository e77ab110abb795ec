// Goal: help is never wrong about a command. Method: every record, and a small one word for word.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readInput } from "../../../mod/cli/core/args.ts";
import type { CommandSpec } from "../../../mod/cli/core/command.ts";
import { commandsOf, FIRST_WORDS, GROUPS } from "../../../mod/cli/command_groups.ts";
import { COMMAND_NAMES, loadCommand } from "../../../mod/cli/command_table.ts";
import { commandHelp, firstWordHelp, groupHelp, overview } from "../../../mod/cli/core/help.ts";
import { commandHome, shellWords } from "../../support/command_home.ts";
import { loadCommands } from "../../support/commands.ts";

const SMALL: CommandSpec = {
  name: "do it",
  usage: "NAME",
  summary: "Do it",
  details: ["It is done."],
  examples: [{ line: "httpcfg do it now", shows: "at once" }],
  flags: {
    fast: { kind: "boolean", summary: "hurry" },
    format: { kind: "string", value: "FORM", summary: "form", choices: ["text", "json"] },
  },
  words: { min: 1, max: 1 },
  run: () => Promise.resolve(0),
};

Deno.test("commandHelp() shows summary, usage, details, flags and examples", () => {
  assertEquals(
    commandHelp(SMALL),
    `Do it

Usage: httpcfg do it NAME [FLAGS]

It is done.

  --fast         hurry
  --format FORM  form: text, json

Examples:
  httpcfg do it now
      at once`,
  );
  const { name, summary, words, run } = SMALL;
  assertEquals(
    commandHelp({ name, summary, words, run, usage: "", flags: {} }),
    "Do it\n\nUsage: httpcfg do it",
  );
});

Deno.test("commandHelp() ends with the commands whose names begin with its own", () => {
  const below = [{ ...SMALL, name: "do it again", summary: "Do it again" }];
  assert(commandHelp(SMALL, below).endsWith("\n\nCommands:\n  do it again  Do it again"));
});

Deno.test("the overview has every group, and fits a screen", () => {
  const text = overview("1.2.3");
  assertStringIncludes(text, "httpcfg 1.2.3: ");
  for (const { title, rows } of GROUPS) {
    assertStringIncludes(text, `\n${title}\n  ${rows[0]!.label} `);
  }
  const lines = text.split("\n");
  assert(lines.length <= 42, `${lines.length} lines`);
  assertEquals(lines.filter((line) => line.length > 80), []);
});

Deno.test("the help of every group and first word fits the columns of a terminal", async () => {
  await using home = await commandHome();
  const words = [...GROUPS.map((group) => group.word), ...Object.keys(FIRST_WORDS)];
  for (const word of words) {
    const { status, out } = await home.run(`help ${word}`);
    assertEquals([status, out.split("\n").filter((line) => line.length > 80)], [0, []], word);
  }
});

Deno.test("commandHelp() wraps paragraphs, but not preformatted lines", () => {
  const preformatted = `  ${"drawn ".repeat(20)}`;
  const text = commandHelp({
    ...SMALL,
    details: [`${"word ".repeat(40).trim()}\n${preformatted}`],
  });
  const long = text.split("\n").filter((line) => line.length > 79);
  assertEquals(long, [preformatted]);
});

Deno.test("commandHelp() wraps the description of a flag in its own column", () => {
  const flags = {
    speed: { kind: "string", value: "N", summary: "word ".repeat(30).trim() },
  } as const;
  const rows = commandHelp({ ...SMALL, flags }).split("\n").filter((line) =>
    /^ +.*word/.test(line)
  );
  assertEquals(rows.map((row) => row.indexOf("word")), [13, 13, 13]);
  assertEquals(rows.filter((row) => row.length > 79), []);
});

Deno.test("a group alone, its help and the help of a first word list its commands", async () => {
  await using home = await commandHome();
  const records = await loadCommands();
  const ofNames = (names: readonly string[]): CommandSpec[] => {
    return names.map((name) => records.find((spec) => spec.name === name)!);
  };
  const site = GROUPS.find(({ word }) => word === "site")!;
  const text = groupHelp(site, ofNames(site.rows.flatMap(({ commands }) => commands)));
  assertStringIncludes(text, "\n  site add ");
  for (const line of ["site --help", "site /?", "site -h", "help site", "site help"]) {
    assertEquals(await home.run(line), { status: 0, out: `${text}\n`, note: "" }, line);
  }
  assertStringIncludes((await home.run("help ssl")).out, "\n  query ssl ");
  const service = ["service install", "service uninstall", "service status"];
  const ofService = firstWordHelp("service", ofNames(service));
  for (const line of ["service --help", "help service"]) {
    assertEquals((await home.run(line)).out, `${ofService}\n`, line);
  }
  for (
    const [line, below] of [["set", "set ssl"], ["query", "query urlacl"], ["net", "net stop"]]
  ) {
    assertStringIncludes((await home.run(`${line} --help`)).out, `\n  ${below} `);
  }
});

Deno.test("the record of every command is complete, and its name loads it", async () => {
  const commands = await loadCommands();
  assertEquals(commands.map(({ name }) => name), [...COMMAND_NAMES]);
  assertEquals(new Set(COMMAND_NAMES).size, COMMAND_NAMES.length);
  for (const spec of commands) {
    assert(/^[a-z0-9]+( [a-z0-9]+)*$/.test(spec.name), spec.name);
    assert(/^[A-Z].*[^.]$/.test(spec.summary), `${spec.name}: ${spec.summary}`);
    assert(spec.examples !== undefined && spec.examples.length > 0, `${spec.name} has an example`);
    for (const { line, shows } of spec.examples) {
      assertStringIncludes(line, `httpcfg ${spec.name}`);
      assert(shows !== "" && !shows.endsWith("."), `${spec.name}: ${shows}`);
    }
    for (const [name, flag] of Object.entries(spec.flags)) {
      assert(name !== "help" && /^[a-z0-9-]+$/.test(name), `${spec.name} --${name}`);
      assertEquals(flag.kind === "boolean", flag.value === undefined, `${spec.name} --${name}`);
    }
    assertEquals(await loadCommand(spec.name), spec);
  }
});

Deno.test("every visible command is in one row of one group, and no other name is", async () => {
  const visible = (await loadCommands()).filter(({ hidden }) => !hidden).map(({ name }) => name);
  const grouped = GROUPS.flatMap(commandsOf);
  assertEquals(grouped.toSorted(), visible.toSorted());
  for (const { label, commands } of GROUPS.flatMap(({ rows }) => rows)) {
    for (const word of label.replaceAll(/[,|…]/g, " ").split(/\s+/).filter((one) => one !== "")) {
      const isNamed = commands.some((name) => name.split(" ").includes(word));
      assert(isNamed, `${label}: ${word}`);
    }
  }
  for (const word of Object.keys(FIRST_WORDS)) {
    assert(COMMAND_NAMES.some((name) => name.startsWith(`${word} `)), word);
  }
});

Deno.test("every example is a line that its command accepts", async () => {
  const commands = await loadCommands();
  for (const { line } of commands.flatMap((spec) => spec.examples ?? [])) {
    // Up to the end of the command for the shell: a pipe, a file, the end of a substitution.
    const call = /\bhttpcfg (.*?)(?: [|;<>]| &&|\)|$)/.exec(line)?.[1] ?? "";
    const words = shellWords(call);
    const [called] = commands
      .filter(({ name }) => `${words.join(" ")} `.startsWith(`${name} `))
      .sort((a, b) => b.name.length - a.name.length);
    assert(called !== undefined, `${line} calls a command`);
    readInput(called, words.slice(called.name.split(" ").length), words); // throws if not
  }
});

Deno.test("--help, /? and help COMMAND print the same, and do nothing", async () => {
  await using home = await commandHome();
  for (const name of COMMAND_NAMES) {
    const spec = await loadCommand(name);
    const below = COMMAND_NAMES.filter((one) => one.startsWith(`${name} `));
    const records = await Promise.all(below.map(loadCommand));
    const want = `${commandHelp(spec, records.filter(({ hidden }) => !hidden))}\n`;
    const words = name.split(" ");
    const lines = [[...words, "--help"], ["help", ...words]];
    if (!spec.ownHelp) lines.push([...words, "x", "/?"]);
    for (const args of lines) {
      assertEquals(await home.run(args), { status: 0, out: want, note: "" }, args.join(" "));
    }
  }
  assertEquals([...Deno.readDirSync(home.path)], []);
});
