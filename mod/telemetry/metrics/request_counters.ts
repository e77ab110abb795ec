/**
 * Counts what one process serves, as plain numbers: responses by site, address and class of status,
 * bytes, durations, refusals by reason. Pure.
 *
 * The address is where the client has connected to, also behind a socket for all addresses: which of
 * its addresses a machine needs is what the numbers are for, and a series goes on when the list
 * names them. Anybody on the machine can connect to 16 million loopback addresses; those that neither
 * a socket nor a binding names count as the socket that accepts for them.
 *
 * A request costs two comparisons and four additions. What is counted is never forgotten as long as
 * the site exists, so that no reload makes a counter go back.
 *
 * @module
 */
import { type Endpoint, formatEndpoint, isLoopback } from "../../base/address.ts";
import type { RefusedRecord, ServedRecord } from "../../base/exchange.ts";
import { DURATION_BOUNDS, STATUS_CLASSES } from "./totals.ts";
import type { ReasonCount, RequestCounts } from "./worker_counts.ts";

/** Series at most: a machine with 1,000 sites on ten addresses each. */
const SERIES_MAX = 10_000;
/** The address of what is counted beyond that. */
const OTHER_ADDRESS = "other";
const USUAL_LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1"]);

const CLASSES = STATUS_CLASSES.length;
const SENT = CLASSES;
const RECEIVED = CLASSES + 1;
/** The place of the sum, behind the buckets and the one for what is above all bounds. */
const SUM_MS = DURATION_BOUNDS.length + 1;
const BOUNDS_MS = DURATION_BOUNDS.map((seconds) => seconds * 1000);
const FIRST_BOUND_MS = BOUNDS_MS[0]!;

/** The responses of one site on one address. */
class Series {
  readonly site: number | null;
  readonly address: string;
  /** Responses of each class, bytes sent, bytes received. */
  readonly numbers = new Float64Array(CLASSES + 2);
  /** Shared by all series of the site: responses of each bucket, sum of milliseconds. */
  readonly durations: Float64Array;

  constructor(site: number | null, address: string, durations: Float64Array) {
    this.site = site;
    this.address = address;
    this.durations = durations;
  }
}

/** The series of one site. */
interface SiteSeries {
  /** By the text of the address. */
  readonly byAddress: Map<string, Series>;
  readonly durations: Float64Array;
  /** By the address and port of connections, as they were met; forgotten when sockets change. */
  met: Map<string, Map<number, Series>>;
}

export class RequestCounters {
  /** Returns the listening socket that has accepted who connected to `local`; null if it closed. */
  readonly #listenerOf: (local: Endpoint) => Endpoint | null;
  readonly #sites = new Map<number | null, SiteSeries>();
  readonly #refused = new Map<string, number>();
  /** The loopback addresses that bindings name. */
  #boundLoopback: ReadonlySet<string> = new Set();
  #size = 0;
  #lastSite: number | null = null;
  #lastLocal: Endpoint | null = null;
  #last: Series | null = null;

  constructor(listenerOf: (local: Endpoint) => Endpoint | null) {
    this.#listenerOf = listenerOf;
  }

  served(record: ServedRecord): void {
    const { siteId, local } = record.request;
    const series = siteId === this.#lastSite && local === this.#lastLocal && this.#last !== null
      ? this.#last
      : this.#find(siteId, local);
    const { numbers, durations } = series;
    count(numbers, record.status);
    numbers[SENT]! += record.sentBytes;
    numbers[RECEIVED]! += record.receivedBytes;
    const { durationMs } = record;
    if (durationMs <= FIRST_BOUND_MS) durations[0]!++;
    else durations[bucketOf(durationMs)]!++;
    durations[SUM_MS]! += durationMs;
  }

  /** Counts a refusal, which is a response too unless the connection was aborted. */
  refused({ local, siteId, status, reason }: RefusedRecord): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
    if (status !== null) count(this.#find(siteId, local).numbers, status);
  }

  /**
   * The sockets or the bindings have changed: an address may count as another one from now on.
   * `bound` are the loopback addresses that bindings name; omitted, they are as before.
   */
  addressesChanged(bound: ReadonlySet<string> = this.#boundLoopback): void {
    this.#boundLoopback = bound;
    for (const site of this.#sites.values()) site.met = new Map();
    this.#last = null;
  }

  /** Forgets the sites that are not in `ids`: they have been removed. */
  retain(ids: ReadonlySet<number>): void {
    for (const [id, { byAddress }] of this.#sites) {
      if (id === null || ids.has(id)) continue;
      this.#sites.delete(id);
      this.#size -= byAddress.size;
    }
    this.#last = null;
  }

  counts(): RequestCounts {
    const sites = [...this.#sites];
    return {
      requests: sites.flatMap(([site, { byAddress }]) => {
        return Array.from(byAddress.values(), ({ address, numbers }) => {
          return { site, address, numbers: [...numbers] };
        });
      }),
      durations: sites.map(([site, { durations }]) => ({ site, numbers: [...durations] })),
      refused: [...this.#refused] as ReasonCount[],
    };
  }

  #find(siteId: number | null, local: Endpoint): Series {
    let site = this.#sites.get(siteId);
    if (site === undefined) {
      site = {
        byAddress: new Map(),
        durations: new Float64Array(DURATION_BOUNDS.length + 2),
        met: new Map(),
      };
      this.#sites.set(siteId, site);
    }
    let ports = site.met.get(local.ip);
    if (ports === undefined) site.met.set(local.ip, ports = new Map());
    let series = ports.get(local.port);
    if (series === undefined) ports.set(local.port, series = this.#seriesOf(siteId, site, local));
    this.#lastSite = siteId;
    this.#lastLocal = local;
    this.#last = series;
    return series;
  }

  #seriesOf(siteId: number | null, { byAddress, durations }: SiteSeries, local: Endpoint): Series {
    const isAnybodys = isLoopback(local.ip) && !USUAL_LOOPBACK.has(local.ip) &&
      !this.#boundLoopback.has(local.ip);
    const own = formatEndpoint((isAnybodys ? this.#listenerOf(local) : null) ?? local);
    const address = byAddress.has(own) || this.#size < SERIES_MAX ? own : OTHER_ADDRESS;
    let series = byAddress.get(address);
    if (series === undefined) {
      byAddress.set(address, series = new Series(siteId, address, durations));
      this.#size++;
    }
    return series;
  }
}

function count(numbers: Float64Array, status: number): void {
  numbers[((status / 100) | 0) - 1]!++; // three digits, the first of them 1 to 5
}

function bucketOf(durationMs: number): number {
  let bucket = 1;
  while (bucket < BOUNDS_MS.length && durationMs > BOUNDS_MS[bucket]!) bucket++;
  return bucket;
}
