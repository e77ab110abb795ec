/**
 * Which connections end when sockets have closed: those to addresses on which nothing listens any
 * more.
 *
 * @module
 */
import { type Endpoint, type Ip, isWildcard, withoutZone, zoneOf } from "../../base/address.ts";
import type { HttpServer } from "../../http/server.ts";
import type { AddressTable } from "../../listen/machine/address_table.ts";
import { reaches } from "../../listen/plan/listen_addresses.ts";

/** An address that is no longer served, and whose last connections are ending. */
export interface Draining {
  readonly endpoint: Endpoint;
  readonly connections: number;
  readonly done: Promise<void>;
}

/** Drains the connections to addresses on which none of the sockets `open` listens any more. */
export function drainUnreached(
  open: readonly Endpoint[],
  server: HttpServer,
  { graceMs, table }: { readonly graceMs: number; readonly table: AddressTable },
): Draining[] {
  const { dualStack } = table.machine;
  // With thousands of addresses, each connection cannot be compared with every socket.
  const keyOf = (ip: Ip, port: number): string => `${ip} ${port}`;
  const exact = new Set(open.flatMap(({ ip, port }) => {
    return [keyOf(ip, port), keyOf(withoutZone(ip), port)];
  }));
  const wildcards = open.filter(({ ip }) => isWildcard(ip));
  const unreached = server.localEndpoints().filter(({ endpoint }) => {
    // A zone that is no longer a name is the old name of an interface, or the interface is gone.
    const zone = zoneOf(endpoint.ip);
    const ip = zone === "" || table.hasZone(zone) ? endpoint.ip : withoutZone(endpoint.ip);
    const target = { ip, port: endpoint.port };
    return !exact.has(keyOf(ip, endpoint.port)) &&
      !wildcards.some((socket) => reaches(socket, target, dualStack));
  });
  const ends = server.drainEndpoints(unreached.map(({ endpoint }) => endpoint), graceMs);
  return unreached.map(({ endpoint, connections }, i) => {
    return { endpoint, connections, done: ends[i]! };
  });
}
