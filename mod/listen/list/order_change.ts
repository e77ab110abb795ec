/**
 * What changes for a list of version 1, in which the first matching entry decided: an exclusion now
 * wins wherever it stands. Pure.
 *
 * @module
 */
import type { Ip } from "../../base/address.ts";
import { compareIp } from "../../base/ip_order.ts";
import { type ListEntry, networkOf, targetText } from "../../config/document/list_entry.ts";
import { AddressTable, samePrefix } from "../machine/address_table.ts";
import type { Machine } from "../machine/machine_addresses.ts";
import { compileInclusion } from "./inclusion.ts";

/**
 * Returns the addresses that the ordered list served and that the set excludes, as far as the
 * machine and the entries name them; and the excluded blocks of which that is true in part. The
 * reverse does not occur.
 */
export function excludedByOrderChange(entries: readonly ListEntry[], machine: Machine): string[] {
  if (!entries.some(({ excludes }) => excludes)) return [];
  const table = new AddressTable(machine);
  const single = entries.map((entry) => ({
    entry,
    // An exclusion is compiled as what it names, so that it decides whether it matches.
    named: compileInclusion([{ ...entry, excludes: false }], table),
  }));
  const set = compileInclusion(entries, table);
  function decidedFor(ip: Ip, name: string | null): boolean {
    const first = single.find(({ entry: { target }, named }) => {
      return target.kind === "interface" ? target.name === name : named.decide(ip).included;
    });
    return first === undefined ? entries.every((entry) => entry.excludes) : !first.entry.excludes;
  }
  // An address was served if the list served it on one of its interfaces.
  function wasServed(ip: Ip): boolean {
    const names = table.interfacesOf(ip);
    return names.length === 0 ? decidedFor(ip, null) : names.some((name) => decidedFor(ip, name));
  }
  const candidates = new Set<Ip>([
    ...machine.addresses.map(({ ip }) => ip),
    ...entries.flatMap(({ target }) =>
      target.kind === "address" ? [table.canonical(target.ip)] : []
    ),
  ]);
  // What the set decides is found at once, what the ordered list did by a walk through it.
  const addresses = [...candidates].filter((ip) => !set.decide(ip).included && wasServed(ip));
  const blocks = entries.flatMap((entry, i) => excludedBlocks(entry, entries.slice(0, i)));
  return [...addresses.sort(compareIp), ...new Set(blocks)];
}

/** Returns the blocks that earlier entries include and `entry` excludes. */
function excludedBlocks({ target, excludes }: ListEntry, earlier: readonly ListEntry[]): string[] {
  if (!excludes || target.kind === "interface" || target.kind === "address") return [];
  const own = networkOf(target);
  return earlier.flatMap((other) => {
    if (other.excludes || other.target.kind === "interface") return [];
    if (other.target.kind === "address") return []; // named as an address
    const { bytes, bits } = networkOf(other.target);
    const isSameFamily = bytes.length === own.bytes.length;
    if (!isSameFamily || !samePrefix(bytes, own.bytes, Math.min(bits, own.bits))) return [];
    return [bits > own.bits ? other.text : targetText(target)]; // the smaller of the two
  });
}
