/**
 * The IP inclusion list: the one place that knows what an entry matches.
 *
 * The rules are {@linkcode INCLUSION_RULES}, word for word what `--help` shows. Everything here is
 * pure: entries become an {@linkcode Inclusion}, and that decides about one address at a time.
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
  `The list says on which addresses of this machine the HTTP service listens.

  10.0.0.5, 2001:db8::5   this address; it waits until the machine has it
  10.0.0.0/8, fd00::/8    every address of the machine inside the block
  eth1                    every address of the interface
  0.0.0.0                 every IPv4 address
  ::                      every IPv6 address, and no IPv4 address
  !ENTRY                  not these

Entries are read in order and the first one that matches an address decides.
An address that no entry matches is left out; where the list holds exclusions
only, it is taken. An empty list takes every address.
Entries have no port: the list holds for every port that a started site uses.`;

/** What the list says about one address, and the entry that said it; null where none matched. */
export interface Decision {
  readonly included: boolean;
  readonly entry: ListEntry | null;
}

/**
 * The list made ready for many questions: plain addresses are found by hash, so that 10,000 of them
 * cost as much as one. See {@linkcode INCLUSION_RULES} for what it decides.
 */
export interface Inclusion {
  readonly entries: readonly ListEntry[];
  /** Decides about `ip`, which belongs to `interfaceName`; null where no interface has it. */
  decide(ip: Ip, interfaceName: string | null): Decision;
  /** True where every address of the family is included, whatever the machine has. */
  takesWhole(family: 4 | 6): boolean;
}

/** {@linkcode Inclusion} of the entries, in their order. */
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
  return { entries, decide, takesWhole: (family) => takesWhole(entries, family) };
}

/**
 * The earlier entry that decides about everything that `entries[index]` could match, so that this
 * one never does; null where there is none. Interfaces are not compared: what they have changes.
 */
export function shadowedBy(entries: readonly ListEntry[], index: number): ListEntry | null {
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

function takesWhole(entries: readonly ListEntry[], family: 4 | 6): boolean {
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
