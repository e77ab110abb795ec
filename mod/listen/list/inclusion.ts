/**
 * The IP inclusion list: the only place that knows what an entry matches.
 *
 * The rules are {@linkcode INCLUSION_RULES}, exactly as `--help` shows them. Everything here is
 * pure: entries are compiled to an {@linkcode Inclusion}, which decides about one address at a
 * time.
 *
 * @module
 */
import { type Ip, ipBytes, isIpv4, withoutZone } from "../../base/address.ts";
import { networkKey } from "../../base/ip_blocks.ts";
import { atOnce, forEach, type Steps } from "../../base/work/steps.ts";
import {
  type EntryTarget,
  type InterfaceTarget,
  isPattern,
  type ListEntry,
} from "../../config/document/list_entry.ts";
import type { AddressTable, NamedInterface } from "../machine/address_table.ts";

/** The rule of the list in one sentence. */
export const INCLUSION_RULE =
  "The list is a set: an address is served if an entry includes it, or if no entry includes " +
  "anything, and no exclusion matches it.";

/** The rules of the list, for `--help`, the man page and the reader of this file. */
export const INCLUSION_RULES =
  `The list defines on which addresses of this machine the HTTP service listens.

  10.0.0.5, 2001:db8::5   this address, as soon as the machine can use it
  10.0.0.0/8, fd00::/8    every address of the machine in this block
  eth1, enp3s0            every address of the interface of this name, or
                          alternative name
  eth*, br-[0-9]*         every address of the interfaces that match a pattern
  eth1/stable             the same without temporary and deprecated addresses
  0.0.0.0                 every IPv4 address
  ::                      every IPv6 address, but no IPv4 address
  !ENTRY                  excludes the addresses that ENTRY matches

The list is a set: an address is served if an entry includes it, or if no
entry includes anything, and no exclusion matches it. An exclusion always
wins, on whatever interface the address is; the order does not matter. An
empty list includes every address.
Entries have no port: the list applies to every port that a started site uses.`;

/** The decision about one address, and the entry that made it; null if none matched. */
export interface Decision {
  readonly included: boolean;
  readonly entry: ListEntry | null;
}

/**
 * The list, compiled for many lookups: addresses and blocks are found by hash, so that 10,000 of
 * them cost as much as one. See {@linkcode INCLUSION_RULES} for what it decides.
 */
export interface Inclusion {
  readonly entries: readonly ListEntry[];
  decide(ip: Ip): Decision;
  /**
   * Reports whether every address of the family is included, whatever addresses the machine has.
   */
  includesFamily(family: 4 | 6): boolean;
}

/** Compiles the entries to an {@linkcode Inclusion} for the machine of `table`. */
export function compileInclusion(entries: readonly ListEntry[], table: AddressTable): Inclusion {
  return atOnce(inclusionOf(entries, table));
}

/** Compiles the entries in steps. */
export function* inclusionOf(
  entries: readonly ListEntry[],
  table: AddressTable,
): Steps<Inclusion> {
  const [including, excluding] = [new Matcher(table), new Matcher(table)];
  yield* forEach(entries, (entry) => (entry.excludes ? excluding : including).add(entry));
  including.index();
  excluding.index();
  const unmatched: Decision = { included: including.isEmpty, entry: null };
  function decide(ip: Ip): Decision {
    const exclusion = excluding.isEmpty ? null : excluding.find(ip);
    if (exclusion !== null) return { included: false, entry: exclusion };
    const entry = including.find(ip);
    return entry === null ? unmatched : { included: true, entry };
  }
  function includesFamily(family: 4 | 6): boolean {
    if (excluding.mayMatch(family)) return false;
    return including.isEmpty || including.any(family) !== null;
  }
  return { entries, decide, includesFamily };
}

/** Entries of one sign, indexed by what they name. */
class Matcher {
  isEmpty = true;
  readonly #table: AddressTable;
  readonly #addresses = new Map<Ip, ListEntry>();
  /** The families of those addresses. */
  readonly #addressed = new Set<4 | 6>();
  readonly #families = new Map<4 | 6, ListEntry>();
  readonly #interfaceEntries: InterfaceEntry[] = [];
  readonly #prefixes = new Map<string, PrefixTable>();
  /** Family and bits -> network -> entry; the longest prefixes first. */
  #blocks: readonly PrefixTable[] = [];
  #interfaces: InterfaceMatcher | null = null;

  constructor(table: AddressTable) {
    this.#table = table;
  }

