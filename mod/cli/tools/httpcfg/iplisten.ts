/**
 * `set|delete iplisten`: changes to the IP inclusion list, with the syntax of Httpcfg.exe.
 *
 * Where the texts of the old tool are in doubt (no full stop after the code, `IP :` without a
 * second space), this follows KB 813368. The message for an invalid address goes to stdout as it
 * did, followed by the reason and a hint on stderr.
 *
 * @module
 */
import { codeOf } from "../../../admin/admin_io.ts";
import { changeList, type EntryEdit } from "../../../admin/change_list.ts";
import { exitStatusOf } from "../../../base/exit_status.ts";
import { quote, shellWord, usageFault } from "../../../base/fault.ts";
import type { FlagSpec } from "../../../base/flag_spec.ts";
import { oneLine } from "../../../base/printable.ts";
import { WIN32 } from "../../../base/win32.ts";
import { INCLUSION_RULES } from "../../../listen/list/inclusion.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { report, reportHint } from "../../core/report.ts";
import { answerText } from "../../core/format.ts";
import { CHANGE_FLAGS, isJson, noteUnchanged } from "../../core/outcome.ts";
import { refusalIo } from "./changed.ts";
import { printResult } from "./completed.ts";
import { type EntryText, readEntries } from "./entry_file.ts";
import { readSwitches } from "./switches.ts";
import { storeHelp } from "./usage_text.ts";

/** The most characters of an invalid value that the old message repeats. */
const VALUE_SHOWN_MAX = 100;

const NAMES = { Set: "set iplisten", Delete: "delete iplisten" } as const;

const MANY =
  "Several entries, from -i repeated or from the lines of a file, are one change: what " +
  "can be stored is stored, each entry gets its own line, and the exit status is that of the " +
  "first that failed. Empty lines of the file, and what follows # at the start of a line or after " +
  "a space, are left out.";
/** `!` is history expansion in an interactive bash, so that it would have to be quoted. */
const EXCEPT: FlagSpec = {
  kind: "list",
  value: "ENTRY",
  summary: "the exclusion !ENTRY, without a character that a shell interprets",
  completes: "entry",
};
const FROM: FlagSpec = {
  kind: "string",
  value: "FILE",
  summary: "take entries from FILE too, one a line; - is stdin",
  completes: "file",
};

const setIplisten: CommandSpec = {
  name: NAMES.Set,
  usage: "-i ENTRY …",
  summary: "Add an address, a block or an interface to the IP inclusion list",
  details: [INCLUSION_RULES, MANY, ...storeHelp("set", "iplisten")],
  examples: [
    { line: "httpcfg set iplisten -i 192.168.1.10", shows: "listen on this address" },
    {
      line: "httpcfg set iplisten -i 10.0.0.0/8",
      shows: "also listen on every address of this block",
    },
    { line: "httpcfg set iplisten --from list.txt", shows: "listen on the addresses in this file" },
    { line: "httpcfg set iplisten --except 10.0.0.5", shows: "but not on this address" },
  ],
  flags: {
    except: EXCEPT,
    from: FROM,
    strict: { kind: "boolean", summary: "reject what this machine does not have now" },
    later: { kind: "boolean", summary: "accept the name of an interface that does not exist yet" },
    ...CHANGE_FLAGS,
  },
  words: { min: 0, max: Infinity },
  legacy: true,
  switches: { "-i": "entry" },
  run: (input, io) => change(input, io, "Set"),
};

