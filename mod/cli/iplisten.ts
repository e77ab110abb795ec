/**
 * `set|delete iplisten`: changes of the IP inclusion list, by the words of Httpcfg.exe.
 *
 * Choices where the old tool's texts are in doubt (no full stop after the code, `IP :` without a
 * second space) follow KB 813368. The message of a wrong address goes to stdout as it did, followed
 * by the reason and a hint on stderr.
 *
 * @module
 */
import { quote } from "../base/fault.ts";
import { exitStatusOf, WIN32 } from "../base/win32.ts";
import { addListEntry, removeListEntry } from "../config/edit.ts";
import { INCLUSION_RULES } from "../listen/inclusion.ts";
import { isEntryProblem, parseEntry } from "../listen/list_entry.ts";
import type { CommandInput, CommandIo, CommandSpec } from "./command.ts";
import { readSwitches } from "./switches.ts";
import { tellHowToApply } from "./apply_note.ts";
import { completed } from "./completed.ts";

/** Characters of a refused value that the old message repeats. */
const VALUE_SHOWN_MAX = 100;

export const setIplisten: CommandSpec = {
  name: "set iplisten",
  usage: "-i ADDRESS",
  summary: "Add an address to the IP inclusion list",
  details: [INCLUSION_RULES],
  examples: [
    { line: "httpcfg set iplisten -i 192.168.1.10", tells: "listen on this address" },
    { line: "httpcfg set iplisten -i ::1", tells: "and on IPv6 loopback" },
  ],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  switches: { "-i": "entry" },
  run: (input, io) => changeList(input, io, "Set"),
};

export const deleteIplisten: CommandSpec = {
  name: "delete iplisten",
  usage: "-i ADDRESS",
  summary: "Remove an address from the IP inclusion list",
  details: ["An empty list means every address of the machine."],
  examples: [{ line: "httpcfg delete iplisten -i 192.168.1.10", tells: "no longer listen there" }],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  switches: { "-i": "stored-entry" },
  run: (input, io) => changeList(input, io, "Delete"),
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [setIplisten, deleteIplisten];

async function changeList(
  input: CommandInput,
  io: CommandIo,
  action: "Set" | "Delete",
): Promise<number> {
  const { values, unknown } = readSwitches(input.words, "i");
  if (unknown !== null) return refused(io, `${unknown} is not a valid command.`);
  const value = values.get("i");
  if (value === undefined) return refused(io, "(null) is not a valid IP address.");
  const entry = parseEntry(value);
  if (isEntryProblem(entry)) {
    const shown = value.length > VALUE_SHOWN_MAX ? `${value.slice(0, VALUE_SHOWN_MAX)}…` : value;
    io.out(`${printable(shown)} is not a valid IP address.`);
    const what = action === "Set" ? "add" : "remove";
    io.note(`error: Cannot ${what} ${quote(value)}: ${entry.reason}\nhint: ${entry.hint}`);
    return exitStatusOf(WIN32.WSAEINVAL, io.os);
  }
  const edit = action === "Set" ? addListEntry : removeListEntry;
  const { changed } = await io.store.update((document) => edit(document, entry.text));
  if (!changed) {
    return completed(io, action, action === "Set" ? WIN32.ALREADY_EXISTS : WIN32.FILE_NOT_FOUND);
  }
  const status = completed(io, action, WIN32.NO_ERROR);
  await tellHowToApply(io, "HTTP");
  return status;
}

function refused(io: CommandIo, message: string): number {
  io.out(printable(message));
  io.note(`hint: httpcfg set iplisten -i 192.168.1.10`);
  return WIN32.INVALID_PARAMETER;
}

/** A terminal must not obey what a command line carries. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, "?");
}
