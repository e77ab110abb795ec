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
import { ANY_V4, ANY_V6, type Endpoint, type Ip, isIpv4 } from "../../base/address.ts";
import type { Decision, Inclusion } from "../list/inclusion.ts";
import {
  type AddressTable,
  equalsIgnoringZone,
  isLinkLocal,
  type Machine,
} from "../machine/machine_addresses.ts";

/** One address to listen on. */
export interface ListenAddress {
  readonly ip: Ip;
  /** Whether the machine has the address now. */
  readonly present: boolean;
  /** Why the address is included, as the end of a sentence. */
  readonly cause: string;
  /** Text of the entry that included it; null if none did. */
  readonly entry: string | null;
}

/** Returns the fewest addresses that cover every address of the machine. */
export function wildcardAddresses(machine: Machine, cause: string): ListenAddress[] {
  const whole = (ip: Ip): ListenAddress => ({ ip, present: true, cause, entry: null });
  if (!machine.hasIpv6) return [whole(ANY_V4)];
  return machine.dualStack ? [whole(ANY_V6)] : [whole(ANY_V4), whole(ANY_V6)];
}

/** Returns the addresses that `inclusion` includes, the same for every port. */
export function listenAddresses(
  inclusion: Inclusion,
  machine: Machine,
  table: AddressTable,
): ListenAddress[] {
  if (inclusion.entries.length === 0) {
    return wildcardAddresses(machine, "an empty list includes every address");
  }
  const wholeV4 = inclusion.includesFamily(4);
  const wholeV6 = inclusion.includesFamily(6);
  if (wholeV4 && wholeV6) return wildcardAddresses(machine, "the list includes every address");
  const wildcardV6 = wholeV6 && !machine.dualStack && machine.hasIpv6;
  const found = new Map<Ip, ListenAddress>();
  const add = (reach: ListenAddress): unknown => found.has(reach.ip) || found.set(reach.ip, reach);
  if (wholeV4) add({ ip: ANY_V4, present: true, ...causeOf(inclusion.decide(ANY_V4, null)) });
  if (wildcardV6) add({ ip: ANY_V6, present: true, ...causeOf(inclusion.decide(ANY_V6, null)) });
  const isCovered = (ip: Ip): boolean => isIpv4(ip) ? wholeV4 : wildcardV6;
  for (const address of machine.addresses) {
    if (isCovered(address.ip)) continue;
    const decision = inclusion.decide(address.ip, address.interface);
    if (decision.included) add({ ip: address.ip, present: true, ...causeOf(decision) });
  }
  for (const { target } of inclusion.entries) {
    if (target.kind !== "address" || isCovered(target.ip) || found.has(target.ip)) continue;
    // A link-local entry without a zone means the address on whatever interface has it.
    if (
      isLinkLocal(target.ip) &&
      machine.addresses.some(({ ip }) => equalsIgnoringZone(ip, target.ip))
    ) {
      continue;
    }
    const address = listenAddressFor(inclusion, table, target.ip);
    if (address !== null) add(address);
  }
  return [...found.values()];
}

/** Returns one address that a site names; null if the list excludes it. */
export function listenAddressFor(
  inclusion: Inclusion,
  table: AddressTable,
  ip: Ip,
): ListenAddress | null {
  const interfaceName = table.interfaceOf(ip);
  const decision = inclusion.decide(ip, interfaceName);
  if (!decision.included) return null;
  return { ip, present: interfaceName !== null, ...causeOf(decision) };
}

/** Returns why an address is excluded, as the end of a sentence. */
export function whyExcluded(decision: Decision): string {
  return decision.entry === null
    ? "not on the IP inclusion list"
    : `excluded from the IP inclusion list by "${decision.entry.text}"`;
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
  if (socket.ip === ANY_V6) return !isIpv4(target.ip) || dualStack;
  return socket.ip === ANY_V4 && isIpv4(target.ip);
}
