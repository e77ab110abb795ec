/**
 * What is worth knowing about a list that has just been changed: said on stderr, never in the way.
 *
 * @module
 */
import { quote, shellWord } from "../base/fault.ts";
import { shadowedBy } from "../listen/list/inclusion.ts";
import { type ListEntry, parseList } from "../config/document/list_entry.ts";
import { addressTable, type Machine } from "../listen/machine/machine_addresses.ts";

/** About the entry that was just added: why it never decides anything; null where it does. Pure. */
export function addedAdvice(entry: ListEntry, list: readonly string[]): string | null {
  const entries = parseList(list);
  const shadow = shadowedBy(entries, entries.findIndex(({ text }) => text === entry.text));
  if (shadow === null) return null;
  const word = shellWord(entry.text);
  return `note: ${quote(entry.text)} decides nothing, because ${quote(shadow.text)} stands ` +
    `before it and the first match wins\nhint: httpcfg delete iplisten -i ${word}; ` +
    `httpcfg set iplisten -i ${word} --before ${list.indexOf(shadow.text) + 1}`;
}

/** Why an entry stands for nothing that the machine has now; null where it stands for something. */
export function absence(entry: ListEntry, machine: Machine): string | null {
  return isThere(entry, machine) ? null : "no interface of this machine has it now";
}

function isThere({ target, excludes }: ListEntry, machine: Machine): boolean {
  if (excludes) return true; // an exclusion of nothing does what it says
  if (target.kind === "address") return addressTable(machine).interfaceOf(target.ip) !== null;
  if (target.kind !== "interface") return true;
  return machine.addresses.some((address) => address.interface === target.name);
}
