/**
 * The lock-out guard: names what a change could cost before it happens, and asks.
 *
 * @module
 */
import { type Endpoint, parseIp } from "../base/address.ts";
import { Fault } from "../base/fault.ts";
import type { ServiceStatus } from "../host/control/status.ts";
import { findConnections } from "../listen/machine/port_owners.ts";
import { parseList } from "../config/document/list_entry.ts";
import { lockoutRisks } from "../listen/list/lockout_risks.ts";
import { isLoopback, readMachine } from "../listen/machine/machine_addresses.ts";
import type { CommandIo, FlagSpec } from "./core/command.ts";

/** Flag of every command that the guard stands before. */
export const YES_FLAG: Readonly<Record<"yes", FlagSpec>> = {
  yes: { kind: "boolean", summary: "do it although it could lock you out" },
};

/**
 * Guards a reload: the list in force against the stored one. A change that is to be confirmed may go
 * on, because it comes back by itself; its risks are named all the same.
 */
export async function guardReload(
  io: CommandIo,
  yes: boolean,
  isConfirmed: boolean,
): Promise<void> {
  const status = await io.control.ask({ op: "status" });
  if (status === null) return;
  guardList(io, status, await io.store.readList(), yes || isConfirmed);
}

/** Guards the step from the list that `status` says is in force to `after`. Throws where it stops it. */
export function guardList(
  io: CommandIo,
  status: ServiceStatus,
  after: readonly string[],
  yes: boolean,
): void {
  const risks = lockoutRisks({
    before: parseList(status.ipListen),
    after: parseList(after),
    machine: readMachine(),
    sshAddress: parseIp(io.env("SSH_CONNECTION")?.split(" ")[2] ?? ""),
    loopbackInUse: loopbackConnections(status),
  });
  if (risks.length === 0) return;
  for (const risk of risks) io.note(`warning: ${risk}`);
  if (yes || /^y(es)?$/i.test(io.ask("Go on? (y/n) ") ?? "")) return;
  throw new Fault("Cannot go on: nobody has agreed to what could lock you out", {
    hint: "add --yes, or apply it with: httpcfg reload --confirm 60s",
  });
}

function loopbackConnections({ endpoints }: ServiceStatus): Endpoint[] {
  const ports = new Set(endpoints.map(({ port }) => port));
  return findConnections(ports).filter(({ ip }) => isLoopback(ip));
}
