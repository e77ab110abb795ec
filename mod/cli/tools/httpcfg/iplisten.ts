/**
 * `set|delete iplisten`: changes of the IP inclusion list, by the words of Httpcfg.exe.
 *
 * Choices where the old tool's texts are in doubt (no full stop after the code, `IP :` without a
 * second space) follow KB 813368. The message of a wrong address goes to stdout as it did, followed
 * by the reason and a hint on stderr.
 *
 * @module
 */
import { quote, usageFault } from "../../../base/fault.ts";
import { exitStatusOf, WIN32 } from "../../../base/win32.ts";
import { addListEntry, removeListEntry } from "../../../config/document/edit.ts";
import { INCLUSION_RULES } from "../../../listen/list/inclusion.ts";
import {
  type EntryProblem,
  isEntryProblem,
  parseEntry,
} from "../../../config/document/list_entry.ts";
import { type Machine, readMachine } from "../../../listen/machine/machine_addresses.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { absence, addedAdvice } from "../../list_advice.ts";
import { readSwitches } from "./switches.ts";
import { tellHowToApply } from "../../apply_note.ts";
import { completed } from "./completed.ts";
import { isDenied, tellDenied } from "../../http_store.ts";

/** Characters of a refused value that the old message repeats. */
const VALUE_SHOWN_MAX = 100;

export const setIplisten: CommandSpec = {
  name: "set iplisten",
  usage: "-i ENTRY",
  summary: "Add an address, a block or an interface to the IP inclusion list",
  details: [INCLUSION_RULES],
  examples: [
    { line: "httpcfg set iplisten -i 192.168.1.10", tells: "listen on this address" },
    { line: "httpcfg set iplisten -i 10.0.0.0/8", tells: "and on every address of the block" },
    { line: "httpcfg set iplisten -i '!10.0.0.5' --before 1", tells: "but not on this one" },
  ],
  flags: {
    before: { kind: "string", value: "N", summary: "put it before the Nth entry, 1 the first" },
    strict: { kind: "boolean", summary: "refuse what this machine does not have now" },
    later: { kind: "boolean", summary: "accept the name of an interface that is not here yet" },
  },
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
  const machine = action === "Set" ? readMachine() : null;
  const entry = parseEntry(value, action === "Set" ? knownNames(input, machine) : undefined);
  if (isEntryProblem(entry)) return noEntry(io, value, entry, action);
  if (machine !== null && input.flag("strict") && absence(entry, machine) !== null) {
    io.note(`error: Cannot add ${quote(entry.text)}: ${absence(entry, machine)}`);
    return completed(io, action, WIN32.WSAEADDRNOTAVAIL);
  }
  const before = action === "Set" ? input.text("before") : null;
  const change = await io.store.update((document) =>
    action === "Set"
      ? addListEntry(document, entry.text, placeOf(before, document.ipListen.length))
      : removeListEntry(document, entry.text)
  ).catch((error) => {
    if (!isDenied(error)) throw error;
    tellDenied(io, error);
    return null;
  });
  if (change === null) return completed(io, action, WIN32.ACCESS_DENIED);
  const { changed, after } = change;
  if (!changed) {
    return completed(io, action, action === "Set" ? WIN32.ALREADY_EXISTS : WIN32.FILE_NOT_FOUND);
  }
  const status = completed(io, action, WIN32.NO_ERROR);
  if (action === "Set") io.note(addedAdvice(entry, after.ipListen) ?? "");
  await tellHowToApply(io, "HTTP");
  return status;
}

/** Names that an entry may have: those of the machine, where a later one is not allowed. */
function knownNames(input: CommandInput, machine: Machine | null): string[] | undefined {
  if (input.flag("later") || machine === null) return undefined;
  return [...new Set(machine.addresses.map((address) => address.interface))];
}

/** Place in the list of `--before N`, from 0; null for the end. */
function placeOf(before: string | null, length: number): number | null {
  if (before === null) return null;
  const place = /^[1-9][0-9]{0,5}$/.test(before) ? Number(before) : 0;
  if (place >= 1 && place <= Math.max(1, length)) return place - 1;
  throw usageFault(
    `Cannot put it before ${quote(before)}: the list has ${length} entries`,
    "httpcfg query iplisten",
  );
}

function noEntry(
  io: CommandIo,
  value: string,
  { reason, hint }: EntryProblem,
  action: "Set" | "Delete",
): number {
  const shown = value.length > VALUE_SHOWN_MAX ? `${value.slice(0, VALUE_SHOWN_MAX)}…` : value;
  io.out(`${printable(shown)} is not a valid IP address.`);
  const what = action === "Set" ? "add" : "remove";
  io.note(`error: Cannot ${what} ${quote(value)}: ${reason}\nhint: ${hint}`);
  return exitStatusOf(WIN32.WSAEINVAL, io.os);
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
