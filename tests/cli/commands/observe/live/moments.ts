/**
 * Moments of a service for the tests of `top`.
 *
 * @module
 */
import type {
  EndpointStatus,
  ServiceStatus,
  SiteStatus,
} from "../../../../../mod/host/control/status.ts";
import { ratesBetween } from "../../../../../mod/telemetry/metrics/rates.ts";
import {
  DURATION_BOUNDS,
  type ServiceTotals,
} from "../../../../../mod/telemetry/metrics/totals.ts";
import type { LiveData } from "../../../../../mod/cli/commands/observe/live/live_data.ts";
import { serviceStatus } from "../../../../support/command_home.ts";

/** A moment: 2026-01-02 05:04:05 UTC, two hours after the service started. */
export const NOW_MS = Date.UTC(2026, 0, 2, 5, 4, 5);

/** What was counted: of each site, responses and their addresses. */
export interface Counted {
  readonly site: string;
  readonly address: string;
  readonly ok: number;
  readonly failed?: number;
}

/** Returns totals with `counted`, `seconds` after the first moment. */
export function totalsOf(counted: readonly Counted[], seconds = 0): ServiceTotals {
  const sum = counted.reduce((all, { ok }) => all + ok, 0);
  return {
    atMs: NOW_MS + seconds * 1000,
    build: { version: "1", runtime: "2" },
    requests: counted.map(({ site, address, ok, failed = 0 }) => {
      return {
        site,
        address,
        classes: [0, ok, 0, 0, failed],
        sentBytes: ok * 100,
        receivedBytes: ok * 10,
      };
    }),
    durations: [...new Set(counted.map(({ site }) => site))].map((site) => {
      const own = counted.filter((one) => one.site === site).reduce((all, { ok }) => all + ok, 0);
      return {
        site,
        buckets: DURATION_BOUNDS.map((_, i) => i === 3 ? own : 0).concat(0),
        sumSeconds: own,
      };
    }),
    refused: [],
    connections: { accepted: sum, open: 12, idle: 8, tunnels: 1 },
    exhausted: 0,
    sockets: { opened: 1, failed: 0 },
    tls: { handshakes: 0, failures: [] },
    cache: { hits: 0, misses: 0 },
    lostLogLines: 0,
    workers: [{
      ...{ worker: 0, pid: 4242, requests: sum, connections: 12, residentBytes: 90_000_000 },
      ...{ cpuSeconds: seconds / 2, lagSeconds: 0.0011, maxLagSeconds: 0.25 },
    }],
  };
}

export function endpoint(
  ip: string,
  port: number,
  more: Partial<EndpointStatus> = {},
): EndpointStatus {
  return { ip, port, scheme: "http", state: "open", cause: null, ...more };
}

export function site(id: number, name: string, more: Partial<SiteStatus> = {}): SiteStatus {
  return { id, name, state: "started", reason: null, bindings: [`:80:${name}`], ...more };
}

/** Returns the second of two moments, a second apart, between which `counted` came to be. */
export function moment(counted: readonly Counted[], more: Partial<ServiceStatus> = {}): LiveData {
  const totals = totalsOf(counted, 1);
  return {
    atMs: NOW_MS,
    status: serviceStatus({ HTTP: "running", W3SVC: "running" }, { totals, ...more }),
    rates: ratesBetween(totalsOf([]), totals),
    problem: null,
    events: [],
  };
}
