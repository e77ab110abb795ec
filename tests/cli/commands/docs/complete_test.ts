// Goal: completions are what the records allow at that place. Method: a few records and values.
import { assertEquals } from "@std/assert";
import type { CommandSpec } from "../../../../mod/cli/core/command.ts";
import { complete } from "../../../../mod/cli/commands/docs/complete.ts";

function record(name: string, more: Partial<CommandSpec>): CommandSpec {
  const words = { min: 0, max: 9 };
  return {
    name,
    usage: "",
    summary: name,
    flags: {},
    words,
    run: () => Promise.resolve(0),
    ...more,
  };
}

const RECORDS: readonly CommandSpec[] = [
  record("site add", {
    flags: {
      bind: { kind: "list", summary: "where", completes: "binding" },
      root: { kind: "string", summary: "files", completes: "folder" },
      format: { kind: "string", summary: "form", choices: ["json", "csv"] },
      code: { kind: "string", summary: "number", suggests: ["404", "503"] },
      quiet: { kind: "boolean", summary: "say less" },
    },
  }),
  record("site show", { completes: ["site"] }),
  record("set iplisten", { legacy: true, switches: { "-i": "entry" } }),
  record("history", {}),
  record("history show", { completes: ["version", "file"] }),
  record("secret", { hidden: true }),
];

function completed(line: string): ReturnType<typeof complete> {
  return complete(line.split(" "), {
    names: RECORDS.map(({ name }) => name),
    load: (name) => Promise.resolve(RECORDS.find((one) => one.name === name)!),
    values: (kind) =>
      Promise.resolve([{ value: `${kind}-1`, description: "" }, {
        value: `${kind}-2`,
        description: "",
      }]),
  });
}

async function completions(line: string): Promise<string> {
  const { candidates, paths } = await completed(line);
  return [...candidates.map(({ value }) => value), ...(paths === null ? [] : [`(${paths})`])].join(
    " ",
  );
}

Deno.test("complete() offers what the records allow at the end of the line", async () => {
  const cases: [line: string, want: string][] = [
    ["", "site set history --config --user help"],
    ["s", "site set"],
    ["SI", "site"],
    ["site ", "add show"],
    ["help site ", "add show"],
    ["help s", "site set sharing"],
    ["help ins", "inspect"],
    ["help site r", ""],
    ["site show ", "site-1 site-2"],
    ["site show site-1 ", "site-1 site-2"],
    ["site add name --", "--bind --root --format --code --quiet --help"],
    ["site add --bind ", "binding-1 binding-2"],
    ["site add --root ", "(folder)"],
    ["site add --format j", "json"],
    ["site add --code ", "404 503"],
    ["site add --code 5", "503"],
    ["site add --quiet ", ""],
    ["set iplisten ", "-i"],
    ["set iplisten -i ", "entry-1 entry-2"],
    ["set iplisten /I ", "entry-1 entry-2"],
    ["set iplisten -", "-i --help"],
    ["history ", "show"],
    ["history show ", "version-1 version-2"],
    ["history show --x 7 ", "(file)"],
    ["--config ", "(file)"],
    ["--config /x site show ", "site-1 site-2"],
    ["--config=/x site sh", "show"],
    ["--u", "--user"],
    ["--user ", "site set history --config help"],
    ["--user --config ", "(file)"],
    ["--user --config /x site show ", "site-1 site-2"],
    ["--config /x --", "--user"],
    ["nothing here ", ""],
  ];
  for (const [line, want] of cases) assertEquals(await completions(line), want, `"${line}"`);
});

Deno.test("complete() describes a word with which several commands begin by their group", async () => {
  const { candidates } = await completed("si");
  assertEquals(candidates, [{ value: "site", description: "Add, change and control Web sites" }]);
  const [set] = (await completed("se")).candidates;
  assertEquals(set?.description, "Add a record to a store: iplisten, ssl or urlacl");
  const topics = (await completed("help sh")).candidates;
  assertEquals(topics.map(({ value }) => value), ["sharing"]);
});
