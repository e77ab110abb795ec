/**
 * Rates and latencies from two counts of the service. Pure.
 *
 * @module
 */
import {
  quantile,
  ratesBetween,
  ratesBy,
  type RequestRates,
  type ServiceRates,
  sumBuckets,
} from "../../telemetry/metrics/rates.ts";
import type { ServiceTotals } from "../../telemetry/metrics/totals.ts";
import type { Latency, Traffic } from "../../site/about/dashboard_view.ts";

/** Milliseconds that rates are a mean of, as long as somebody looks. */
const WINDOW_MS = 10_000;
/** Milliseconds after which an older count is only used if there is no other. */
const STALE_MS = WINDOW_MS + 5000;

/** The counts of the last seconds. */
export class RateWindow {
  /** The oldest first; the first one may be older than all that are in the window. */
  #counts: ServiceTotals[] = [];

  /** Adds the counts of now; returns those that rates are differences to, null for none. */
  add(now: ServiceTotals): ServiceTotals | null {
    const recent = this.#counts.filter(({ atMs }) => now.atMs - atMs <= STALE_MS);
    const past = recent.length > 0 ? recent : this.#counts.slice(-1);
    while (past.length > 1 && now.atMs - past[1]!.atMs >= WINDOW_MS) past.shift();
    this.#counts = [...past, now];
    return past[0] ?? null;
  }
}

/** What a site, an address or all together did: since the start, and in the time of the rates. */
interface TrafficOf {
  readonly requests: number;
  readonly requestRate: number;
  readonly errorRatio: number | null;
}

/** What names a row: its site, its socket, or nothing for the sum of all. */
type NameOf = (row: { readonly site: string; readonly address: string }) => string;

/** What the live page shows of the differences between two counts. */
export class TrafficRates {
  readonly #now: ServiceTotals;
  readonly #before: ServiceTotals;
  readonly #between: ServiceRates;
  readonly #ownSites: ReadonlySet<string>;
  readonly #bySite: ReadonlyMap<string, TrafficOf>;
  readonly #byAddress: ReadonlyMap<string, TrafficOf>;

  /**
   * Without `before`, rates are those since `startedMs`. `socketOf` returns the listening socket of an
   * address to which clients have connected. What `ownSites` serve is about the service: a live page is
   * one response for as long as somebody watches, so that the latency of all sites leaves them out.
   */
  constructor(
    now: ServiceTotals,
    before: ServiceTotals | null,
    { startedMs, socketOf, ownSites }: {
      readonly startedMs: number;
      readonly socketOf: (address: string) => string;
      readonly ownSites: ReadonlySet<string>;
    },
  ) {
    this.#ownSites = ownSites;
    this.#now = now;
    this.#before = before ?? nothingAt(startedMs, now);
    this.#between = ratesBetween(this.#before, now);
    this.#bySite = this.#trafficBy(({ site }) => site);
    this.#byAddress = this.#trafficBy(({ address }) => socketOf(address));
  }

  ofSite(name: string): TrafficOf | undefined {
    return this.#bySite.get(name);
  }

  ofAddress(address: string): TrafficOf | undefined {
    return this.#byAddress.get(address);
  }

  latencyOf(site: string): Latency | null {
    const buckets = this.#between.durations.get(site);
    return buckets === undefined ? null : latencyOf(buckets);
  }

  /** All sites and addresses together. */
  get traffic(): Traffic {
    const { cache, connections, lostLogLines, refused, tls } = this.#now;
    const { seconds, total, durations } = this.#between;
    const all = this.#trafficBy(() => "").get("");
    const hits = cache.hits - this.#before.cache.hits;
    const misses = cache.misses - this.#before.cache.misses;
    const others = [...durations].filter(([site]) => !this.#ownSites.has(site));
    return {
      seconds: rounded(seconds),
      connections: connections.open,
      idle: connections.idle,
      tunnels: connections.tunnels,
      requests: all?.requests ?? 0,
      requestRate: all?.requestRate ?? 0,
      errorRatio: all?.errorRatio ?? null,
      sentRate: rounded(total.sentBytes),
      receivedRate: rounded(total.receivedBytes),
      latency: latencyOf(sumBuckets(others.map(([, buckets]) => buckets))),
      refused: sumOf(refused),
      handshakeFailures: sumOf(tls.failures),
      cacheRatio: hits + misses > 0 ? rounded(hits / (hits + misses)) : null,
      lostLogLines,
    };
  }

  #trafficBy(nameOf: NameOf): Map<string, TrafficOf> {
    const counts = new Map<string, number>();
    for (const row of this.#now.requests) {
      const count = row.classes.reduce((sum, some) => sum + some, 0);
      counts.set(nameOf(row), (counts.get(nameOf(row)) ?? 0) + count);
    }
    const rates = ratesBy(this.#between.requests, (row: RequestRates) => nameOf(row));
    return new Map([...rates].map(([name, { requests, serverErrors }]) => [name, {
      requests: counts.get(name) ?? 0,
      requestRate: rounded(requests),
      errorRatio: requests === 0 ? null : rounded(serverErrors / requests),
    }]));
  }
}

/** Returns the counts of a service that has just started. */
function nothingAt(atMs: number, now: ServiceTotals): ServiceTotals {
  return {
    ...now,
    atMs,
    requests: [],
    durations: [],
    refused: [],
    connections: { accepted: 0, open: 0, idle: 0, tunnels: 0 },
    tls: { handshakes: 0, failures: [] },
    cache: { hits: 0, misses: 0 },
    workers: [],
  };
}

/** Returns the quantiles of durations that are counted in buckets; null for no durations. */
function latencyOf(buckets: readonly number[]): Latency | null {
  const count = buckets.reduce((sum, one) => sum + one, 0);
  if (count === 0) return null;
  const within = count - (buckets.at(-1) ?? 0);
  const shown = (share: number): number | null => {
    return share * count > within ? null : rounded(quantile(buckets, share)!);
  };
  return { p50: shown(0.5), p95: shown(0.95), p99: shown(0.99) };
}

function sumOf(counts: ServiceTotals["refused"]): number {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

/** Three digits are as exact as a rate is, and change less often. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
