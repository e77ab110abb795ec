/**
 * Views of the live page, for tests.
 *
 * @module
 */
import { Dashboards } from "../../../mod/site/dashboard/dashboards.ts";
import {
  type AddressRow,
  type DashboardView,
  type FleetFacts,
  VIEW_VERSION,
} from "../../../mod/site/about/dashboard_view.ts";
import { limitOf } from "../workers/limits.ts";

/** A view in which all is well. */
export const VIEW: DashboardView = {
  version: VIEW_VERSION,
  id: 1,
  time: "2026-11-27T12:00:00.000Z",
  service: {
    program: "1.2.3",
    host: "web1",
    pid: 7,
    user: "httpcfg",
    startedAt: "2026-11-27T09:00:00.000Z",
    appliedAt: "2026-11-27T10:00:00.000Z",
    services: [{ name: "HTTP", state: "running" }],
    listEntries: 1,
  },
  drift: { changes: 0, problem: null, hint: null, revertsAt: null },
  fleet: null,
  attention: [],
  attentionCounts: { problem: 0, warning: 0 },
  traffic: {
    seconds: 10,
    connections: 3,
    idle: 2,
    tunnels: 0,
    requests: 1000,
    requestRate: 12.5,
    errorRatio: 0.01,
    sentRate: 120_000,
    receivedRate: 4000,
    latency: { p50: 0.004, p95: 0.02, p99: null },
    refused: 0,
    handshakeFailures: 0,
    cacheRatio: 0.5,
    lostLogLines: 0,
  },
  addresses: [],
  counted: [{ metric: "httpcfg_requests_total", help: "Responses <by site>." }],
  addressCounts: { open: 0, wait: 0, refused: 0, draining: 0 },
  sites: [],
  upstreams: [],
  certificates: [],
  workers: [],
  events: [],
};

/** A member of a fleet as it should be. */
export const FLEET: FleetFacts = {
  name: "web1",
  group: "canary",
  revision: 7,
  wanted: 7,
  head: 7,
  outcome: "applied",
  problems: [],
  hint: null,
  store: "etcd at http://10.0.0.9:2379",
  isStoreUp: true,
  reason: null,
  overrides: [],
  counts: { problems: 0, overrides: 0 },
};

/** Returns the row of an address that is open. */
export function addressRow(address: string, more: Partial<AddressRow> = {}): AddressRow {
  return {
    key: `${address} 0`,
    address,
    scheme: "http",
    state: "open",
    cause: null,
    note: null,
    requests: 0,
    requestRate: 0,
    ...more,
  };
}

/** Returns live pages of one view. */
export function testDashboards(view: DashboardView = VIEW): Dashboards {
  return new Dashboards({ source: () => Promise.resolve(view), viewers: limitOf(1000) });
}
