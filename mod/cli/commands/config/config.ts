/**
 * `config …`: the stored document as a whole, for editors and backups.
 *
 * @module
 */
import { changeList } from "../../../admin/change_list.ts";
import { EXIT } from "../../../base/exit_status.ts";
import type { Notice } from "../../../admin/admin_io.ts";
import { Fault, quote, shellWord } from "../../../base/fault.ts";
import {
  absentFields,
  type DocumentField,
  withDefaults,
} from "../../../config/document/defaults.ts";
import { isCommented } from "../../../config/store/commented.ts";
import { commentNotices } from "../../core/notices/comment_notices.ts";
import { diffValues } from "../../../config/document/diff.ts";
import type { ConfigDocument } from "../../../config/document/document.ts";
import { effectiveSettings } from "../../../config/document/settings.ts";
import type { CommandIo, CommandSpec } from "../../core/command.ts";
import { answerText, jsonText } from "../../core/format.ts";
import { CHANGE_FLAGS, isJson } from "../../core/outcome.ts";
import { finishReplaced, showChanges } from "../../core/replaced.ts";
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
    format: CHANGE_FLAGS.format,
  },
  words: { min: 0, max: 0 },
  run(input, io): Promise<number> {
    const all = { ...io.paths, why: io.home.why };
    const rows = Object.entries(all);
    if (isJson(input)) io.out(answerText(all));
    else if (input.flag("all")) {
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
    else await readDocument(io, file);
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
  details: [
    "Prints what changes. The previous document stays in the history.",
    "The document may have comments and a comma after the last member; they are not stored. Fields " +
    "that are absent have their defaults: a site needs only a name, bindings and content. The " +
    "import replaces everything: an absent field does not keep what is stored, and a warning names " +
    "what is lost.",
  ],
  examples: [
    { line: "httpcfg config import backup.json", shows: "restore a backup" },
    { line: "httpcfg config import new.json --dry-run", shows: "only show what would change" },
  ],
  flags: { "dry-run": { kind: "boolean", summary: "store nothing" }, ...CHANGE_FLAGS },
  words: { min: 1, max: 1 },
  completes: ["file"],
  async run(input, io): Promise<number> {
    const file = input.words[0]!;
    const { document, absent, hasComments } = await readDocument(io, file);
    const before = await io.store.read();
    if (input.flag("dry-run")) {
      const changes = diffValues(before, document);
      if (isJson(input)) io.out(answerText({ changed: false, absent, changes }));
      else showChanges(io, changes);
      report(io, absentNotices(file, absent, before, document));
      return EXIT.ok;
    }
    const result = await changeList(io, { kind: "replace", document });
    const stored = result.change?.before ?? before;
    report(io, result.changed ? absentNotices(file, absent, stored, document) : []);
    if (hasComments) report(io, [{ kind: "note", text: "comments are not stored" }]);
    return await finishReplaced(input, io, result, { absent });
  },
};

const configEdit: CommandSpec = {
  name: "config edit",
  usage: "",
  summary: "Edit the configuration in an editor, check it and store it",
  details: [
    "Uses VISUAL or EDITOR, which may have arguments, else the first of editor, vi and nano that " +
    "is there, on Windows notepad. It needs a terminal; scripts use httpcfg config export and httpcfg config import. What does not pass the checks is not stored but kept in a " +
    "file beside the document, where the schema for the editor is too.",
  ],
  examples: [{ line: "httpcfg config edit", shows: "edit it, and store it when the editor ends" }],
  flags: {},
  words: { min: 0, max: 0 },
  async run(_input, io): Promise<number> {
    // Whoever may not store it need not edit it.
    await io.store.update((document) => document);
    if (!io.isInteractive()) throw editFault("there is no terminal");
    const draft = `${io.paths.config}.draft.json`;
    await writeFile(siblingOf(io.paths.config, SCHEMA_NAME), await schemaText());
    const before = await io.store.read();
    await writeFile(draft, asText({ ...before, $schema: `./${SCHEMA_NAME}` }));
    const failure = await openEditor(draft, io);
    if (failure !== null) {
      await removeFile(draft);
      throw editFault(failure);
    }
    const { document, absent, hasComments } = await parseDraft(io, draft);
    const result = await changeList(io, { kind: "replace", document, over: before });
    if (result.change === null) {
      report(io, result.notices);
      throw new Fault(`Cannot store the edited document: ${result.problem?.reason}`, {
        hint: `httpcfg config import --dry-run ${shellWord(draft)}`, // what it would change
      });
    }
    if (hasComments) {
      const { keepComments } = await import("../../../config/store/original.ts");
      const copy = await keepComments(io.paths.config, await readFileOrInput(draft));
      report(io, commentNotices(copy));
    }
    await removeFile(draft);
    report(io, absentNotices(draft, absent, before, document));
    showChanges(io, diffValues(before, document));
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

function editFault(reason: string): Fault {
  return new Fault(`Cannot edit the configuration: ${reason}`, {
    hint: "httpcfg config export > new.json; httpcfg config import new.json",
  });
}

/** A document from a file that people write. */
interface ReadDocument {
  readonly document: ConfigDocument;
  /** The fields that the file does not have. */
  readonly absent: readonly DocumentField[];
  /** Whether it is JSON only without its comments, or without its further commas. */
  readonly hasComments: boolean;
}

/** Reads a whole document; what is absent in the file has its default. Throws a Fault. */
async function readDocument(io: CommandIo, file: string): Promise<ReadDocument> {
  io.progress?.("checking", "the document");
  const text = await readFileOrInput(file);
  const value = await io.store.parseJson(text, file);
  const document = await io.store.check(withDefaults(value), file);
  return { document, absent: absentFields(value), hasComments: isCommented(text) };
}

/** Warns of what is stored and would be lost because the file does not say it. */
function absentNotices(
  file: string,
  absent: readonly DocumentField[],
  before: ConfigDocument,
  after: ConfigDocument,
): Notice[] {
  const lost = absent.filter((name) => diffValues(before[name], after[name]).length > 0);
  return lost.map((name) => ({
    kind: "warning",
    text: `${quote(file)} has no ${quote(name)}: what is stored of it is replaced by the default`,
    hint: "httpcfg history",
  }));
}

async function parseDraft(io: CommandIo, draft: string): Promise<ReadDocument> {
  try {
    return await readDocument(io, draft);
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
