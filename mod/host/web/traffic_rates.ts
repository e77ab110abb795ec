/**
 * Rates and latencies from two counts of the service. Pure.
 *
 * @module
 */
import { DURATION_BOUNDS, type ServiceTotals } from "../../telemetry/metrics/totals.ts";
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

/** What a site, an address or all together did in the time of the rates. */
interface Rates {
  readonly requests: number;
  readonly requestRate: number;
  readonly errorRatio: number | null;
}

/** The differences between two counts, a second. */
export class TrafficRates {
  readonly seconds: number;
  readonly #now: ServiceTotals;
  readonly #before: ServiceTotals | null;
  readonly #ownSites: ReadonlySet<string>;
  readonly #bySite: ReadonlyMap<string, Rates>;
  readonly #byAddress: ReadonlyMap<string, Rates>;
  readonly #latencies: ReadonlyMap<string, Latency | null>;

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
    this.#before = before;
    this.seconds = Math.max(0.001, (now.atMs - (before?.atMs ?? startedMs)) / 1000);
    this.#bySite = this.#ratesBy(({ site }) => site);
    this.#byAddress = this.#ratesBy(({ address }) => socketOf(address));
    const old = new Map(before?.durations.map((one) => [one.site, one.buckets]));
    this.#latencies = new Map(now.durations.map(({ site, buckets }) => {
      return [site, latencyOf(differences(buckets, old.get(site)))];
    }));
  }

  ofSite(name: string): Rates | undefined {
    return this.#bySite.get(name);
  }

  ofAddress(address: string): Rates | undefined {
    return this.#byAddress.get(address);
  }

  latencyOf(site: string): Latency | null {
    return this.#latencies.get(site) ?? null;
  }

  /** All sites and addresses together. */
  get traffic(): Traffic {
    const [now, before] = [this.#now, this.#before];
    const all = this.#ratesBy(() => "").get("");
    const { idle, open, tunnels } = now.connections;
    const hits = now.cache.hits - (before?.cache.hits ?? 0);
    const misses = now.cache.misses - (before?.cache.misses ?? 0);
    const old = new Map(before?.durations.map((one) => [one.site, one.buckets]));
    const sum = now.durations.filter(({ site }) => !this.#ownSites.has(site))
      .map(({ site, buckets }) => differences(buckets, old.get(site)));
    return {
      seconds: rounded(this.seconds),
      connections: open,
      idle,
      tunnels,
      requests: all?.requests ?? 0,
      requestRate: all?.requestRate ?? 0,
      errorRatio: all?.errorRatio ?? null,
      sentRate: this.#byteRate("sentBytes"),
      receivedRate: this.#byteRate("receivedBytes"),
      latency: latencyOf(columnSums(sum)),
      refused: total(now.refused),
      handshakeFailures: total(now.tls.failures),
      cacheRatio: hits + misses > 0 ? rounded(hits / (hits + misses)) : null,
      lostLogLines: now.lostLogLines,
    };
  }

  #byteRate(field: "sentBytes" | "receivedBytes"): number {
    const sum = (totals: ServiceTotals | null): number => {
      return totals?.requests.reduce((bytes, one) => bytes + one[field], 0) ?? 0;
    };
    return rounded(Math.max(0, sum(this.#now) - sum(this.#before)) / this.seconds);
  }

  #ratesBy(key: (totals: ServiceTotals["requests"][number]) => string): Map<string, Rates> {
    const sums = (totals: ServiceTotals | null): Map<string, [all: number, failed: number]> => {
      const found = new Map<string, [number, number]>();
      for (const one of totals?.requests ?? []) {
        const [all, failed] = found.get(key(one)) ?? [0, 0];
        const count = one.classes.reduce((sum, some) => sum + some, 0);
        found.set(key(one), [all + count, failed + (one.classes[SERVER_ERRORS] ?? 0)]);
      }
      return found;
    };
    const before = sums(this.#before);
    return new Map(
      [...sums(this.#now)].map(([name, [requests, failed]]) => {
        const [old, oldFailed] = before.get(name) ?? [0, 0];
        // A worker that has ended may take what it has counted with it.
        const more = Math.max(0, requests - old);
        const ratio = Math.min(1, Math.max(0, failed - oldFailed) / more);
        return [name, {
          requests,
          requestRate: rounded(more / this.seconds),
          errorRatio: more === 0 ? null : rounded(ratio),
        }];
      }),
    );
  }
}

/** Where 5xx is among the classes of statuses. */
const SERVER_ERRORS = 4;

/**
 * Returns the quantiles of durations that are counted in buckets; null for no durations. Within a
 * bucket they are taken to be spread evenly.
 */
function latencyOf(buckets: readonly number[]): Latency | null {
  const count = buckets.reduce((sum, one) => sum + one, 0);
  if (count === 0) return null;
  const quantile = (part: number): number | null => {
    let rank = part * count;
    for (const [i, bound] of DURATION_BOUNDS.entries()) {
      const here = buckets[i] ?? 0;
      if (here > 0 && rank <= here) {
        const low = DURATION_BOUNDS[i - 1] ?? 0;
        return rounded(low + (bound - low) * (rank / here));
      }
      rank -= here;
    }
    return null;
  };
  return { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) };
}

function differences(now: readonly number[], before: readonly number[] = []): number[] {
  return now.map((count, i) => Math.max(0, count - (before[i] ?? 0)));
}

function columnSums(rows: readonly (readonly number[])[]): number[] {
  const width = Math.max(0, ...rows.map(({ length }) => length));
  return Array.from({ length: width }, (_, i) => rows.reduce((sum, row) => sum + (row[i] ?? 0), 0));
}

function total(counts: ServiceTotals["refused"]): number {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

/** Three digits are as exact as a rate is, and change less often. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
