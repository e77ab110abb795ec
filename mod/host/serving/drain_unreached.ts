/**
 * Which connections end when sockets have closed: those to addresses on which nothing listens any
 * more.
 *
 * @module
 */
import { type Endpoint, isWildcard, withoutZone, zoneOf } from "../../base/address.ts";
import { forEach, type Steps } from "../../base/work/steps.ts";
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
export function* drainUnreached(
  open: readonly Endpoint[],
  server: HttpServer,
  { graceMs, table }: { readonly graceMs: number; readonly table: AddressTable },
): Steps<Draining[]> {
  const { dualStack } = table.machine;
  const connected = server.localEndpoints().map(({ endpoint, connections }) => {
    // A zone that is no longer a name is the old name of an interface, or the interface is gone.
    const zone = zoneOf(endpoint.ip);
    const ip = zone === "" || table.hasZone(zone) ? endpoint.ip : withoutZone(endpoint.ip);
    return { endpoint, connections, target: { ip, port: endpoint.port } };
  });
  const unreached = new Set(connected);
  // Of thousands of sockets, each is only compared with the connections to its address.
  const byPort = Map.groupBy(connected, ({ target }) => target.port);
  const byPlace = new Map([...byPort].map(([port, some]) => {
    return [port, Map.groupBy(some, ({ target }) => withoutZone(target.ip))];
  }));
  yield* forEach(open, (socket) => {
    const near = isWildcard(socket.ip)
      ? byPort.get(socket.port)
      : byPlace.get(socket.port)?.get(withoutZone(socket.ip));
    for (const one of near ?? []) {
      if (reaches(socket, one.target, dualStack)) unreached.delete(one);
    }
  });
  const drained = [...unreached];
  const ends = server.drainEndpoints(drained.map(({ endpoint }) => endpoint), graceMs);
  return drained.map(({ endpoint, connections }, i) => {
    return { endpoint, connections, done: ends[i]! };
  });
}
