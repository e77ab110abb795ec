/**
 * The metrics of the service: its status and what it has counted, as families of samples. Pure.
 *
 * @module
 */
import { formatEndpoint, type Ip, isWildcard } from "../../base/address.ts";
import { isProblem } from "../../base/problem.ts";
import { parseBinding } from "../../config/document/binding.ts";
import type { Family, Sample } from "../../telemetry/metrics/exposition.ts";
import type { MetricName } from "../../telemetry/metrics/metric_table.ts";
import {
  DURATION_BOUNDS,
  type ReasonCounts,
  type RequestTotals,
  type ServiceTotals,
  STATUS_CLASSES,
} from "../../telemetry/metrics/totals.ts";
import type { EndpointStatus, ServiceStatus, SiteStatus } from "../control/status.ts";

/** What the metrics are made from. */
interface MeasuredService {
  readonly status: ServiceStatus;
  readonly totals: ServiceTotals;
}

/** Pairs of site and address that have a series before their first request. */
const EMPTY_SERIES_MAX = 1000;
/** Endpoints with a series of their own; all of them are counted by state. */
const ENDPOINT_SERIES_MAX = 10_000;

/** Returns every metric, in the order of the table. */
export function serviceMetrics({ status, totals }: MeasuredService): Family[] {
  const { version, runtime } = totals.build;
  return [
    family("httpcfg_build_info", [sample(1, version, runtime)]),
    timestamp("httpcfg_start_timestamp_seconds", status.startedAt),
    ...requestFamilies(status, totals),
    ...connectionFamilies(totals),
    ...stateFamilies(status),
    ...upstreamFamilies(status),
    family("httpcfg_registrations", [sample(status.registrations.length)]),
    family("httpcfg_cache_hits_total", [sample(totals.cache.hits)]),
    family("httpcfg_cache_misses_total", [sample(totals.cache.misses)]),
    family(
      "httpcfg_certificate_expiry_timestamp_seconds",
      (status.certificates ?? []).map(({ name, notAfter }) => {
        return sample(Date.parse(notAfter) / 1000, name);
      }),
    ),
    family("httpcfg_log_lines_lost_total", [sample(totals.lostLogLines)]),
    timestamp("httpcfg_config_applied_timestamp_seconds", status.appliedAt ?? null),
    ...storedFamilies(status),
    family("httpcfg_problems", [sample(status.problems?.length ?? 0)]),
    ...fleetFamilies(status),
    ...workerFamilies(totals),
  ];
}

function requestFamilies(status: ServiceStatus, totals: ServiceTotals): Family[] {
  const requests = [...totals.requests, ...emptySeries(totals.requests, status)];
  return [
    family(
      "httpcfg_requests_total",
      responses(requests),
    ),
    {
      name: "httpcfg_request_duration_seconds",
      bounds: DURATION_BOUNDS,
      histograms: totals.durations.map(({ site, buckets, sumSeconds }) => {
        return { labels: [site], buckets, sum: sumSeconds };
      }),
    },
    family(
      "httpcfg_sent_bytes_total",
      requests.values().map((one) => sample(one.sentBytes, one.site, one.address)),
    ),
    family(
      "httpcfg_received_bytes_total",
      requests.values().map((one) => sample(one.receivedBytes, one.site, one.address)),
    ),
    reasons("httpcfg_refused_total", totals.refused),
  ];
}

function connectionFamilies({ connections, exhausted, tls, sockets }: ServiceTotals): Family[] {
  const { accepted, open, idle, tunnels } = connections;
  return [
    family("httpcfg_connections_total", [sample(accepted)]),
    family("httpcfg_connections", [
      sample(Math.max(0, open - idle - tunnels), "active"),
      sample(idle, "idle"),
      sample(tunnels, "tunnel"),
    ]),
    family("httpcfg_file_table_full_total", [sample(exhausted)]),
    family("httpcfg_tls_handshakes_total", [sample(tls.handshakes)]),
    reasons("httpcfg_tls_handshake_failures_total", tls.failures),
    family("httpcfg_socket_opens_total", [sample(sockets.opened)]),
    family("httpcfg_socket_open_failures_total", [sample(sockets.failed)]),
  ];
}

function stateFamilies({ endpoints, sites }: ServiceStatus): Family[] {
  return [
    family("httpcfg_endpoints", endpointStates(endpoints)),
    family(
      "httpcfg_endpoint_up",
      endpoints.values().take(ENDPOINT_SERIES_MAX).map(({ ip, port, state }) => {
        return sample(state === "open" ? 1 : 0, formatEndpoint({ ip: ip as Ip, port }));
      }),
    ),
    family(
      "httpcfg_site_up",
      sites.filter(isMeantToRun).map(({ name, state }) =>
        sample(state === "started" ? 1 : 0, name)
      ),
    ),
  ];
}

/** Reports whether a site should respond: it is not stopped or paused on purpose. */
function isMeantToRun({ state, reason, waiting }: SiteStatus): boolean {
  return state === "started" || (state === "stopped" && (reason !== null || waiting === true));
}

