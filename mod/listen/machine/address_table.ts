/**
 * The machine's addresses, indexed: which interfaces have one, which interface a zone means, and why
 * one cannot be bound. Pure; built once for each plan.
 *
 * @module
 */
import {
  type Bytes,
  type Ip,
  ipBytes,
  ipOfBytes,
  isIpv4,
  isLinkLocal,
  isLoopback,
  isWildcard,
  withoutZone,
  withZone,
  zoneOf,
} from "../../base/address.ts";
import { ipv4Network, ipv4Value } from "../../base/ipv4_value.ts";
import { atOnce, forEach, type Steps } from "../../base/work/steps.ts";
import type { Machine, MachineAddress } from "./machine_addresses.ts";

/** The cause of waiting for an address. */
export const ADDRESS_ABSENT = "no interface of this machine has the address";

/** The same for an address of loopback where only those exist that its interface was given. */
export const LOOPBACK_ABSENT = "loopback of this system has only the addresses that it was given";

/** An interface and its alternative names. */
export interface NamedInterface {
  readonly name: string;
  /** The name first. */
  readonly names: readonly string[];
}

export class AddressTable {
  readonly machine: Machine;
  readonly #interfaces: NamedInterface[] = [];
  /** Address, with and without its zone -> its records; one for each interface that has it. */
  readonly #records = new Map<Ip, MachineAddress[]>();
  /** Name, alternative name or index of an interface -> the zone of its addresses. */
  readonly #zones = new Map<string, string>();
  readonly #loopbacks: MachineAddress[] = [];
  /** Zone -> index of the interface. */
  readonly #indexes = new Map<string, number>();
  /** Broadcast address -> its network: the last address of one, and any other that was configured. */
  readonly #broadcasts = new Map<Ip, string>();
  /** The network whose broadcast address was added last: neighbours are mostly of the same. */
  #network = { first: -1, bits: 0 };

  /** `isFilled`: false for a table that {@linkcode tableOf} fills in steps. */
  constructor(machine: Machine, isFilled = true) {
    this.machine = machine;
    if (isFilled) atOnce(this.fill());
  }

  /** Adds everything about the machine. */
  *fill(): Steps<void> {
    const { addresses, links, wholeLoopback } = this.machine;
    const zoneOfInterface = new Map<string, string>();
    const all = new Map<string, readonly string[]>(links?.names);
    yield* forEach(addresses, (address) => {
      this.#add(address.ip, address);
      if (!all.has(address.interface)) all.set(address.interface, []);
      if (wholeLoopback && isLoopbackBlock(address)) this.#loopbacks.push(address);
      if (address.family === 4) this.#addBroadcast(address);
      if (address.scopeId === 0) return;
      this.#add(withoutZone(address.ip), address);
      this.#zones.set(String(address.scopeId), zoneOf(address.ip));
      zoneOfInterface.set(address.interface, zoneOf(address.ip));
      this.#indexes.set(zoneOf(address.ip), address.scopeId);
    });
    for (const [ip, network] of links?.broadcasts ?? []) this.#broadcasts.set(ip, network);
    for (const [name, others] of all) this.#interfaces.push({ name, names: [name, ...others] });
    // A name takes precedence over an index of the same digits, as in if_nametoindex(3).
    for (const { name, names } of this.#interfaces) {
      const zone = zoneOfInterface.get(name) ?? name;
      for (const alternative of names) this.#zones.set(alternative, zone);
    }
  }

  get interfaces(): readonly NamedInterface[] {
    return this.#interfaces;
  }

