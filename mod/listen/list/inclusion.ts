/**
 * The IP inclusion list: the only place that knows what an entry matches.
 *
 * The rules are {@linkcode INCLUSION_RULES}, exactly as `--help` shows them. Everything here is
 * pure: entries are compiled to an {@linkcode Inclusion}, which decides about one address at a
 * time.
 *
 * @module
 */
import ipaddr from "ipaddr.js";
import { type Ip, isIpv4 } from "../../base/address.ts";
import {
  type Bytes,
  type EntryTarget,
  type ListEntry,
  targetText,
} from "../../config/document/list_entry.ts";

/** The rules of the list, for `--help`, the man page and the reader of this file. */
export const INCLUSION_RULES =
  `The list defines on which addresses of this machine the HTTP service listens.

  10.0.0.5, 2001:db8::5   this address, as soon as the machine has it
  10.0.0.0/8, fd00::/8    every address of the machine in this block
  eth1                    every address of this interface
  0.0.0.0                 every IPv4 address
  ::                      every IPv6 address, but no IPv4 address
  !ENTRY                  excludes the addresses that ENTRY matches

Entries are checked in order, and the first one that matches an address
decides. An address that no entry matches is excluded, unless all entries are
exclusions. An empty list includes every address.
Entries have no port: the list applies to every port that a started site uses.`;

/** The decision about one address, and the entry that made it; null if none matched. */
export interface Decision {
  readonly included: boolean;
  readonly entry: ListEntry | null;
}

/**
 * The list, compiled for many lookups: plain addresses are found by hash, so that 10,000 of them
 * cost as much as one. See {@linkcode INCLUSION_RULES} for what it decides.
 */
export interface Inclusion {
  readonly entries: readonly ListEntry[];
  /** Decides about `ip`, which is on the interface `interfaceName`; null if no interface has it. */
  decide(ip: Ip, interfaceName: string | null): Decision;
  /**
   * Reports whether every address of the family is included, whatever addresses the machine has.
   */
  includesFamily(family: 4 | 6): boolean;
}

/** Compiles the entries, in their order, to an {@linkcode Inclusion}. */
export function compileInclusion(entries: readonly ListEntry[]): Inclusion {
  const byAddress = new Map<string, number>();
  const others: number[] = [];
  entries.forEach((entry, index) => {
    if (entry.target.kind !== "address") others.push(index);
    else if (!byAddress.has(entry.target.ip)) byAddress.set(entry.target.ip, index);
  });
  const unmatched: Decision = {
    included: entries.every((entry) => entry.excludes),
    entry: null,
  };
  function decide(ip: Ip, interfaceName: string | null): Decision {
    let first = Math.min(
      byAddress.get(ip) ?? Infinity,
      ip.includes("%") ? byAddress.get(withoutZone(ip)) ?? Infinity : Infinity,
    );
    for (const index of others) {
      if (index > first) break;
      if (matches(entries[index]!.target, ip, interfaceName)) first = index;
    }
    const entry = entries[first];
    return entry === undefined ? unmatched : { included: !entry.excludes, entry };
  }
  return { entries, decide, includesFamily: (family) => includesFamily(entries, family) };
}

/**
 * Returns the earlier entry that decides about everything that `entries[index]` could match, so
 * that this one has no effect; null if there is none. Interfaces are not compared, because their
 * addresses change.
 */
export function findShadowingEntry(entries: readonly ListEntry[], index: number): ListEntry | null {
  const later = entries[index]?.target;
  if (later === undefined) return null;
  return entries.slice(0, index).find(({ target }) => covers(target, later)) ?? null;
}

function covers(outer: EntryTarget, inner: EntryTarget): boolean {
  if (targetText(outer) === targetText(inner)) return true;
  if (inner.kind === "address") return matches(outer, inner.ip, null);
  if (inner.kind === "interface" || inner.kind === "any") return false;
  if (outer.kind === "any") return outer.family === inner.family;
  return outer.kind === "block" && outer.family === inner.family && outer.bits <= inner.bits &&
    samePrefix(outer.bytes, inner.bytes, outer.bits);
}

function includesFamily(entries: readonly ListEntry[], family: 4 | 6): boolean {
  for (const { target, excludes } of entries) {
    if (target.kind === "any" && target.family === family) return !excludes;
    if (excludes && (target.kind === "interface" || targetFamily(target) === family)) return false;
  }
  return entries.every((entry) => entry.excludes);
}

function targetFamily(target: EntryTarget): 4 | 6 | null {
  if (target.kind === "interface") return null;
  if (target.kind === "address") return isIpv4(target.ip) ? 4 : 6;
  return target.family;
}

function matches(target: EntryTarget, ip: Ip, interfaceName: string | null): boolean {
  switch (target.kind) {
    case "address":
      return target.ip === ip || target.ip === withoutZone(ip);
    case "any":
      return target.family === (isIpv4(ip) ? 4 : 6);
    case "interface":
      return target.name === interfaceName;
    case "block":
      return target.family === (isIpv4(ip) ? 4 : 6) &&
        samePrefix(target.bytes, ipBytes(ip), target.bits);
  }
}

function withoutZone(ip: Ip): string {
  const percent = ip.indexOf("%");
  return percent < 0 ? ip : ip.slice(0, percent);
}

function ipBytes(ip: Ip): Bytes {
  return ipaddr.parse(withoutZone(ip)).toByteArray();
}

function samePrefix(a: Bytes, b: Bytes, bits: number): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (a[i] !== b[i]) return false;
  const rest = bits & 7;
  return rest === 0 || (a[whole]! ^ b[whole]!) >> (8 - rest) === 0;
}
