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

/** What a service has counted that was used: two sites, two addresses, two workers. */
export function sampleTotals(): ServiceTotals {
  const usage = { cpuSeconds: 1.5, lagSeconds: 0.001, maxLagSeconds: 0.25 } as const;
  return {
    ...emptyTotals(),
    requests: [
      {
        site: "Default Web Site",
        address: "192.168.33.1:80",
        classes: [0, 120, 4, 2, 1],
        sentBytes: 45_678,
        receivedBytes: 9876,
      },
      {
        site: "",
        address: "[2001:db8::1]:80",
        classes: [0, 0, 0, 3, 0],
        sentBytes: 0,
        receivedBytes: 0,
      },
    ],
    durations: [{
      site: "Default Web Site",
      buckets: [100, 10, 5, 4, 0, 3, 2, 1, 0, 0, 1, 0, 0, 0, 1],
      sumSeconds: 17.25,
    }],
    refused: [["Hostname", 3], ["Timer_ConnectionIdle", 9]],
    connections: { accepted: 60, open: 5, idle: 3, tunnels: 1 },
    exhausted: 1,
    sockets: { opened: 3, failed: 2 },
    tls: { handshakes: 8, failures: [["unrecognized_name", 2]] },
    cache: { hits: 90, misses: 11 },
    lostLogLines: 7,
    workers: [
      { worker: 0, pid: 10, requests: 30, connections: 2, residentBytes: 80_000_000, ...usage },
      { worker: 1, pid: 11, requests: 100, connections: 3, residentBytes: 90_000_000, ...usage },
    ],
  };
}
