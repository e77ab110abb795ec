/**
 * `config …`: the stored document as a whole, for people with an editor and for backups.
 *
 * @module
 */
import { changeList } from "../../../admin/change_list.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { Fault, quote, shellWord } from "../../../base/fault.ts";
import { changeLines, diffValues } from "../../../config/document/diff.ts";
import type { ConfigDocument } from "../../../config/document/document.ts";
import { effectiveSettings } from "../../../config/document/settings.ts";
import type { CommandIo, CommandSpec } from "../../core/command.ts";
import { jsonText } from "../../core/format.ts";
import { finish, report } from "../../core/report.ts";
import { openEditor, readFileOrInput, removeFile, writeFile } from "./config_files.ts";

/** What `$schema` names: a file beside the document, so that it works without a network. */
const SCHEMA_NAME = "config.schema.json";

const configPath: CommandSpec = {
  name: "config path",
  usage: "",
  summary: "Show where the configuration is kept",
  examples: [{ line: 'ls -l "$(httpcfg config path)"', tells: "the file of the document" }],
  flags: {
    all: { kind: "boolean", summary: "the other places too: control socket, logs, versions" },
  },
  words: { min: 0, max: 0 },
  run(input, io): Promise<number> {
    const places = Object.entries(io.paths).map(([name, path]) => `${name.padEnd(8)} ${path}`);
    io.out(input.flag("all") ? places.join("\n") : io.paths.config);
    return Promise.resolve(EXIT.ok);
  },
};

const configShow: CommandSpec = {
  name: "config show",
  usage: "",
  summary: "Show the stored document",
  examples: [
    { line: "httpcfg config show", tells: "what is stored" },
    { line: "httpcfg config show --effective | jq .settings", tells: "every setting in force" },
  ],
  flags: { effective: { kind: "boolean", summary: "with the settings that have their default" } },
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const document = await io.store.read();
    const settings = input.flag("effective")
      ? effectiveSettings(document.settings)
      : document.settings;
    io.out(asText({ ...document, settings }));
    return EXIT.ok;
  },
};

const configCheck: CommandSpec = {
  name: "config check",
  usage: "[FILE]",
  summary: "Check the stored document, or another, without using it",
  details: [
    "Names every problem with its place. Exit status 0 where there is none, 1 where there is one. " +
    "Nothing is bound and nothing is changed.",
  ],
  examples: [{ line: "httpcfg config check new.json", tells: "may it be imported?" }],
  flags: {},
  words: { min: 0, max: 1 },
  completes: ["file"],
  async run(input, io): Promise<number> {
    const [file] = input.words;
    if (file === undefined) await io.store.read();
    else await io.store.parse(await readFileOrInput(file), file);
    io.note(`${file ?? io.paths.config}: no problem found`);
    return EXIT.ok;
  },
};

const configExport: CommandSpec = {
  name: "config export",
  usage: "[FILE]",
  summary: "Write the stored document to stdout or a file",
  examples: [
    { line: "httpcfg config export backup.json", tells: "keep it" },
    { line: "httpcfg config export | ssh web2 httpcfg config import -", tells: "copy it" },
  ],
  flags: {},
  words: { min: 0, max: 1 },
  completes: ["file"],
  async run(input, io): Promise<number> {
    const text = asText(await io.store.read());
    const [file] = input.words;
    if (file === undefined || file === "-") io.out(text);
    else await writeFile(file, text);
    return EXIT.ok;
  },
};

const configImport: CommandSpec = {
  name: "config import",
  usage: "FILE|-",
  summary: "Check a document and store it in place of the stored one",
  details: ["Prints what changes. The document of before stays in the history."],
  examples: [
    { line: "httpcfg config import backup.json", tells: "have it back" },
    { line: "httpcfg config import new.json --dry-run", tells: "only say what would change" },
  ],
  flags: { "dry-run": { kind: "boolean", summary: "store nothing" } },
  words: { min: 1, max: 1 },
  completes: ["file"],
  async run(input, io): Promise<number> {
    const file = input.words[0]!;
    const document = await io.store.parse(await readFileOrInput(file), file);
    if (!input.flag("dry-run")) return await storeWhole(io, document);
    showChanges(io, await io.store.read(), document);
    return EXIT.ok;
  },
};

const configEdit: CommandSpec = {
  name: "config edit",
  usage: "",
  summary: "Open the document in an editor, check it and store it",
  details: [
    "Uses VISUAL, else EDITOR, else vi. What does not pass the checks is not stored, and stays " +
    "in a file beside the document; the schema for the editor lies there too.",
  ],
  examples: [{ line: "EDITOR=nano httpcfg config edit", tells: "change it by hand" }],
  flags: {},
  words: { min: 0, max: 0 },
  async run(_input, io): Promise<number> {
    const draft = `${io.paths.config}.draft.json`;
    await writeFile(besides(io.paths.config, SCHEMA_NAME), await schemaText());
    const before = await io.store.read();
    await writeFile(draft, asText({ ...before, $schema: `./${SCHEMA_NAME}` }));
    if (!(await openEditor(draft))) {
      await removeFile(draft);
      throw new Fault("Cannot edit the configuration: the editor ended with a failure", {
        hint: "EDITOR=nano httpcfg config edit",
      });
    }
    const document = await parseDraft(io, draft);
    const result = await changeList(io, { kind: "replace", document, over: before });
    if (result.change === null) {
      report(io, result.notices);
      throw new Fault(`Cannot store the edited document: ${result.problem?.reason}`, {
        hint: `it is kept in ${quote(draft)}: httpcfg config import --dry-run ${shellWord(draft)}`,
      });
    }
    await removeFile(draft);
    showChanges(io, before, document);
    return finish(io, result);
  },
};

const configSchema: CommandSpec = {
  name: "config schema",
  usage: "",
  summary: "Print the JSON Schema of the document",
  examples: [{ line: "httpcfg config schema > config.schema.json", tells: "for an editor" }],
  flags: {},
  words: { min: 0, max: 0 },
  async run(_input, io): Promise<number> {
    io.out(await schemaText());
    return EXIT.ok;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [
  configPath,
  configShow,
  configCheck,
  configEdit,
  configExport,
  configImport,
  configSchema,
];

/** Stores `document` in place of the stored one, and prints what changes. */
async function storeWhole(io: CommandIo, document: ConfigDocument): Promise<number> {
  const result = await changeList(io, { kind: "replace", document });
  if (result.change !== null) showChanges(io, result.change.before, document);
  return finish(io, result);
}

function showChanges(io: CommandIo, before: ConfigDocument, after: ConfigDocument): void {
  const lines = changeLines(diffValues(before, after));
  if (lines.length === 0) io.note("Nothing changed.");
  else io.out(lines.join("\n"));
}

async function parseDraft(io: CommandIo, draft: string): Promise<ConfigDocument> {
  try {
    return await io.store.parse(await readFileOrInput(draft), draft);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(error.message, {
      hint: `fix ${quote(draft)}, then: httpcfg config import ${shellWord(draft)}`,
    });
  }
}

async function schemaText(): Promise<string> {
  const schema = await import("../../../../dist/httpcfg.schema.json", { with: { type: "json" } });
  return asText(schema.default);
}

function asText(value: unknown): string {
  return `${jsonText(value)}\n`;
}

function besides(path: string, name: string): string {
  return path.replace(/[^/\\]*$/, name);
}