  /** Returns a link-local address with the name of its interface, however its zone is written. */
  canonical(ip: Ip): Ip {
    const zone = zoneOf(ip);
    return zone === "" ? ip : withZone(ip, this.#zones.get(zone) ?? zone);
  }

  /** Reports whether an interface has this name, alternative name or index. */
  hasZone(zone: string): boolean {
    return this.#zones.has(zone);
  }

  /** Returns each interface's record of an address. Without a zone, a link-local one has several. */
  recordsOf(ip: Ip): readonly MachineAddress[] {
    return this.#records.get(this.canonical(ip)) ?? [];
  }

  /**
   * Returns the interfaces that have an address. On Linux and Windows all of 127.0.0.0/8 is local,
   * although only one of its addresses is listed: 127.0.0.2 is on `lo`, as whatever is in the prefix of
   * an address of `lo`.
   */
  interfacesOf(ip: Ip): readonly string[] {
    const records = this.recordsOf(ip);
    if (records.length > 0) return records.map((record) => record.interface);
    if (!isIpv4(ip)) return [];
    return this.#loopbacks.filter((one) => {
      return samePrefix(ipBytes(one.ip), ipBytes(ip), one.prefixBits);
    }).map((one) => one.interface);
  }

  /**
   * Returns the index of the interface of a link-local address, whether or not the interface has the
   * address; 0 for any other, or if there is no such interface.
   */
  scopeIdOf(ip: Ip): number {
    return this.#indexes.get(zoneOf(this.canonical(ip))) ?? 0;
  }

  /** Reports whether an interface with the index has a link-local address. */
  hasScope(scopeId: number): boolean {
    return [...this.#indexes.values()].includes(scopeId);
  }

  /** Broadcast address -> its network. */
  get broadcasts(): ReadonlyMap<Ip, string> {
    return this.#broadcasts;
  }

  /** Returns why a socket on `ip` cannot be opened, as the end of a sentence; null if it can. */
  absenceOf(ip: Ip): string | null {
    if (isWildcard(ip)) return null;
    const own = this.canonical(ip);
    const cause = this.machine.unbindable.get(own);
    if (cause !== undefined) return cause;
    if (this.recordsOf(own).length > 0) return null;
    const network = this.broadcastOf(own);
    if (network !== null) return `it is the broadcast address of ${network}`;
    if (this.machine.unlisted.has(own)) return null;
    const zone = zoneOf(own);
    if (isIpv4(own) && isLoopback(own) && !this.machine.wholeLoopback) return LOOPBACK_ABSENT;
    if (zone === "" || this.hasZone(zone)) return ADDRESS_ABSENT;
    const what = /^[0-9]+$/.test(zone) ? "with the index" : "named";
    return `this machine has no interface ${what} ${zone}`;
  }

  /** Returns the network, `10.0.0.0/24`, of which `ip` is the broadcast address; null for none. */
  broadcastOf(ip: Ip): string | null {
    return this.#broadcasts.get(ip) ?? null;
  }

  #addBroadcast({ ip, prefixBits }: MachineAddress): void {
    if (prefixBits > 30) return;
    const first = ipv4Network(ipv4Value(ip), prefixBits);
    if (first === this.#network.first && prefixBits === this.#network.bits) return;
    this.#network = { first, bits: prefixBits };
    const last = first + 2 ** (32 - prefixBits) - 1;
    this.#broadcasts.set(ipOfValue(last), `${ipOfValue(first)}/${prefixBits}`);
  }

  #add(ip: Ip, address: MachineAddress): void {
    const known = this.#records.get(ip);
    if (known === undefined) this.#records.set(ip, [address]);
    else known.push(address);
  }
}

/** Reports whether the first `bits` bits of two addresses of one family are equal. */
export function samePrefix(a: Bytes, b: Bytes, bits: number): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (a[i] !== b[i]) return false;
  const rest = bits & 7;
  return rest === 0 || (a[whole]! ^ b[whole]!) >> (8 - rest) === 0;
}

/** Returns the first address of the block of `bits` bits that contains an address. */
export function networkOf(bytes: Bytes, bits: number): Bytes {
  return bytes.map((byte, i) => byte & (0xff00 >> Math.max(0, Math.min(8, bits - 8 * i))));
}

/** Reports whether an address means nothing without a zone, and has none. */
export function needsZone(ip: Ip): boolean {
  return isLinkLocal(ip) && zoneOf(ip) === "";
}

function ipOfValue(value: number): Ip {
  return ipOfBytes([24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) & 0xff));
}

const TABLES = new WeakMap<Machine, AddressTable>();

/** Returns the table of a machine, made once. */
export function* tableOf(machine: Machine): Steps<AddressTable> {
  const known = TABLES.get(machine);
  if (known !== undefined) return known;
  const table = new AddressTable(machine, false);
  yield* table.fill();
  TABLES.set(machine, table);
  return table;
}

function isLoopbackBlock(address: MachineAddress): boolean {
  const isOnLoopback = address.interface === "lo" || isLoopback(address.ip);
  return address.family === 4 && isOnLoopback && address.prefixBits > 0;
}
