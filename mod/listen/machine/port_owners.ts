/**
 * Edge: finds the programs that own a port of this machine, in the way of its system.
 *
 * @module
 */
import { type Endpoint, zoneOf } from "../../base/address.ts";
import type { Connections, Listeners } from "./listeners.ts";
import { LSOF_LISTING_SCRIPT, parseBsdConnections, parseLsofListeners } from "./lsof_listing.ts";
import { readAddresses } from "./machine_addresses.ts";
import {
  hasListeners,
  type NetstatListing,
  parseNetstatConnections,
  parseNetstatListeners,
} from "./netstat_listing.ts";
import { endpointsCollide, keepsFrom, type PortOwner } from "./port_owner.ts";
import { procConnections, procListeners } from "./proc_owners.ts";
import { runListing, runWindowsTool } from "./run_listing.ts";

/** Finds every program that listens on one of `ports`, or on any port if `ports` is null. */
export async function findListeners(ports: ReadonlySet<number> | null): Promise<Listeners> {
  switch (Deno.build.os) {
    case "linux":
      return await procListeners(ports);
    case "windows":
      return parseNetstatListeners(await runNetstat(ports), ports);
    default: {
      const listing = await runListing("sockets", LSOF_LISTING_SCRIPT);
      const names = readAddresses().filter(({ scopeId }) => scopeId !== 0)
        .map(({ scopeId, ip }) => [String(scopeId), zoneOf(ip)] as const);
      return parseLsofListeners(listing, ports, new Map(names));
    }
  }
}

/** Finds the connections on `ports`. */
export async function findConnections(ports: ReadonlySet<number>): Promise<Connections> {
  switch (Deno.build.os) {
    case "linux":
      return await procConnections(ports);
    case "windows":
      return parseNetstatConnections(
        { netstat: await runWindowsTool("netstat", ["-ano"]) },
        ports,
      );
    default:
      return parseBsdConnections(await runListing("sockets", LSOF_LISTING_SCRIPT), ports);
  }
}

/** Returns those of `listeners` that prevent `endpoint` from being bound in this network namespace. */
export function ownersAmong(
  listeners: readonly PortOwner[],
  endpoint: Endpoint,
): readonly PortOwner[] {
  const own = listeners.filter(({ namespace }) => namespace === null);
  const exact = own.filter((owner) => endpointsCollide(owner, endpoint, false));
  return exact.length > 0 ? exact : own.filter((owner) => keepsFrom(owner, endpoint, true));
}

/** Runs what lists sockets on Windows, and what names processes if one of them listens. */
async function runNetstat(ports: ReadonlySet<number> | null): Promise<NetstatListing> {
  const netstat = await runWindowsTool("netstat", ["-ano"]);
  const isNamed = netstat !== null && hasListeners(netstat, ports);
  const tasklist = isNamed ? await runWindowsTool("tasklist", ["/fo", "csv", "/nh"]) : null;
  return { netstat, tasklist };
}
