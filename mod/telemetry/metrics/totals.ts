/**
 * What the service has counted since it started, as values: for the exposition of metrics, the live
 * page and `httpcfg top`. Rates are differences between two of them. Pure.
 *
 * @module
 */

/** The classes of statuses, in the order of {@linkcode RequestTotals.classes}. */
export const STATUS_CLASSES = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;

/** Upper bounds of the buckets of a duration, in seconds: those that OpenTelemetry recommends. */
export const DURATION_BOUNDS = [
  0.005,
  0.01,
  0.025,
  0.05,
  0.075,
  0.1,
  0.25,
  0.5,
  0.75,
  1,
  2.5,
  5,
  7.5,
  10,
] as const;

/** The responses of one site on one address. */
export interface RequestTotals {
  /** Name of the site; empty for what belongs to no site. */
  readonly site: string;
  /** Where clients have connected to: `10.0.0.5:80`. */
  readonly address: string;
  /** Responses by the class of their status, as in {@linkcode STATUS_CLASSES}. */
  readonly classes: readonly number[];
  /** Bytes, heads and bodies. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** How long the responses of one site took, from the first byte received to the last one sent. */
export interface DurationTotals {
  readonly site: string;
  /** Per bucket, not cumulative; the last one is for what took longer than all bounds. */
  readonly buckets: readonly number[];
  readonly sumSeconds: number;
}

/** A count for each of a few reasons. */
export type ReasonCounts = readonly (readonly [reason: string, count: number])[];

/** One process that serves. */
export interface WorkerTotals {
  /** 0 is the process of the service; workers are numbered from 1, and a new one takes a free number. */
  readonly worker: number;
  readonly pid: number;
  readonly requests: number;
  readonly connections: number;
  readonly residentBytes: number;
  readonly cpuSeconds: number;
  /** How late the timer of a second was: the last time, and the largest of the last minute. */
  readonly lagSeconds: number;
  readonly maxLagSeconds: number;
}

/** All that is counted, at one moment. */
export interface ServiceTotals {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** The version of the program that counts, and of its runtime. */
  readonly build: { readonly version: string; readonly runtime: string };
  readonly requests: readonly RequestTotals[];
  readonly durations: readonly DurationTotals[];
  /** Refused requests and aborted connections, by the reason in the HTTPERR log. */
  readonly refused: ReasonCounts;
  readonly connections: {
    /** Since the start. */
    readonly accepted: number;
    /** Now: all of them, those that wait for a request, and those that were upgraded. */
    readonly open: number;
    readonly idle: number;
    readonly tunnels: number;
  };
  /** How often connections were closed because the file table was full. */
  readonly exhausted: number;
  /** Listening sockets: opened, and attempts that failed. */
  readonly sockets: { readonly opened: number; readonly failed: number };
  readonly tls: { readonly handshakes: number; readonly failures: ReasonCounts };
  readonly cache: { readonly hits: number; readonly misses: number };
  /** Lines of logs that could not be written. */
  readonly lostLogLines: number;
  readonly workers: readonly WorkerTotals[];
}
