/**
 * `config …`: the stored document as a whole, for editors and backups.
 *
 * @module
 */
import { changeList } from "../../../admin/change_list.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { Fault, shellWord } from "../../../base/fault.ts";
import { changeLines, diffValues } from "../../../config/document/diff.ts";
import type { ConfigDocument } from "../../../config/document/document.ts";
import { effectiveSettings } from "../../../config/document/settings.ts";
import type { CommandIo, CommandSpec } from "../../core/command.ts";
import { jsonText } from "../../core/format.ts";
import { finish, report } from "../../core/report.ts";
import { openEditor, readFileOrInput, removeFile, writeFile } from "./config_files.ts";

/** The value of `$schema`: a file beside the document, so that it works without a network. */
const SCHEMA_NAME = "config.schema.json";

const configPath: CommandSpec = {
  name: "config path",
  usage: "",
  summary: "Show where the configuration is stored, and why there",
  details: [
    "The path goes to stdout and the reason to stderr. It is the document that --config or " +
    "HTTPCFG_HOME names; else root uses that of the system, and every other user their own. A " +
    "user who has no document, on a machine where the system has one or runs the service, sees " +
    "that of the system, and may change it as root only. --user means one's own in any case.",
  ],
  examples: [{ line: 'ls -l "$(httpcfg config path)"', shows: "the configuration file" }],
  flags: {
    all: { kind: "boolean", summary: "show the other paths too: control socket, logs, history" },
  },
  words: { min: 0, max: 0 },
  run(input, io): Promise<number> {
    const rows = Object.entries({ ...io.paths, why: io.home.why });
    if (input.flag("all")) {
      io.out(rows.map(([name, text]) => `${name.padEnd(8)} ${text}`).join("\n"));
    } else {
      io.out(io.paths.config);
      report(io, [{ kind: "note", text: io.home.why }]);
    }
    return Promise.resolve(EXIT.ok);
  },
};

const configShow: CommandSpec = {
  name: "config show",
  usage: "",
  summary: "Show the stored configuration",
  examples: [
    { line: "httpcfg config show", shows: "what is stored" },
    {
      line: "httpcfg config show --effective | jq .settings",
      shows: "every setting, defaults included",
    },
  ],
  flags: {
    effective: { kind: "boolean", summary: "include the settings that have their default" },
  },
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
  summary: "Check the stored configuration, or a file, without using it",
  details: [
    "Reports every problem and where it is. Exit status 0 if there are none, 1 otherwise. " +
    "Nothing is bound and nothing is changed.",
  ],
  examples: [{ line: "httpcfg config check new.json", shows: "check whether it can be imported" }],
  flags: {},
  words: { min: 0, max: 1 },
  completes: ["file"],
  async run(input, io): Promise<number> {
    const [file] = input.words;
    if (file === undefined) await io.store.read();
    else await io.store.parse(await readFileOrInput(file), file);
    io.note(`${file ?? io.paths.config}: no problems found`);
    return EXIT.ok;
  },
};

const configExport: CommandSpec = {
  name: "config export",
  usage: "[FILE]",
  summary: "Write the stored configuration to stdout or a file",
  examples: [
    { line: "httpcfg config export backup.json", shows: "make a backup" },
    {
      line: "httpcfg config export | ssh web2 httpcfg config import -",
      shows: "copy it to another machine",
    },
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
  summary: "Check a document and replace the stored configuration with it",
  details: ["Prints what changes. The previous document stays in the history."],
  examples: [
    { line: "httpcfg config import backup.json", shows: "restore a backup" },
    { line: "httpcfg config import new.json --dry-run", shows: "only show what would change" },
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
  summary: "Edit the configuration in an editor, check it and store it",
  details: [
    "Uses VISUAL, or EDITOR, or vi. What does not pass the checks is not stored but kept in a " +
    "file beside the document, where the schema for the editor is too.",
  ],
  examples: [{ line: "EDITOR=nano httpcfg config edit", shows: "edit it with nano" }],
  flags: {},
  words: { min: 0, max: 0 },
  async run(_input, io): Promise<number> {
    const draft = `${io.paths.config}.draft.json`;
    await writeFile(siblingOf(io.paths.config, SCHEMA_NAME), await schemaText());
    const before = await io.store.read();
    await writeFile(draft, asText({ ...before, $schema: `./${SCHEMA_NAME}` }));
    if (!(await openEditor(draft))) {
      await removeFile(draft);
      throw new Fault("Cannot edit the configuration: the editor failed", {
        hint: "EDITOR=nano httpcfg config edit",
      });
    }
    const document = await parseDraft(io, draft);
    const result = await changeList(io, { kind: "replace", document, over: before });
    if (result.change === null) {
      report(io, result.notices);
      throw new Fault(`Cannot store the edited document: ${result.problem?.reason}`, {
        hint: `httpcfg config import --dry-run ${shellWord(draft)}`, // what it would change
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
  summary: "Print the JSON Schema of the configuration",
  examples: [{ line: "httpcfg config schema > config.schema.json", shows: "for an editor" }],
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

/** Replaces the stored document with `document` and prints what changes. */
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
      hint: `\${EDITOR:-vi} ${shellWord(draft)}; httpcfg config import ${shellWord(draft)}`,
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

function siblingOf(path: string, name: string): string {
  return path.replace(/[^/\\]*$/, name);
}