  add(entry: ListEntry): void {
    const { target } = entry;
    this.isEmpty = false;
    if (target.kind === "address") {
      this.#addresses.set(this.#table.canonical(target.ip), entry);
      this.#addressed.add(isIpv4(target.ip) ? 4 : 6);
    } else if (target.kind === "any") this.#families.set(target.family, entry);
    else if (target.kind === "interface") this.#interfaceEntries.push({ entry, target });
    else addBlock(this.#prefixes, target, entry);
  }

  /** To be called once, after the last entry. */
  index(): void {
    this.#blocks = [...this.#prefixes.values()].sort((a, b) => b.bits - a.bits);
    if (this.#interfaceEntries.length === 0) return;
    this.#interfaces = new InterfaceMatcher(this.#interfaceEntries, this.#table);
  }

  /** Returns the most specific entry that matches `ip`. */
  find(ip: Ip): ListEntry | null {
    const own = this.#table.canonical(ip);
    const family = isIpv4(own) ? 4 : 6;
    return this.#addresses.get(own) ?? this.#addresses.get(withoutZone(own)) ??
      this.#findBlock(own, family) ?? this.#interfaces?.find(own) ??
      this.any(family);
  }

  any(family: 4 | 6): ListEntry | null {
    return this.#families.get(family) ?? null;
  }

  /** Reports whether an entry can match some address of the family. */
  mayMatch(family: 4 | 6): boolean {
    return this.#families.has(family) || this.#interfaces !== null ||
      this.#blocks.some((one) => one.family === family) || this.#addressed.has(family);
  }

  #findBlock(ip: Ip, family: 4 | 6): ListEntry | null {
    if (this.#blocks.length === 0) return null;
    const bytes = ipBytes(ip);
    for (const table of this.#blocks) {
      if (table.family !== family) continue;
      const entry = table.networks.get(networkKey(bytes, table.bits));
      if (entry !== undefined) return entry;
    }
    return null;
  }
}

interface PrefixTable {
  readonly family: 4 | 6;
  readonly bits: number;
  readonly networks: Map<string, ListEntry>;
}

function addBlock(
  tables: Map<string, PrefixTable>,
  { family, bits, bytes }: Extract<EntryTarget, { kind: "block" }>,
  entry: ListEntry,
): void {
  const key = `${family} ${bits}`;
  const table = tables.get(key) ?? { family, bits, networks: new Map() };
  tables.set(key, table);
  table.networks.set(networkKey(bytes, bits), entry);
}

interface InterfaceEntry {
  readonly entry: ListEntry;
  readonly target: InterfaceTarget;
}

/** Interface entries, by the interfaces that the machine has now. */
class InterfaceMatcher {
  readonly #table: AddressTable;
  readonly #byName = new Map<string, readonly InterfaceEntry[]>();

  constructor(entries: readonly InterfaceEntry[], table: AddressTable) {
    this.#table = table;
    const plain = Map.groupBy(
      entries.filter(({ target }) => !isPattern(target)),
      ({ target }) => target.name,
    );
    const patterns = entries.filter(({ target }) => isPattern(target))
      .map((one) => ({ ...one, pattern: patternOf(one.target.name) }));
    for (const { name, names } of table.interfaces) {
      const named = names.flatMap((one) => plain.get(one) ?? []);
      const matching = patterns.filter(({ pattern }) => names.some((one) => pattern.test(one)));
      this.#byName.set(name, [...named, ...matching]);
    }
  }

  find(ip: Ip): ListEntry | null {
    for (const name of this.#table.interfacesOf(ip)) {
      for (const { entry, target } of this.#byName.get(name) ?? []) {
        if (!target.isStable || isStable(ip, name, this.#table)) return entry;
      }
    }
    return null;
  }
}

/** Returns the interfaces of the machine that an entry names, by name or alternative name. */
export function interfacesMatching(
  target: Pick<InterfaceTarget, "name">,
  interfaces: readonly NamedInterface[],
): readonly NamedInterface[] {
  const pattern = isPattern(target) ? patternOf(target.name) : null;
  return interfaces.filter(({ names }) =>
    names.some((name) => pattern === null ? name === target.name : pattern.test(name))
  );
}

/** An IPv4 address is always stable; an IPv6 address whose flags are not known is not. */
function isStable(ip: Ip, name: string, { machine }: AddressTable): boolean {
  if (isIpv4(ip)) return true;
  const flags = machine.links?.flags.get(`${withoutZone(ip)} ${name}`);
  return flags !== undefined && !flags.isUnstable;
}

/** Returns the expression for a pattern of the shell: `*`, `?` and `[…]`. */
function patternOf(glob: string): RegExp {
  const source = glob.replace(/\[([!^]?)([^\]]+)\]|[\s\S]/gu, (part, negation, members) => {
    if (members !== undefined) {
      return `[${negation === "" ? "" : "^"}${members.replace(/[\\^\]]/g, "\\$&")}]`;
    }
    return part === "*" ? ".*" : part === "?" ? "." : part.replace(/[\\^$.+()[\]{}|/]/, "\\$&");
  });
  return new RegExp(`^${source}$`, "u");
}
