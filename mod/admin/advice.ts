/**
 * Advice about a list that has just been changed. Pure.
 *
 * @module
 */
import { quote, shellWord } from "../base/fault.ts";
import { type ListEntry, parseList } from "../config/document/list_entry.ts";
import { findShadowingEntry } from "../listen/list/inclusion.ts";
import { addressTable, type Machine } from "../listen/machine/machine_addresses.ts";
import type { Notice } from "./admin_io.ts";

/**
 * Returns a notice for each entry that `after` adds to `before` and that has no effect on
 * `machine`.
 */
export function listAdvice(
  before: readonly string[],
  after: readonly string[],
  machine: Machine,
): Notice[] {
  const known = new Set(before);
  const entries = parseList(after);
  return entries.flatMap((entry, place) => {
    if (known.has(entry.text)) return [];
    const shadow = findShadowingEntry(entries, place);
    if (shadow !== null) return [shadowNotice(entry, shadow, after.indexOf(shadow.text))];
    return isUnknownInterface(entry, machine) ? [interfaceNotice(entry)] : [];
  });
}

/** Returns why an entry matches nothing that the machine has now; null if it matches something. */
export function absenceReason(entry: ListEntry, machine: Machine): string | null {
  return isPresent(entry, machine) ? null : "not present on this machine";
}

function shadowNotice(entry: ListEntry, shadow: ListEntry, place: number): Notice {
  const word = shellWord(entry.text);
  return {
    kind: "note",
    text: `${quote(entry.text)} has no effect: ${quote(shadow.text)} comes before it, ` +
      "and the first match wins",
    hint: `httpcfg delete iplisten -i ${word}; ` +
      `httpcfg set iplisten -i ${word} --before ${place + 1}`,
  };
}

function interfaceNotice(entry: ListEntry): Notice {
  return {
    kind: "note",
    text: `${quote(entry.text)} matches nothing until this machine has an interface with that name`,
    hint: "ip link",
  };
}

function isPresent(entry: ListEntry, machine: Machine): boolean {
  const { target, excludes } = entry;
  if (excludes) return true; // excluding what is absent is no mistake
  if (target.kind === "address") return addressTable(machine).interfaceOf(target.ip) !== null;
  return !isUnknownInterface(entry, machine);
}

function isUnknownInterface({ target }: ListEntry, { addresses }: Machine): boolean {
  return target.kind === "interface" &&
    !addresses.some((address) => address.interface === target.name);
}
