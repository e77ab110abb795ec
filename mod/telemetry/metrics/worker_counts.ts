/**
 * What the processes that serve have counted, as values, and their sum. Pure.
 *
 * @module
 */
import type { ProcessUse } from "./process_meter.ts";
import {
  DURATION_BOUNDS,
  type DurationTotals,
  type ReasonCounts,
  type RequestTotals,
  STATUS_CLASSES,
} from "./totals.ts";

/** A reason, and how often. */
export type ReasonCount = readonly [reason: string, count: number];

/** The responses of one site, by its id, on one address. */
interface SeriesCounts {
  readonly site: number | null;
  readonly address: string;
  /** Responses of each class, bytes sent, bytes received. */
  readonly numbers: readonly number[];
}

/** The durations of one site. */
interface DurationCounts {
  readonly site: number | null;
  /** Responses of each bucket, sum of milliseconds. */
  readonly numbers: readonly number[];
}

/** What is counted for each request. */
export interface RequestCounts {
  readonly requests: readonly SeriesCounts[];
  readonly durations: readonly DurationCounts[];
  readonly refused: readonly ReasonCount[];
}

/** All that a process has counted since it began to serve. */
export interface WorkerCounts extends RequestCounts {
  /** Connections that became one of the HTTP engine. */
  readonly accepted: number;
  /** How often connections were closed because the file table was full. */
  readonly exhausted: number;
  readonly handshakes: number;
  readonly tlsFailures: readonly ReasonCount[];
  readonly cacheHits: number;
  readonly cacheMisses: number;
}

/** What a process has counted, and what it uses. */
export interface WorkerReport {
  readonly counts: WorkerCounts;
  readonly use: ProcessUse;
  /** Now: all connections, those that wait for a request, and those that were upgraded. */
  readonly open: number;
  readonly idle: number;
  readonly tunnels: number;
}

/** The sum of what several processes have counted. */
export class CountsSum {
  readonly #series = new Map<string, { site: number | null; address: string; numbers: number[] }>();
  readonly #durations = new Map<number | null, number[]>();
  readonly #refused = new Map<string, number>();
  readonly #tlsFailures = new Map<string, number>();
  accepted = 0;
  exhausted = 0;
  handshakes = 0;
  cacheHits = 0;
  cacheMisses = 0;

  add(counts: WorkerCounts): void {
    for (const { site, address, numbers } of counts.requests) {
      const key = `${site} ${address}`;
      const sum = this.#series.get(key);
      if (sum === undefined) this.#series.set(key, { site, address, numbers: [...numbers] });
      else addTo(sum.numbers, numbers);
    }
    for (const { site, numbers } of counts.durations) {
      const sum = this.#durations.get(site);
      if (sum === undefined) this.#durations.set(site, [...numbers]);
      else addTo(sum, numbers);
    }
    addReasons(this.#refused, counts.refused);
    addReasons(this.#tlsFailures, counts.tlsFailures);
    this.accepted += counts.accepted;
    this.exhausted += counts.exhausted;
    this.handshakes += counts.handshakes;
    this.cacheHits += counts.cacheHits;
    this.cacheMisses += counts.cacheMisses;
  }

  /** Returns the sum as what a process has counted. */
  get value(): WorkerCounts {
    return {
      requests: [...this.#series.values()],
      durations: [...this.#durations].map(([site, numbers]) => ({ site, numbers })),
      refused: [...this.#refused],
      accepted: this.accepted,
      exhausted: this.exhausted,
      handshakes: this.handshakes,
      tlsFailures: [...this.#tlsFailures],
      cacheHits: this.cacheHits,
      cacheMisses: this.cacheMisses,
    };
  }
}

/** Returns the number of responses that a process has counted. */
export function responsesIn({ requests }: Pick<WorkerCounts, "requests">): number {
  return requests.reduce((sum, { numbers }) => {
    return sum + numbers.slice(0, STATUS_CLASSES.length).reduce((a, b) => a + b, 0);
  }, 0);
}

/**
 * Returns what was counted under the names of sites. What belongs to a site that is not among `names`
 * is left out: it has been removed.
 */
export function namedTotals(
  counts: WorkerCounts,
  names: ReadonlyMap<number, string>,
): {
  readonly requests: readonly RequestTotals[];
  readonly durations: readonly DurationTotals[];
  readonly refused: ReasonCounts;
} {
  const nameOf = (site: number | null): string | undefined => site === null ? "" : names.get(site);
  return {
    requests: counts.requests.flatMap(({ site, address, numbers }) => {
      const name = nameOf(site);
      if (name === undefined) return [];
      const classes = numbers.slice(0, STATUS_CLASSES.length);
      const [sentBytes = 0, receivedBytes = 0] = numbers.slice(STATUS_CLASSES.length);
      return [{ site: name, address, classes, sentBytes, receivedBytes }];
    }),
    durations: counts.durations.flatMap(({ site, numbers }) => {
      const name = nameOf(site);
      if (name === undefined) return [];
      const buckets = numbers.slice(0, DURATION_BOUNDS.length + 1);
      return [{ site: name, buckets, sumSeconds: (numbers.at(-1) ?? 0) / 1000 }];
    }),
    refused: counts.refused,
  };
}

function addTo(sum: number[], numbers: readonly number[]): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += numbers[i] ?? 0;
}

function addReasons(sum: Map<string, number>, reasons: readonly ReasonCount[]): void {
  for (const [reason, count] of reasons) sum.set(reason, (sum.get(reason) ?? 0) + count);
}