function reasons(name: MetricName, counts: ReasonCounts): Family {
  return family(name, counts.map(([reason, count]) => sample(count, reason)));
}

function family(name: MetricName, samples: Iterable<Sample>): Family {
  return { name, samples };
}

function sample(value: number, ...labels: string[]): Sample {
  return { labels, value };
}

/** A time as seconds since 1970; nothing if it is not known. */
function timestamp(name: MetricName, time: string | null): Family {
  return family(name, time === null ? [] : [sample(Date.parse(time) / 1000)]);
}

function endpointStates(endpoints: readonly EndpointStatus[]): Sample[] {
  return (["open", "wait", "refused", "draining"] as const).map((state) => {
    return sample(endpoints.filter((one) => one.state === state).length, state);
  });
}

function upstreamFamilies({ upstreams = [] }: ServiceStatus): Family[] {
  const samples = (value: (upstream: (typeof upstreams)[number]) => number): Sample[] => {
    return upstreams.map((one) => sample(value(one), one.site, one.application, one.upstream));
  };
  return [
    family("httpcfg_upstream_up", samples(({ state }) => state === "down" ? 0 : 1)),
    family("httpcfg_upstream_requests", samples(({ requests }) => requests)),
    family("httpcfg_upstream_connections", samples(({ connections }) => connections)),
  ];
}

function storedFamilies({ stored }: ServiceStatus): Family[] {
  if (stored === undefined) return [];
  const { changes } = stored;
  return [
    family("httpcfg_config_pending_changes", changes === null ? [] : [sample(changes)]),
    family("httpcfg_config_unusable", [sample(changes === null ? 1 : 0)]),
  ];
}

/** Returns nothing for a machine that is in no fleet. */
function fleetFamilies({ fleet }: ServiceStatus): Family[] {
  if (fleet === undefined) return [];
  const { name, revision, wanted, outcome, isStoreUp, overrides } = fleet;
  // What the store wants is not known while it is not to be believed.
  const isBehind = outcome === "held" || (wanted !== null && wanted !== revision);
  return [
    family("httpcfg_fleet_revision", revision === null ? [] : [sample(revision, name)]),
    family("httpcfg_fleet_behind", [sample(isBehind ? 1 : 0, name)]),
    family("httpcfg_fleet_store_up", [sample(isStoreUp ? 1 : 0, name)]),
    family("httpcfg_fleet_overrides", [sample(overrides.length, name)]),
  ];
}

function workerFamilies({ workers }: ServiceTotals): Family[] {
  const samples = (value: (worker: (typeof workers)[number]) => number): Sample[] => {
    return workers.map((one) => sample(value(one), String(one.worker)));
  };
  return [
    family("httpcfg_worker_requests_total", samples(({ requests }) => requests)),
    family("httpcfg_worker_connections", samples(({ connections }) => connections)),
    family("httpcfg_worker_resident_memory_bytes", samples((one) => one.residentBytes)),
    family("httpcfg_worker_cpu_seconds_total", samples(({ cpuSeconds }) => cpuSeconds)),
    family("httpcfg_worker_event_loop_lag_seconds", samples(({ lagSeconds }) => lagSeconds)),
    family("httpcfg_worker_event_loop_lag_max_seconds", samples((one) => one.maxLagSeconds)),
  ];
}

function* responses(requests: readonly RequestTotals[]): Generator<Sample> {
  for (const { site, address, classes } of requests) {
    for (const [i, code] of STATUS_CLASSES.entries()) {
      yield sample(classes[i] ?? 0, site, address, code);
    }
  }
}

/**
 * Returns a series of zeros for each known address of a site that has had no request, so that the
 * first one is seen as an increase.
 */
function* emptySeries(
  requests: readonly RequestTotals[],
  { sites, endpoints }: Pick<ServiceStatus, "sites" | "endpoints">,
): Generator<RequestTotals> {
  const seen = new Set(requests.map(({ site, address }) => `${address} ${site}`));
  const byPort = Map.groupBy(endpoints.filter(({ state }) => state === "open"), ({ port }) => port);
  let count = 0;
  for (const site of sites) {
    for (const address of addressesOf(site, byPort)) {
      const key = `${address} ${site.name}`;
      if (seen.has(key)) continue;
      if (count++ === EMPTY_SERIES_MAX) return;
      seen.add(key);
      yield { site: site.name, address, classes: [], sentBytes: 0, receivedBytes: 0 };
    }
  }
}

/** Returns the addresses of a site that are known before a client connects to them. */
function* addressesOf(
  { state, bindings }: SiteStatus,
  byPort: ReadonlyMap<number, readonly EndpointStatus[]>,
): Generator<string> {
  if (state !== "started") return;
  for (const text of bindings) {
    const binding = parseBinding(text);
    if (isProblem(binding)) continue;
    for (const endpoint of byPort.get(binding.port) ?? []) {
      const ip = endpoint.ip as Ip;
      const address = isWildcard(ip) ? binding.ip : ip;
      const isServed = address !== null && (binding.ip === null || binding.ip === address);
      if (isServed) yield formatEndpoint({ ip: address, port: binding.port });
    }
  }
}
