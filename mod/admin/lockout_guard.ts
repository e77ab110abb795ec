/**
 * The lock-out guard: names what applying the stored list could cost before it happens, and asks.
 *
 * @module
 */
import { type Endpoint, parseIp } from "../base/address.ts";
import { Fault } from "../base/fault.ts";
import { parseList } from "../config/document/list_entry.ts";
import type { ServiceStatus } from "../host/control/status.ts";
import { lockoutRisks } from "../listen/list/lockout_risks.ts";
import { isLoopback, readMachine } from "../listen/machine/machine_addresses.ts";
import { findConnections } from "../listen/machine/port_owners.ts";
import type { AdminIo } from "./admin_io.ts";

/**
 * Compares the list in force with the stored one, and asks for consent where the step could lock the
 * caller out. Throws a Fault where it is not given. Does nothing while no service runs.
 */
export async function guardReload(
  io: Pick<AdminIo, "control" | "store" | "env" | "consent">,
): Promise<void> {
  const status = await io.control.ask({ op: "status" });
  if (status === null) return;
  const risks = lockoutRisks({
    before: parseList(status.ipListen),
    after: parseList(await io.store.readList()),
    machine: readMachine(),
    sshAddress: parseIp(io.env("SSH_CONNECTION")?.split(" ")[2] ?? ""),
    loopbackInUse: loopbackConnections(status),
  });
  if (risks.length === 0 || io.consent(risks)) return;
  throw new Fault("Cannot apply a change that could lock you out: nobody has agreed to it", {
    hint: "add --yes, or apply it with: httpcfg reload --confirm 60s",
  });
}

function loopbackConnections({ endpoints }: ServiceStatus): Endpoint[] {
  const ports = new Set(endpoints.map(({ port }) => port));
  return findConnections(ports).filter(({ ip }) => isLoopback(ip));
}
