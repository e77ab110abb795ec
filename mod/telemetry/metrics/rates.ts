/**
 * What happened between two moments: rates and quantiles, from two {@linkcode ServiceTotals}. For
 * `httpcfg top` and the live page. Pure.
 *
 * A count that is smaller than before began anew, because the service or a worker did: then what it
 * says now is what happened, as Prometheus takes it.
 *
 * @module
 */
import {
  DURATION_BOUNDS,
  type ReasonCounts,
  type RequestTotals,
  type ServiceTotals,
} from "./totals.ts";

/** What happened in a second, on average. */
export interface Rates {
  /** Responses of any status. */
  readonly requests: number;
  /** Responses with a status of 400 to 499. */
  readonly clientErrors: number;
  /** Responses with a status of 500 or more. */
  readonly serverErrors: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** The rates of one site on one listening address. */
export interface RequestRates extends Rates {
  readonly site: string;
  readonly address: string;
}

/** What happened between two moments. */
export interface ServiceRates {
  /** How far apart the moments are. */
  readonly seconds: number;
  readonly total: Rates;
  readonly requests: readonly RequestRates[];
  /** How many responses of a site took how long, by the buckets of {@linkcode DURATION_BOUNDS}. */
  readonly durations: ReadonlyMap<string, readonly number[]>;
  /** In a second: refused requests, new connections, TLS handshakes, TLS failures, lost lines. */
  readonly refused: number;
  readonly accepted: number;
  readonly handshakes: number;
  readonly handshakeFailures: number;
  readonly lostLogLines: number;
  /** In a second, of each worker: requests, and seconds of a processor. */
  readonly workers: ReadonlyMap<number, { readonly requests: number; readonly cpu: number }>;
}

/** Nothing happened. */
export const NO_RATES: Rates = {
  requests: 0,
  clientErrors: 0,
  serverErrors: 0,
  sentBytes: 0,
  receivedBytes: 0,
};

/**
 * Returns what happened between `before` and `now`; all rates are 0 if no time has passed. What
 * `before` does not mention counts from 0.
 */
export function ratesBetween(before: ServiceTotals, now: ServiceTotals): ServiceRates {
  const seconds = Math.max(0, now.atMs - before.atMs) / 1000;
  const rate = (from: number | undefined, to: number): number => {
    return seconds === 0 ? 0 : increase(from ?? 0, to) / seconds;
  };
  const rowsBefore = new Map(before.requests.map((row) => [keyOf(row), row]));
  const requests = now.requests.map((row): RequestRates => {
    const from = rowsBefore.get(keyOf(row));
    const classes = row.classes.map((count, at) => rate(from?.classes[at], count));
    return {
      site: row.site,
      address: row.address,
      requests: classes.reduce((sum, each) => sum + each, 0),
      clientErrors: classes[3] ?? 0,
      serverErrors: classes[4] ?? 0,
      sentBytes: rate(from?.sentBytes, row.sentBytes),
      receivedBytes: rate(from?.receivedBytes, row.receivedBytes),
    };
  });
  const bucketsBefore = new Map(before.durations.map(({ site, buckets }) => [site, buckets]));
  const workersBefore = new Map(before.workers.map((row) => [workerKey(row), row]));
  return {
    seconds,
    total: requests.reduce(plus, NO_RATES),
    requests,
    durations: new Map(now.durations.map(({ site, buckets }) => {
      return [site, bucketsBetween(bucketsBefore.get(site) ?? [], buckets)];
    })),
    refused: reasonRate(before.refused, now.refused, rate),
    accepted: rate(before.connections.accepted, now.connections.accepted),
    handshakes: rate(before.tls.handshakes, now.tls.handshakes),
    handshakeFailures: reasonRate(before.tls.failures, now.tls.failures, rate),
    lostLogLines: rate(before.lostLogLines, now.lostLogLines),
    workers: new Map(now.workers.map((row) => {
      const from = workersBefore.get(workerKey(row));
      return [row.worker, {
        requests: rate(from?.requests, row.requests),
        cpu: rate(from?.cpuSeconds, row.cpuSeconds),
      }];
    })),
  };
}

/** Returns the sums of `rows` by what `nameOf` calls them: by site, or by address. */
export function ratesBy(
  rows: readonly RequestRates[],
  nameOf: (row: RequestRates) => string,
): Map<string, Rates> {
  const sums = new Map<string, Rates>();
  for (const row of rows) {
    const name = nameOf(row);
    sums.set(name, plus(sums.get(name) ?? NO_RATES, row));
  }
  return sums;
}

/** Returns the sum of histograms, bucket by bucket. */
export function sumBuckets(histograms: Iterable<readonly number[]>): number[] {
  const sum = new Array<number>(DURATION_BOUNDS.length + 1).fill(0);
  for (const buckets of histograms) {
    for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] ?? 0) + (buckets[at] ?? 0);
  }
  return sum;
}

/**
 * Returns below how many seconds the part `share` (0 to 1) of the responses stayed; null if there
 * was none. Within a bucket they are taken to be spread evenly, and what took longer than all
 * bounds to have taken the largest, as histogram_quantile() of Prometheus has it.
 */
export function quantile(buckets: readonly number[], share: number): number | null {
  const count = buckets.reduce((sum, each) => sum + each, 0);
  if (count === 0) return null;
  const rank = Math.min(1, Math.max(0, share)) * count;
  let below = 0;
  for (const [at, bound] of DURATION_BOUNDS.entries()) {
    const inBucket = buckets[at] ?? 0;
    if (inBucket > 0 && below + inBucket >= rank) {
      const from = at === 0 ? 0 : DURATION_BOUNDS[at - 1] ?? 0;
      return from + (bound - from) * (rank - below) / inBucket;
    }
    below += inBucket;
  }
  return DURATION_BOUNDS.at(-1) ?? null;
}

/** By how much a count has grown that may have begun anew. */
function increase(from: number, to: number): number {
  return to < from ? to : to - from;
}

/** A histogram begins anew as a whole: with one bucket below what it was, all of it is new. */
function bucketsBetween(from: readonly number[], to: readonly number[]): readonly number[] {
  const isNew = to.some((count, at) => count < (from[at] ?? 0));
  return isNew ? to : to.map((count, at) => count - (from[at] ?? 0));
}

function reasonRate(
  before: ReasonCounts,
  now: ReasonCounts,
  rate: (from: number | undefined, to: number) => number,
): number {
  const from = new Map(before);
  return now.reduce((sum, [reason, count]) => sum + rate(from.get(reason), count), 0);
}

function plus(one: Rates, other: Rates): Rates {
  return {
    requests: one.requests + other.requests,
    clientErrors: one.clientErrors + other.clientErrors,
    serverErrors: one.serverErrors + other.serverErrors,
    sentBytes: one.sentBytes + other.sentBytes,
    receivedBytes: one.receivedBytes + other.receivedBytes,
  };
}

function keyOf({ site, address }: RequestTotals): string {
  return `${address} ${site}`; // an address has no spaces
}

/** A worker that took the number of another one is a new one. */
function workerKey({ worker, pid }: { readonly worker: number; readonly pid: number }): string {
  return `${worker} ${pid}`;
}
