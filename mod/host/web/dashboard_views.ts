/**
 * The value that the live page shows, from the status of the service and what it has counted. Pure.
 *
 * @module
 */
import {
  ANY_V4,
  ANY_V6,
  formatEndpoint,
  type Ip,
  isIpv4,
  parseEndpoint,
} from "../../base/address.ts";
import { filter, forEach, type Steps } from "../../base/work/steps.ts";
import type { AcmeStatus } from "../../acme/next_step.ts";
import {
  ADDRESSES_MAX,
  type AddressRow,
  type AddressState,
  ATTENTION_MAX,
  type CertificateRow,
  type DashboardView,
  type EventRow,
  FLEET_ENTRIES_MAX,
  type FleetFacts,
  type SiteRow,
  type UpstreamRow,
  VIEW_VERSION,
  type WorkerRow,
} from "../../site/about/dashboard_view.ts";
import type { RecentEvent } from "../../telemetry/events/event_log.ts";
import { type MetricName, METRICS } from "../../telemetry/metrics/metric_table.ts";
import type { ServiceTotals } from "../../telemetry/metrics/totals.ts";
import type { CertificateStatus, EndpointStatus, ServiceStatus } from "../control/status.ts";
import { attentionOf } from "./dashboard_attention.ts";
import { TrafficRates } from "./traffic_rates.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** What a view is made of. */
export interface DashboardSources {
  readonly id: number;
  readonly nowMs: number;
  /** Version of the program. */
  readonly program: string;
  readonly host: string;
  readonly status: ServiceStatus;
  /** What is counted now, and what it is compared with; null for the start. */
  readonly totals: { readonly now: ServiceTotals; readonly before: ServiceTotals | null };
  readonly certificates: readonly CertificateStatus[];
  /** The names of the sites that show the service. */
  readonly ownSites: readonly string[];
  /** The newest last. */
  readonly events: readonly RecentEvent[];
}

/** The metrics whose numbers the page shows, and what they say of themselves. */
const COUNTED = described([
  "httpcfg_requests_total",
  "httpcfg_request_duration_seconds",
  "httpcfg_sent_bytes_total",
  "httpcfg_received_bytes_total",
  "httpcfg_refused_total",
  "httpcfg_connections",
  "httpcfg_tls_handshake_failures_total",
  "httpcfg_cache_hits_total",
  "httpcfg_upstream_requests",
  "httpcfg_upstream_connections",
  "httpcfg_log_lines_lost_total",
  "httpcfg_config_pending_changes",
]);

/** Those of a member of a fleet. */
const COUNTED_OF_MEMBER = described([
  "httpcfg_fleet_revision",
  "httpcfg_fleet_store_up",
  "httpcfg_fleet_overrides",
]);

function described(metrics: readonly MetricName[]): DashboardView["counted"] {
  return metrics.map((metric) => ({ metric, help: METRICS[metric].help }));
}

/** Returns the view. */
export function* dashboardView(sources: DashboardSources): Steps<DashboardView> {
  const { id, nowMs, status, totals, events } = sources;
  const startedMs = status.startedAt === null ? nowMs : Date.parse(status.startedAt);
  const socketOf = yield* socketsOf(status.endpoints);
  const rates = new TrafficRates(totals.now, totals.before, {
    startedMs,
    socketOf,
    ownSites: new Set(sources.ownSites),
  });
  const certificates = certificateRows(sources.certificates, status.acme ?? [], nowMs);
  const upstreams = upstreamRows(status);
  const addresses = yield* addressRows(status.endpoints, rates);
  yield;
  const closed = yield* filter(addresses, ({ state }) => state === "wait" || state === "refused");
  const attention = attentionOf({ status, closed, upstreams, certificates });
  yield;
  return {
    version: VIEW_VERSION,
    id,
    time: new Date(nowMs).toISOString(),
    service: {
      program: sources.program,
      host: sources.host,
      pid: status.pid,
      user: status.user ?? null,
      startedAt: status.startedAt,
      appliedAt: status.appliedAt ?? null,
      services: status.services.map(({ display: name, state }) => ({ name, state })),
      listEntries: status.ipListen.length,
    },
    drift: status.stored === undefined ? null : {
      changes: status.stored.changes,
      problem: status.stored.problem,
      hint: status.stored.changes === 0 ? null : status.stored.hint ?? "httpcfg plan",
      revertsAt: status.unconfirmedUntil,
    },
    fleet: status.fleet === undefined ? null : fleetFacts(status.fleet),
    attention: attention.slice(0, ATTENTION_MAX),
    attentionCounts: {
      problem: attention.filter(({ level }) => level === "problem").length,
      warning: attention.filter(({ level }) => level === "warning").length,
    },
    traffic: rates.traffic,
    counted: status.fleet === undefined ? COUNTED : [...COUNTED, ...COUNTED_OF_MEMBER],
    addresses: addresses.slice(0, ADDRESSES_MAX),
    addressCounts: stateCounts(status.endpoints),
    sites: siteRows(status, rates),
    upstreams,
    certificates,
    workers: workerRows(status, totals.now),
    events: events.toReversed().map(eventRow),
  };
}