const deleteIplisten: CommandSpec = {
  name: NAMES.Delete,
  usage: "-i ENTRY …",
  summary: "Remove an address from the IP inclusion list",
  details: [
    "An empty list means every address of the machine.",
    MANY,
    ...storeHelp("delete", "iplisten"),
  ],
  examples: [{
    line: "httpcfg delete iplisten -i 192.168.1.10",
    shows: "stop listening on this address",
  }],
  flags: { except: EXCEPT, from: FROM, ...CHANGE_FLAGS },
  words: { min: 0, max: Infinity },
  legacy: true,
  switches: { "-i": "stored-entry" },
  run: (input, io) => change(input, io, "Delete"),
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [setIplisten, deleteIplisten];

async function change(
  input: CommandInput,
  io: CommandIo,
  action: "Set" | "Delete",
): Promise<number> {
  const { pairs, unknown, rest } = readSwitches(input.words, "i");
  const stderr = refusalIo(input, io);
  const others = input.words.filter((word) => word !== unknown);
  if (unknown !== null) {
    return await refused(stderr, `${oneLine(unknown)} is not a valid command.`, action, others);
  }
  const file = input.text("from");
  if (file !== null && rest[0] !== undefined) {
    const word = shellWord(rest[0]);
    throw usageFault(
      `Cannot use ${quote(rest[0])}: unexpected argument`,
      `httpcfg ${NAMES[action]} -i ${word} --from ${shellWord(file)}`,
    );
  }
  const typed = [
    ...pairs.map(([, text]) => text),
    ...input.texts("except").map((text) => `!${text}`),
  ]
    .map((text): EntryText => ({ text }));
  const texts = file === null ? typed : [...typed, ...await readEntries(io, file, NAMES[action])];
  if (texts.length === 0) {
    return await refused(stderr, "(null) is not a valid IP address.", action, rest);
  }
  const edits = texts.map((from): EntryEdit => {
    if (action === "Delete") return { kind: "remove", ...from };
    return { kind: "add", ...from, strict: input.flag("strict"), later: input.flag("later") };
  });
  const isIdempotent = input.flag("idempotent");
  const changed = await changeList(io, { kind: "edit", edits, isIdempotent });
  const status = isJson(input)
    ? await answerJson(io, edits, changed)
    : answer(io, action, edits, changed);
  if (changed.problem === null && !changed.changed) await noteUnchanged(io);
  const [only] = edits;
  if (edits.length === 1 && action === "Delete" && changed.problem?.code === WIN32.FILE_NOT_FOUND) {
    const { absentEntryHint } = await import("./list_hints.ts");
    const hint = await absentEntryHint(io, only!.text);
    if (hint !== null) reportHint(io, hint);
  }
  return status;
}

/** Prints the result of each edit, and returns the exit status of the first that failed. */
function answer(
  io: CommandIo,
  action: "Set" | "Delete",
  edits: readonly EntryEdit[],
  { problem, answers, notices }: Awaited<ReturnType<typeof changeList>>,
): number {
  edits.forEach(({ text }, i) => {
    const result = answers[i]!;
    if (codeOf(result) !== WIN32.WSAEINVAL) printResult(io, action, result);
    else {
      io.out(`${shortened(text)} is not a valid IP address.`);
      report(io, result.notices);
    }
  });
  report(io, notices);
  const done = answers.filter((result) => result.problem === null).length;
  if (edits.length > 1 && done < edits.length) {
    const verb = action === "Set" ? "added" : "removed";
    report(io, [{ kind: "note", text: `${verb} ${done} of ${edits.length} entries` }]);
  }
  return exitStatusOf(problem?.code ?? WIN32.NO_ERROR, io.os);
}

/** Prints the result of each edit as one object. */
async function answerJson(
  io: CommandIo,
  edits: readonly EntryEdit[],
  { problem, changed, change, answers, notices }: Awaited<ReturnType<typeof changeList>>,
): Promise<number> {
  const entries = edits.map(({ text: entry }, i) => {
    const { changed, problem } = answers[i]!;
    return { entry, changed, code: problem?.code ?? 0, reason: problem?.reason ?? null };
  });
  const ipListen = change?.after.ipListen ?? await io.store.readList();
  io.out(answerText({ changed, code: problem?.code ?? 0, entries, ipListen }));
  report(io, [...answers.flatMap((answer) => answer.notices), ...notices]);
  return exitStatusOf(problem?.code ?? WIN32.NO_ERROR, io.os);
}

function shortened(text: string): string {
  const line = oneLine(text);
  return line.length > VALUE_SHOWN_MAX ? `${line.slice(0, VALUE_SHOWN_MAX)}…` : line;
}

async function refused(
  io: CommandIo,
  message: string,
  action: "Set" | "Delete",
  words: readonly string[],
): Promise<number> {
  io.out(message);
  const { missingEntryHint } = await import("./list_hints.ts");
  reportHint(io, await missingEntryHint(io, NAMES[action], words));
  return exitStatusOf(WIN32.INVALID_PARAMETER, io.os);
}
