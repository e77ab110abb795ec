/**
 * The rules for a change while the service is running: what prevents it, and which
 * connections are drained after it.
 *
 * @module
 */
import {
  type Endpoint,
  formatEndpoint,
  isWildcard,
  withoutZone,
  zoneOf,
} from "../../base/address.ts";
import { forEach, map, type Steps } from "../../base/steps.ts";
import { Fault, quote } from "../../base/fault.ts";
import type { HttpServer } from "../../http/server.ts";
import type { AddressTable } from "../../listen/machine/address_table.ts";
import type { FailedBind } from "../../listen/plan/make_plan.ts";
import { listeningChanges, type Plan, socketKey } from "../../listen/plan/plan.ts";
import { reaches } from "../../listen/plan/listen_addresses.ts";
import type { ControlChange } from "../control/control_protocol.ts";
import { isUp, nothingStarted } from "./status_views.ts";

/** An address that is no longer served, and whose last connections are ending. */
export interface Draining {
  readonly endpoint: Endpoint;
  readonly connections: number;
  readonly done: Promise<void>;
}

/** The result of a reload. */
export interface ReloadResult {
  readonly changes: readonly ControlChange[];
  /** Addresses that are no longer served and still have connections. */
  readonly draining: readonly Draining[];
}

/** Throws the Fault that prevents a reload, before any socket is touched. */
export function checkReload(plan: Plan, strict: boolean): void {
  const absent = strict ? plan.endpoints.find(({ action }) => action === "wait") : undefined;
  if (absent !== undefined) {
    throw new Fault(`Cannot listen on ${quote(formatEndpoint(absent))}: ${absent.cause}`, {
      hint: "httpcfg reload", // which waits for the address
    });
  }
  throwIfNothingStarts(plan);
}

/** Throws if the plan would leave the service with nothing to do. */
function throwIfNothingStarts(plan: Plan): void {
  const problem = nothingStarted(plan);
  if (problem !== null) throw problem;
}

/**
 * Reports whether a failure counts against a reload: an absent address is waited for, and one that
 * was refused before is not a new failure.
 */
export function isNewFailure({ endpoint, fault }: FailedBind, before: Plan): boolean {
  if (fault.isAbsent) return false;
  return !before.endpoints.some((one) => {
    return one.action === "refused" && socketKey(one) === socketKey(endpoint);
  });
}

/** Returns the ids of the sites that have a handler, as one text. */
export function upSiteIds({ sites }: Plan): string {
  return sites.filter(isUp).map(({ id }) => id).join();
}

/** Returns the sockets that a reload opened and closed. */
export function* changesOf(before: Plan, after: Plan): Steps<ControlChange[]> {
  const { opened, closed } = yield* listeningChanges(before, after);
  const changeAt = (endpoint: Endpoint, change: "opened" | "closed"): ControlChange => {
    return { kind: "change", endpoint: formatEndpoint(endpoint), change, connections: 0 };
  };
  return [
    ...(yield* map(opened, (endpoint) => changeAt(endpoint, "opened"))),
    ...(yield* map(closed, (endpoint) => changeAt(endpoint, "closed"))),
  ];
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
