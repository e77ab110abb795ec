/**
 * The lock-out guard: names the risks of applying the stored list, and asks for consent first.
 *
 * @module
 */
import { isLoopback, parseIp } from "../base/address.ts";
import { Fault } from "../base/fault.ts";
import { parseList } from "../config/document/list_entry.ts";
import { type LockoutInput, lockoutRisks, unseenRisks } from "../listen/list/lockout_risks.ts";
import { readMachine } from "../listen/machine/machine_addresses.ts";
import { findConnections } from "../listen/machine/port_owners.ts";
import type { AdminIo, Notice } from "./admin_io.ts";

/**
 * Compares the list in force with the stored one, and asks for consent if the change could lock the
 * caller out. Throws a Fault if it is not given. Returns what the guard could not see; nothing if no
 * service is running.
 */
export async function guardReload(
  io: Pick<AdminIo, "control" | "store" | "env" | "consent">,
  look: typeof findConnections = findConnections,
  /** A list that is not stored yet. */
  list?: readonly string[],
): Promise<Notice[]> {
  const status = await io.control.ask({ op: "status" });
  if (status === null) return [];
  const { connected, unseen } = await look(new Set(status.endpoints.map(({ port }) => port)));
  const input: LockoutInput = {
    before: parseList(status.ipListen),
    after: parseList(list ?? await io.store.readList()),
    machine: readMachine(),
    sshAddress: parseIp(io.env("SSH_CONNECTION")?.split(" ")[2] ?? ""),
    loopbackInUse: connected.filter(({ ip }) => isLoopback(ip)),
    unseen,
  };
  const risks = lockoutRisks(input);
  const unknown = unseenRisks(input).map((text): Notice => ({ kind: "warning", text }));
  if (risks.length === 0 || io.consent(risks)) return unknown;
  throw new Fault("Cannot apply a change that could lock you out: not approved", {
    hint: "httpcfg reload --confirm 60s\nhttpcfg reload --yes",
  });
}
