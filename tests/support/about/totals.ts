/** A service that runs without anything, for what is made of its status and its counts. */
import type { ServiceStatus } from "../../../mod/host/control/status.ts";
import type { ServiceTotals } from "../../../mod/telemetry/metrics/totals.ts";

export const RUNNING_STATUS: ServiceStatus = {
  version: 1,
  pid: 4242,
  startedAt: "2026-11-27T08:00:00.000Z",
  services: [{
    name: "W3SVC",
    display: "World Wide Web Publishing Service",
    state: "running",
  }],
  ipListen: [],
  endpoints: [],
  sites: [],
  registrations: [],
  connections: 0,
  unconfirmedUntil: null,
  appliedAt: "2026-11-27T08:00:00.500Z",
};

export function emptyTotals(): ServiceTotals {
  return {
    atMs: Date.parse("2026-11-27T09:00:00.000Z"),
    build: { version: "1.2.3", runtime: "deno 2.9.6" },
    requests: [],
    durations: [],
    refused: [],
    connections: { accepted: 0, open: 0, idle: 0, tunnels: 0 },
    exhausted: 0,
    sockets: { opened: 0, failed: 0 },
    tls: { handshakes: 0, failures: [] },
    cache: { hits: 0, misses: 0 },
    lostLogLines: 0,
    workers: [],
  };
}
