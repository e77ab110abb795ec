/**
 * Which sockets a port needs: the addresses of this machine that the list includes. Pure.
 *
 * - All of both families, as with an empty list: one `::` socket, which on Linux accepts IPv4 too.
 * - All of IPv4: `0.0.0.0`, and a socket for each included IPv6 address.
 * - All of IPv6 but not of IPv4: a socket for each included address if `::` would accept IPv4 as
 *   well.
 * - Otherwise a socket for each included address. A wildcard never coexists with an address that it
 *   contains.
 *
 * @module
 */
import {
  ANY_V4,
  ANY_V6,
  type Endpoint,
  type Ip,
  isIpv4,
  withoutZone,
  zoneOf,
} from "../../base/address.ts";
import { forEach, type Steps } from "../../base/work/steps.ts";
import type { Decision, Inclusion } from "../list/inclusion.ts";
import { type AddressTable, needsZone } from "../machine/address_table.ts";
import type { Machine } from "../machine/machine_addresses.ts";

/** One address to listen on. */
export interface ListenAddress {
  /** With the current name of its interface, if it is link-local. */
  readonly ip: Ip;
  /** Index of the interface of a link-local address; else 0. */
  readonly scopeId: number;
  /** Why it cannot be opened now, as the end of a sentence; null if it can. */
  readonly absence: string | null;
  /** Why the address is included, as the end of a sentence. */
  readonly cause: string;
  /** Text of the entry that included it; null if none did. */
  readonly entry: string | null;
}

/** What the addresses of a plan depend on. */
export interface ListenContext {
  readonly inclusion: Inclusion;
  readonly table: AddressTable;
}

/** Returns the fewest addresses that cover every address of the machine. */
export function wildcardAddresses(machine: Machine, cause: string): ListenAddress[] {
  const whole = (ip: Ip): ListenAddress => {
    return { ip, scopeId: 0, absence: null, cause, entry: null };
  };
  if (!machine.hasIpv6) return [whole(ANY_V4)];
  return machine.dualStack ? [whole(ANY_V6)] : [whole(ANY_V4), whole(ANY_V6)];
}

/**
 * Returns the addresses that the list includes, the same for every port but one: a port on which
 * `isScoped` tells link-local addresses of the same bytes apart gets no socket on `::`, because a
 * connection to it does not say which interface it came to.
 */
export function* listenAddresses(
  { inclusion, table }: ListenContext,
  isScoped: boolean,
): Steps<ListenAddress[]> {
  const { machine } = table;
  const wholeV4 = inclusion.includesFamily(4);
  const wholeV6 = inclusion.includesFamily(6) && !isScoped;
  if (wholeV4 && wholeV6) {
    return wildcardAddresses(
      machine,
      inclusion.entries.length === 0
        ? "an empty list includes every address"
        : "the list includes every address",
    );
  }
  const isCovered = coverageOf({ inclusion, table }, isScoped);
  const found = new Map<Ip, ListenAddress>();
  const add = (ip: Ip): void => {
    if (found.has(ip)) return;
    const address = listenAddressFor({ inclusion, table }, ip);
    if (address !== null) found.set(ip, address);
  };
  if (isCovered(ANY_V4)) add(ANY_V4);
  if (isCovered(ANY_V6)) add(ANY_V6);
  yield* forEach(machine.addresses, ({ ip }) => {
    if (!isCovered(ip)) add(ip);
  });
  yield* forEach(inclusion.entries, ({ target }) => {
    if (target.kind !== "address" || isCovered(target.ip)) return;
    // A link-local entry without a zone means the address on whatever interface has it.
    if (needsZone(target.ip) && table.recordsOf(target.ip).length > 0) return;
    add(table.canonical(target.ip));
  });
  return [...found.values()];
}

/** Returns whether a wildcard of the list covers an address, so that it has no socket of its own. */
export function coverageOf(
  { inclusion, table: { machine } }: ListenContext,
  isScoped: boolean,
): (ip: Ip) => boolean {
  const wholeV4 = inclusion.includesFamily(4);
  const wholeV6 = inclusion.includesFamily(6) && !isScoped;
  const hasV6 = wholeV6 && (wholeV4 || !machine.dualStack) && machine.hasIpv6;
  return (ip) => isIpv4(ip) ? wholeV4 : hasV6;
}

/** Returns one address that an entry or a site names; null if the list excludes it. */
export function listenAddressFor(
  { inclusion, table }: ListenContext,
  ip: Ip,
): ListenAddress | null {
  const decision = inclusion.decide(ip);
  if (!decision.included) return null;
  return { ip, scopeId: table.scopeIdOf(ip), absence: table.absenceOf(ip), ...causeOf(decision) };
}

/**
 * Returns the addresses that a binding's address means on this machine: itself or, for a link-local
 * address without a zone, the one of each interface that has it.
 */
export function boundAddresses(ip: Ip, table: AddressTable): readonly Ip[] {
  if (!needsZone(ip)) return [table.canonical(ip)];
  const records = table.recordsOf(ip);
  return records.length === 0 ? [ip] : records.map((record) => record.ip);
}

function causeOf({ entry }: Decision): { cause: string; entry: string | null } {
  return entry === null
    ? { cause: "no exclusion on the list matches it", entry: null }
    : { cause: `included by "${entry.text}"`, entry: entry.text };
}

/** Reports whether a connection to `target` can reach a socket on `socket`. */
export function reaches(socket: Endpoint, target: Endpoint, dualStack: boolean): boolean {
  if (socket.port !== target.port) return false;
  if (socket.ip === target.ip) return true;
  if (zoneOf(target.ip) === "" && withoutZone(socket.ip) === target.ip) return true;
  if (socket.ip === ANY_V6) return !isIpv4(target.ip) || dualStack;
  return socket.ip === ANY_V4 && isIpv4(target.ip);
}
