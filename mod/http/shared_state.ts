/**
 * What all connections share: the settings, the handler, the clock, the caches and the buffers.
 *
 * @module
 */
import type {
  Handler,
  RefusalPage,
  RefusedRecord,
  RequestTracer,
  ServedRecord,
} from "../base/exchange.ts";
import { blocksOf } from "../config/document/address_block.ts";
import type { Settings } from "../config/document/settings.ts";
import { BufferPool } from "./buffer_pool.ts";
import { KnownHeads } from "./known_heads.ts";
import { type Clock, TICK_MS, ticksOf } from "./clock.ts";
import { TrustedProxies } from "./origin/trusted_proxies.ts";
import { Exchange } from "./request.ts";
import { PreparedResponses } from "./prepared_cache.ts";
import { OutputSlab } from "./output_slab.ts";
import type { Target } from "./parse/target.ts";
import { Turns } from "./turns.ts";
import { ByteCache } from "../wire/byte_text.ts";

/** The parts of a {@linkcode SharedState}; `settings` and `handler` may change during its use. */
export interface SharedStateOptions {
  readonly settings: Settings;
  readonly handler: Handler;
  readonly refusalPage: RefusalPage;
  /** Called once for each completed exchange, after its last byte was handed to the kernel. */
  readonly onServed: (record: ServedRecord) => void;
  /** Called once for each error response of the engine and each aborted connection. */
  readonly onRefused: (record: RefusedRecord) => void;
  /** Called with an error of a handler or source: a bug. The client got a 500 or an abort. */
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
  /** Null if requests are not traced, which then costs nothing. */
  readonly tracer: RequestTracer | null;
}

/** Free exchanges that are kept for reuse: as many as are likely to be in flight at once. */
const FREE_EXCHANGES_MAX = 256;
/** A write may stall for as long as this many bytes take at MinFileBytesPerSec. */
const STALLED_BYTES = 65536;

/** A writable {@linkcode ServedRecord}; one object serves for all. */
type ReusedRecord = { -readonly [K in keyof ServedRecord]: ServedRecord[K] };

/** The shared state of the connections of one server. */
export class SharedState {
  readonly buffers = new BufferPool();
  readonly outputs = new OutputSlab();
  readonly prepared = new PreparedResponses();
  readonly turns: Turns;
  readonly targets = new ByteCache<Target>();
  readonly hosts = new ByteCache<string>();
  readonly heads = new KnownHeads();
  readonly clock: Clock;
  readonly refusalPage: RefusalPage;
  readonly onServed: (record: ServedRecord) => void;
  readonly onRefused: (record: RefusedRecord) => void;
  readonly onError: (error: unknown) => void;
  readonly tracer: RequestTracer | null;
  handler: Handler;
  settings: Settings;
  /** Null if no proxy is trusted, which then costs nothing. */
  trusted: TrustedProxies | null = null;
  /** Whether each request has an identifier. */
  identifies = false;
  /** Whether the next response of each connection is its last one. */
  isRetiring = false;
  /** Ticks that a write may stall. */
  stallTicks = 0;

  readonly #freeExchanges: Exchange[] = [];
  #record: ReusedRecord | undefined;

  constructor(options: SharedStateOptions) {
    this.clock = options.clock;
    this.turns = new Turns(() => options.clock.nowMs());
    this.refusalPage = options.refusalPage;
    this.onServed = options.onServed;
    this.onRefused = options.onRefused;
    this.onError = options.onError;
    this.tracer = options.tracer;
    this.handler = options.handler;
    this.settings = options.settings;
    this.reconfigure(options.settings, options.handler);
  }

  /** Changes the settings and the handler from the next request on. */
  reconfigure(settings: Settings, handler: Handler): void {
    this.settings = settings;
    this.handler = handler;
    const blocks = blocksOf(settings.TrustedProxies);
    this.trusted = blocks.isEmpty ? null : new TrustedProxies(blocks);
    this.identifies = settings.EnableRequestIds;
    const rate = settings.MinFileBytesPerSec;
    const stallSeconds = Math.max(settings.ConnectionTimeout, STALLED_BYTES / rate);
    this.stallTicks = ticksOf(rate === 0 ? Infinity : stallSeconds * 1000);
    this.targets.clear();
    this.heads.clear();
    this.prepared.clear();
  }

  acquireExchange(): Exchange {
    return this.#freeExchanges.pop() ?? new Exchange();
  }

  releaseExchange(exchange: Exchange): void {
    exchange.release();
    if (this.#freeExchanges.length < FREE_EXCHANGES_MAX) this.#freeExchanges.push(exchange);
  }

  /** Reports a completed exchange to the log. A log that throws must not affect the connection. */
  report(exchange: Exchange, win32Status: number): void {
    if (exchange.span !== null) {
      this.endSpan(exchange, exchange.status, win32Status === 0 ? null : "aborted");
    }
    const record = this.#record ??= {
      request: exchange,
      status: 0,
      sentBytes: 0,
      contentBytes: 0,
      receivedBytes: 0,
      durationMs: 0,
      win32Status: 0,
    };
    record.request = exchange;
    record.status = exchange.status;
    record.sentBytes = exchange.sentBytes;
    record.contentBytes = exchange.contentBytes;
    record.receivedBytes = exchange.receivedBytes;
    record.durationMs = this.#durationMs(exchange);
    record.win32Status = win32Status;
    try {
      this.onServed(record);
    } catch (error) {
      this.onError(error);
    }
  }

  /** Ends the span of an exchange; `failure` is as in {@linkcode RequestTracer.end}. */
  endSpan(exchange: Exchange, status: number, failure: string | null): void {
    try {
      this.tracer?.end(exchange, status, failure);
    } catch (error) {
      this.onError(error);
    }
    exchange.span = null;
  }

  /**
   * Returns how long an exchange took. Reading the clock twice costs as much as finding the site of
   * a request, so a response that was available immediately is timed in ticks: 0, unless the client
   * was slow to receive it.
   */
  #durationMs({ startedMs, startedTick }: Exchange): number {
    if (startedMs === 0) return (this.clock.tick - startedTick) * TICK_MS;
    return Math.max(0, this.clock.nowMs() - startedMs); // the clock may be set back
  }
}
