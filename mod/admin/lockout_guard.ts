/**
 * The lock-out guard: names the risks of applying the stored list, and asks for consent first.
 *
 * @module
 */
import { type Endpoint, isLoopback, parseIp } from "../base/address.ts";
import { Fault } from "../base/fault.ts";
import { parseList } from "../config/document/list_entry.ts";
import type { ServiceStatus } from "../host/control/status.ts";
import { lockoutRisks } from "../listen/list/lockout_risks.ts";
import { readMachine } from "../listen/machine/machine_addresses.ts";
import { findConnections } from "../listen/machine/port_owners.ts";
import type { AdminIo } from "./admin_io.ts";

/**
 * Compares the list in force with the stored one, and asks for consent if the change could lock the
 * caller out. Throws a Fault if it is not given. Does nothing if no service is running.
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
    loopbackInUse: await loopbackConnections(status),
  });
  if (risks.length === 0 || io.consent(risks)) return;
  throw new Fault("Cannot apply a change that could lock you out: not approved", {
    hint: "httpcfg reload --confirm 60s\nhttpcfg reload --yes",
  });
}

async function loopbackConnections({ endpoints }: ServiceStatus): Promise<Endpoint[]> {
  const ports = new Set(endpoints.map(({ port }) => port));
  return (await findConnections(ports)).filter(({ ip }) => isLoopback(ip));
}
