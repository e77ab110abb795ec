/**
 * The limits that hold for the service as a whole, however many processes serve. Pure.
 *
 * What protects a process or its event loop is not among them, and holds in each: handshakes that
 * wait, responses to those who are over a limit, file operations, cached bytes, idle connections to
 * programs.
 *
 * @module
 */
import { kindOf } from "../../site/kinds/kinds.ts";
import type { Served } from "./served.ts";
import type { ServiceLimit } from "./limit_pool.ts";

/** The names of the limits; sites have one each. */
export const LIMIT = {
  connections: "MaxConnections",
  connectionsPerAddress: "MaxConnectionsPerAddress",
  tunnelsPerAddress: "MaxTunnelsPerAddress",
  /** Requests that a program has not answered yet. */
  requestsPerProgram: "requests",
  /** Those who watch a live page. */
  viewers: "viewers",
} as const;

/** The length of HTTP.sys's queues. */
const REQUESTS_PER_PROGRAM_MAX = 1000;

/** Each of them is sent what changes, every second. */
const VIEWERS_MAX = 100;

/** Returns the name of the limit of connections to the site `id`. */
export function siteLimit(id: number): string {
  return `site ${id}`;
}

/** Returns the name of the limit of connections of each client to the site `id`. */
export function siteClientLimit(id: number): string {
  return `site ${id} clients`;
}

/** Returns the name of the limit of requests that an upstream gets at a time, where that is `max`. */
export function upstreamLimit(max: number): string {
  return `upstream ${max}`;
}

/** Returns all limits of what is served. */
export function serviceLimits(
  { settings, sites }: Pick<Served, "settings" | "sites">,
): ServiceLimit[] {
  const { MaxConnections, MaxConnectionsPerAddress, MaxTunnelsPerAddress } = settings;
  return [
    { name: LIMIT.connections, max: MaxConnections },
    { name: LIMIT.connectionsPerAddress, max: MaxConnectionsPerAddress },
    { name: LIMIT.tunnelsPerAddress, max: MaxTunnelsPerAddress },
    { name: LIMIT.requestsPerProgram, max: REQUESTS_PER_PROGRAM_MAX },
    { name: LIMIT.viewers, max: VIEWERS_MAX },
    ...sites.flatMap(({ id, maxConnections, access }): ServiceLimit[] => {
      const rows = [[siteLimit(id), maxConnections], [
        siteClientLimit(id),
        access?.connectionsPerClient,
      ]] as const;
      return rows.flatMap(([name, max]) => max === undefined ? [] : [{ name, max }]);
    }),
    ...upstreamLimits(sites),
  ];
}

/** Returns a limit for each number that a content of a site sets. */
function upstreamLimits(sites: Served["sites"]): ServiceLimit[] {
  const contents = sites.flatMap(({ content, applications = [] }) => {
    return [content, ...applications.map((application) => application.content)];
  });
  const limits = contents.flatMap((content) => kindOf(content).requestLimits?.(content) ?? []);
  return [...new Set(limits)].map((max) => ({ name: upstreamLimit(max), max }));
}
