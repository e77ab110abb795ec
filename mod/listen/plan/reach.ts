/**
 * Which sockets a port needs: the addresses that the list takes of this machine. Pure.
 *
 * - Both families whole (an empty list is): one `::` socket, which on Linux takes IPv4 too.
 * - IPv4 whole: `0.0.0.0`, and every included IPv6 address by itself.
 * - IPv6 whole, IPv4 not: every included address by itself where `::` would take IPv4 as well.
 * - Else every included address by itself. A wildcard never stands beside an address it contains.
 *
 * @module
 */
import { ANY_V4, ANY_V6, type Endpoint, type Ip, isIpv4 } from "../../base/address.ts";
import type { Decision, Inclusion } from "../list/inclusion.ts";
import {
  type AddressTable,
  isLinkLocal,
  isSameButZone,
  type Machine,
} from "../machine/machine_addresses.ts";

/** One address to listen on. */
export interface Reach {
  readonly ip: Ip;
  /** False while the machine does not have the address. */
  readonly present: boolean;
  /** Why the address is taken, as the end of a sentence. */
  readonly cause: string;
  /** Text of the entry that took it; null where none did. */
  readonly entry: string | null;
}

/** Sockets that take every address of the machine, in the fewest pieces. */
export function wildcards(machine: Machine, cause: string): Reach[] {
  const whole = (ip: Ip): Reach => ({ ip, present: true, cause, entry: null });
  if (!machine.hasIpv6) return [whole(ANY_V4)];
  return machine.dualStack ? [whole(ANY_V6)] : [whole(ANY_V4), whole(ANY_V6)];
}

/** The addresses that `inclusion` takes, for every port alike. */
export function reachOf(inclusion: Inclusion, machine: Machine, table: AddressTable): Reach[] {
  if (inclusion.entries.length === 0) {
    return wildcards(machine, "the list is empty, which takes every address");
  }
  const wholeV4 = inclusion.takesWhole(4);
  const wholeV6 = inclusion.takesWhole(6);
  if (wholeV4 && wholeV6) return wildcards(machine, "the list takes every address");
  const wildcardV6 = wholeV6 && !machine.dualStack && machine.hasIpv6;
  const found = new Map<Ip, Reach>();
  const add = (reach: Reach): unknown => found.has(reach.ip) || found.set(reach.ip, reach);
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
    // A link-local entry without a zone stands for the address on whatever interface has it.
    if (
      isLinkLocal(target.ip) && machine.addresses.some(({ ip }) => isSameButZone(ip, target.ip))
    ) {
      continue;
    }
    const reach = reachOfOne(inclusion, table, target.ip);
    if (reach !== null) add(reach);
  }
  return [...found.values()];
}

/** The reach of one address that a site names; null where the list leaves it out. */
export function reachOfOne(inclusion: Inclusion, table: AddressTable, ip: Ip): Reach | null {
  const interfaceName = table.interfaceOf(ip);
  const decision = inclusion.decide(ip, interfaceName);
  if (!decision.included) return null;
  return { ip, present: interfaceName !== null, ...causeOf(decision) };
}

/** Why an address is left out, as the end of a sentence. */
export function whyLeftOut(decision: Decision): string {
  return decision.entry === null
    ? "not on the IP inclusion list"
    : `left out of the IP inclusion list by "${decision.entry.text}"`;
}

function causeOf({ entry }: Decision): { cause: string; entry: string | null } {
  return entry === null
    ? { cause: "no exclusion of the list matches it", entry: null }
    : { cause: `the list has "${entry.text}"`, entry: entry.text };
}

/** True where a connection to `target` can come to a socket on `socket`. */
export function reaches(socket: Endpoint, target: Endpoint, dualStack: boolean): boolean {
  if (socket.port !== target.port) return false;
  if (socket.ip === target.ip) return true;
  if (socket.ip === ANY_V6) return !isIpv4(target.ip) || dualStack;
  return socket.ip === ANY_V4 && isIpv4(target.ip);
}
