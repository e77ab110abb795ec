/**
 * What changes for a list of version 1, in which the first matching entry decided: an exclusion now
 * wins wherever it stands. Pure.
 *
 * @module
 */
import { compareIp, type Ip } from "../../base/address.ts";
import type { ListEntry } from "../../config/document/list_entry.ts";
import { AddressTable } from "../machine/address_table.ts";
import type { Machine } from "../machine/machine_addresses.ts";
import { compileInclusion } from "./inclusion.ts";

/**
 * Returns the addresses that the ordered list served and that the set excludes, as far as the
 * machine and the entries name them; and the excluded blocks of which that is true in part. The
 * reverse does not occur.
 */
export function excludedByOrderChange(entries: readonly ListEntry[], machine: Machine): string[] {
  const table = new AddressTable(machine);
  const single = entries.map((entry) => ({
    entry,
    // An exclusion is compiled as what it names, so that it decides whether it matches.
    named: compileInclusion([{ ...entry, excludes: false }], table),
  }));
  const set = compileInclusion(entries, table);
  function wasServed(ip: Ip): boolean {
    const first = single.find(({ named }) => named.decide(ip).included);
    return first === undefined ? entries.every((entry) => entry.excludes) : !first.entry.excludes;
  }
  const candidates = new Set<Ip>([
    ...machine.addresses.map(({ ip }) => ip),
    ...entries.flatMap(({ target }) =>
      target.kind === "address" ? [table.canonical(target.ip)] : []
    ),
  ]);
  const addresses = [...candidates].filter((ip) => wasServed(ip) && !set.decide(ip).included);
  const blocks = entries.filter((entry, i) => isLateBlock(entry, entries.slice(0, i)));
  return [...addresses.sort(compareIp), ...blocks.map(({ text }) => text.slice(1))];
}

/** Reports whether `entry` excludes a block after an entry that may include some of it. */
function isLateBlock({ target, excludes }: ListEntry, earlier: readonly ListEntry[]): boolean {
  if (!excludes || target.kind !== "block") return false;
  return earlier.some((other) => {
    if (other.excludes || other.target.kind === "interface") return false;
    if (other.target.kind === "address") return false; // named as an address
    return other.target.family === target.family;
  });
}
