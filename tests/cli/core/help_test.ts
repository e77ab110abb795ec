// Goal: help is never wrong about a command. Method: every record, and a small one word for word.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readInput } from "../../../mod/cli/core/args.ts";
import type { CommandSpec } from "../../../mod/cli/core/command.ts";
import { COMMAND_NAMES, loadCommand, loadCommands } from "../../../mod/cli/command_table.ts";
import { commandHelp, groupHelp, overview } from "../../../mod/cli/core/help.ts";
import { commandHome, shellWords } from "../../support/command_home.ts";

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

Deno.test("overview() has a line for each first word, and none for hidden commands", () => {
  const hidden = { ...SMALL, name: "hide it", hidden: true };
  const text = overview([SMALL, hidden, { ...SMALL, name: "site add" }, {
    ...SMALL,
    name: "site list",
  }], "1.2.3");
  assertStringIncludes(text, "httpcfg 1.2.3");
  assertStringIncludes(text, "\n  do it   Do it\n  site …  Web sites: add, list\n");
  assert(!text.includes("hide it"));
});

Deno.test("the short help fits a screen", async () => {
  const lines = overview(await loadCommands(), "1.2.3").split("\n");
  assert(lines.length <= 43, `${lines.length} lines`);
  assertEquals(lines.filter((line) => line.length > 100), []);
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

Deno.test("groupHelp() lists the commands of a first word", async () => {
  const text = groupHelp(await loadCommands(), "site") ?? "";
  assertStringIncludes(text, "\n  site add ");
  assertEquals(groupHelp(await loadCommands(), "nothing"), null);
  await using home = await commandHome();
  assertEquals((await home.run("help site")).out, `${text}\n`);
  assertStringIncludes((await home.run("site")).note, "hint: httpcfg help site");
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
    const want = `${commandHelp(spec)}\n`;
    const words = name.split(" ");
    const lines = [[...words, "--help"], ["help", ...words]];
    if (!spec.ownHelp) lines.push([...words, "x", "/?"]);
    for (const args of lines) {
      assertEquals(await home.run(args), { status: 0, out: want, note: "" }, args.join(" "));
    }
  }
  assertEquals([...Deno.readDirSync(home.path)], []);
});
