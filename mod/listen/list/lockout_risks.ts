/**
 * How a change of the list could lock out the person who makes it. Pure.
 *
 * @module
 */
import { type Endpoint, formatEndpoint, type Ip, isLoopback } from "../../base/address.ts";
import { compareIp } from "../../base/ip_order.ts";
import { compileInclusion } from "./inclusion.ts";
import type { ListEntry } from "../../config/document/list_entry.ts";
import { AddressTable } from "../machine/address_table.ts";
import type { Machine } from "../machine/machine_addresses.ts";

/** What the risks depend on. */
export interface LockoutInput {
  /** The list in force. */
  readonly before: readonly ListEntry[];
  readonly after: readonly ListEntry[];
  readonly machine: Machine;
  /** The local address of the caller's SSH session; null if there is none. */
  readonly sshAddress: Ip | null;
  /** The service's ends of the loopback connections that are now open. */
  readonly loopbackInUse: readonly Endpoint[];
  /** Why there may be more of them, as the end of a sentence; null if there are none. */
  readonly unseen: string | null;
}

/** Returns each risk as one sentence without a period; none if the change is harmless. */
export function lockoutRisks(input: LockoutInput): string[] {
  const { before, after, machine, sshAddress, loopbackInUse } = input;
  const risks: string[] = [];
  if (before.length > 0 && after.length === 0) {
    const added = includedOnlyBy(after, before, machine);
    const named = added.slice(0, ADDRESSES_NAMED).join(", ");
    const more = added.length > ADDRESSES_NAMED
      ? ` and ${added.length - ADDRESSES_NAMED} more`
      : "";
    risks.push(
      added.length === 0
        ? "an empty list includes every address, even those that this machine gets later"
        : `an empty list includes every address: it adds ${named}${more}`,
    );
  }
  const lost = loopbackInUse.filter(({ ip }) => isRemoved(input, ip));
  if (lost[0] !== undefined) {
    const where = formatEndpoint(lost[0]);
    risks.push(
      `a program on this machine is connected to ${where} over loopback, ` +
        "which the new list excludes",
    );
  }
  if (sshAddress !== null && isRemoved(input, sshAddress)) {
    risks.push(`your SSH session is connected to ${sshAddress}, which the new list excludes`);
  }
  return risks;
}

/**
 * Returns what cannot be told of the change, as sentences without a period: connections over loopback
 * that are not seen, if the new list excludes an address of loopback.
 */
export function unseenRisks(input: LockoutInput): string[] {
  const { machine, unseen } = input;
  const lost = machine.addresses.find(({ ip }) => isLoopback(ip) && isRemoved(input, ip));
  if (unseen === null || lost === undefined) return [];
  return [
    `it is not known whether a program on this machine is connected to ${lost.ip}, which the new ` +
    `list excludes: ${unseen}`,
  ];
}

/** Maximum number of addresses that a message lists; the others are counted. */
const ADDRESSES_NAMED = 5;

function isRemoved({ before, after, machine }: LockoutInput, ip: Ip): boolean {
  const table = new AddressTable(machine);
  return compileInclusion(before, table).decide(ip).included &&
    !compileInclusion(after, table).decide(ip).included;
}

/**
 * Returns the addresses of the machine that `list` includes and `other` does not, without loopback,
 * which exposes nothing.
 */
function includedOnlyBy(
  list: readonly ListEntry[],
  other: readonly ListEntry[],
  machine: Machine,
): Ip[] {
  const table = new AddressTable(machine);
  const [by, notBy] = [compileInclusion(list, table), compileInclusion(other, table)];
  const added = machine.addresses.map(({ ip }) => ip).filter((ip) =>
    !isLoopback(ip) && by.decide(ip).included && !notBy.decide(ip).included
  );
  return [...new Set(added)].sort(compareIp);
}
