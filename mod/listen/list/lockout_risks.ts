/**
 * What a change of the list could cost the one who makes it. Pure.
 *
 * @module
 */
import { compareIp, type Endpoint, formatEndpoint, type Ip } from "../../base/address.ts";
import { compileInclusion } from "./inclusion.ts";
import type { ListEntry } from "../../config/document/list_entry.ts";
import { addressTable, isLoopback, type Machine } from "../machine/machine_addresses.ts";

/** What is looked at. */
interface LockoutInput {
  /** The list in force. */
  readonly before: readonly ListEntry[];
  readonly after: readonly ListEntry[];
  readonly machine: Machine;
  /** Address that the caller's SSH session came in on; null where it is none. */
  readonly sshAddress: Ip | null;
  /** Loopback connections to the service that are open now, from its side. */
  readonly loopbackInUse: readonly Endpoint[];
}

/** Each risk as one sentence without a period; none where the change is harmless. */
export function lockoutRisks(input: LockoutInput): string[] {
  const { before, after, machine, sshAddress, loopbackInUse } = input;
  const risks: string[] = [];
  if (before.length > 0 && after.length === 0) {
    const newly = dropped(after, before, machine);
    const named = newly.slice(0, ADDRESSES_NAMED).join(", ");
    const more = newly.length > ADDRESSES_NAMED
      ? ` and ${newly.length - ADDRESSES_NAMED} more`
      : "";
    risks.push(
      newly.length === 0
        ? "an empty list takes every address, also those that this machine gets later"
        : `an empty list takes every address: ${named}${more} would listen too`,
    );
  }
  const lost = loopbackInUse.filter(({ ip }) => isDropped(input, ip));
  if (lost[0] !== undefined) {
    const where = formatEndpoint(lost[0]);
    risks.push(`loopback is dropped while a program on this machine is connected to ${where}`);
  }
  if (sshAddress !== null && isDropped(input, sshAddress)) {
    risks.push(`${sshAddress} is dropped, the address that your SSH session came in on`);
  }
  return risks;
}

/** Addresses that a message names; the rest is counted. */
const ADDRESSES_NAMED = 5;

function isDropped({ before, after, machine }: LockoutInput, ip: Ip): boolean {
  const interfaceName = addressTable(machine).interfaceOf(ip);
  return compileInclusion(before).decide(ip, interfaceName).included &&
    !compileInclusion(after).decide(ip, interfaceName).included;
}

/** Addresses of the machine that `from` includes and `to` does not; loopback is nobody's exposure. */
function dropped(from: readonly ListEntry[], to: readonly ListEntry[], machine: Machine): Ip[] {
  const [old, fresh] = [compileInclusion(from), compileInclusion(to)];
  return machine.addresses
    .filter(({ ip, interface: name }) =>
      !isLoopback(ip) && old.decide(ip, name).included && !fresh.decide(ip, name).included
    )
    .map(({ ip }) => ip)
    .sort(compareIp);
}