function fleetFacts(fleet: NonNullable<ServiceStatus["fleet"]>): FleetFacts {
  const { name, group, revision, wanted, head, outcome, hint, store, isStoreUp, reason } = fleet;
  const { problems, overrides } = fleet;
  return {
    ...{ name, group, revision, wanted, head, outcome, hint, store, isStoreUp, reason },
    problems: problems.slice(0, FLEET_ENTRIES_MAX),
    overrides: overrides.slice(0, FLEET_ENTRIES_MAX),
    counts: { problems: problems.length, overrides: overrides.length },
  };
}

/**
 * Returns the function from an address to which clients have connected to the socket that has
 * accepted them: its own, or that for all addresses of its port.
 */
function* socketsOf(endpoints: readonly EndpointStatus[]): Steps<(address: string) => string> {
  const sockets = new Set<string>();
  yield* forEach(endpoints, ({ ip, port }) => {
    sockets.add(formatEndpoint({ ip: ip as Ip, port }));
  });
  return (address) => {
    if (sockets.has(address)) return address;
    const { ip, port } = parseEndpoint(address) ?? { ip: ANY_V6, port: 0 };
    const all = (isIpv4(ip) ? [ANY_V4, ANY_V6] : [ANY_V6]).map((any) => {
      return formatEndpoint({ ip: any, port });
    });
    return all.find((one) => sockets.has(one)) ?? address;
  };
}

/** Those that are not open come first: what is cut off is open. */
function* addressRows(
  endpoints: readonly EndpointStatus[],
  rates: TrafficRates,
): Steps<AddressRow[]> {
  const open: AddressRow[] = [];
  const others: AddressRow[] = [];
  yield* forEach(endpoints, (endpoint) => {
    const { ip, port, scheme, state, cause, note, scopeId = 0 } = endpoint;
    const address = formatEndpoint({ ip: ip as Ip, port });
    const own = rates.ofAddress(address);
    (state === "open" ? open : others).push({
      key: `${address} ${scopeId}`,
      address,
      scheme,
      state,
      cause,
      note: note ?? null,
      requests: own?.requests ?? 0,
      requestRate: own?.requestRate ?? 0,
    });
  });
  return [...others, ...open];
}

function stateCounts(endpoints: readonly EndpointStatus[]): Record<AddressState, number> {
  const counts = { open: 0, wait: 0, refused: 0, draining: 0 };
  for (const { state } of endpoints) counts[state]++;
  return counts;
}

function siteRows({ sites }: ServiceStatus, rates: TrafficRates): SiteRow[] {
  return sites.map(({ id, name, state, reason, waiting, bindings, hints = [] }) => {
    const own = rates.ofSite(name);
    return {
      key: `${id}`,
      id,
      name,
      state: waiting === true ? "waiting" : state,
      reason,
      hints,
      bindings,
      requests: own?.requests ?? 0,
      requestRate: own?.requestRate ?? 0,
      errorRatio: own?.errorRatio ?? null,
      latency: rates.latencyOf(name),
    };
  });
}

function upstreamRows({ upstreams = [] }: ServiceStatus): UpstreamRow[] {
  return upstreams.map((one) => {
    const { siteId, site, application: path, upstream, state, since, cause } = one;
    const { requests, connections } = one;
    const key = `${siteId} ${path} ${upstream}`;
    return { key, site, path, upstream, state, since, cause, requests, connections };
  });
}

function certificateRows(
  used: readonly CertificateStatus[],
  acme: readonly AcmeStatus[],
  nowMs: number,
): CertificateRow[] {
  const daysLeft = (notAfter: string | null): number | null => {
    return notAfter === null ? null : Math.floor((Date.parse(notAfter) - nowMs) / DAY_MS);
  };
  const wishes = new Map(acme.map((one) => [`ACME/${one.name}`, one]));
  const served = used.map(({ name: key, names, notAfter, keys: usedBy }): CertificateRow => {
    const wish = wishes.get(key);
    wishes.delete(key);
    const source = wish === undefined ? "file" : "acme";
    const problem = wish?.error ?? null;
    return { key, names, usedBy, notAfter, daysLeft: daysLeft(notAfter), source, problem };
  });
  const wished = [...wishes].map(([key, { names, notAfter, error: problem }]): CertificateRow => {
    const rest = { notAfter, daysLeft: daysLeft(notAfter), problem };
    return { key, names, usedBy: [], source: "acme", ...rest };
  });
  // The one that ends first is the one to look at.
  return [...served, ...wished].sort((a, b) => {
    return (a.daysLeft ?? -Infinity) - (b.daysLeft ?? -Infinity);
  });
}

function workerRows({ workers = [] }: ServiceStatus, totals: ServiceTotals): WorkerRow[] {
  return workers.map(({ pid, state, connections }) => {
    const own = totals.workers.find((one) => one.pid === pid);
    return {
      key: `${pid}`,
      pid,
      state,
      connections,
      residentBytes: own?.residentBytes ?? null,
      maxLagSeconds: own?.maxLagSeconds ?? null,
    };
  });
}

function eventRow({ serial, time, source, level, text, detail }: RecentEvent): EventRow {
  const whole = detail === undefined ? text : `${text} ${detail}`;
  return { key: `${serial}`, time, source, level, text: whole };
}
