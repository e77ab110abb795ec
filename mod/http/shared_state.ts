/**
 * What every connection shares: the settings, the handler, the clock, the caches and the buffers.
 *
 * @module
 */
import type { Handler, RefusedRecord, ServedRecord } from "../base/exchange.ts";
import type { Settings } from "../config/document/settings.ts";
import { BufferPool } from "./buffer_pool.ts";
import { type Clock, TICK_MS, ticksOf } from "./clock.ts";
import { Exchange } from "./request.ts";
import { PreparedResponses } from "./prepared_cache.ts";
import type { Target } from "./parse/target.ts";
import { ByteCache } from "../wire/byte_text.ts";

/** What an {@linkcode SharedState} is made of; `settings` and `handler` may change while it runs. */
export interface SharedStateOptions {
  readonly settings: Settings;
  readonly handler: Handler;
  /** Called once for each answered exchange, after its last byte was handed to the kernel. */
  readonly served: (record: ServedRecord) => void;
  /** Called once for each refusal and each connection that was cut. */
  readonly refused: (record: RefusedRecord) => void;
  /** Called with what a handler or a source threw: a bug, already answered 500 or cut. */
  readonly failed: (error: unknown) => void;
  readonly clock: Clock;
}

/** Exchanges kept for the next request: as many as are likely to be in flight at once. */
const EXCHANGES_KEPT = 256;
/** A write may stand still as long as this many bytes take at MinFileBytesPerSec. */
const STALLED_BYTES = 65536;

/** Writable face of {@linkcode ServedRecord}; one object for all. */
type ReusedRecord = { -readonly [K in keyof ServedRecord]: ServedRecord[K] };

/** Shared state of the connections of one server. */
export class SharedState {
  readonly buffers = new BufferPool();
  readonly prepared = new PreparedResponses();
  readonly targets = new ByteCache<Target>();
  readonly hosts = new ByteCache<string>();
  readonly clock: Clock;
  readonly served: (record: ServedRecord) => void;
  readonly refused: (record: RefusedRecord) => void;
  readonly failed: (error: unknown) => void;
  handler: Handler;
  settings: Settings;
  /** Ticks that a write may stand still. */
  stallTicks = 0;

  readonly #exchanges: Exchange[] = [];
  #record: ReusedRecord | undefined;

  constructor(options: SharedStateOptions) {
    this.clock = options.clock;
    this.served = options.served;
    this.refused = options.refused;
    this.failed = options.failed;
    this.handler = options.handler;
    this.settings = options.settings;
    this.reconfigure(options.settings, options.handler);
  }

  /** From the next request on. */
  reconfigure(settings: Settings, handler: Handler): void {
    this.settings = settings;
    this.handler = handler;
    const rate = settings.MinFileBytesPerSec;
    const stallSeconds = Math.max(settings.ConnectionTimeout, STALLED_BYTES / rate);
    this.stallTicks = ticksOf(rate === 0 ? Infinity : stallSeconds * 1000);
    this.targets.clear();
    this.prepared.clear();
  }

  takeExchange(): Exchange {
    return this.#exchanges.pop() ?? new Exchange();
  }

  giveExchange(exchange: Exchange): void {
    exchange.release();
    if (this.#exchanges.length < EXCHANGES_KEPT) this.#exchanges.push(exchange);
  }

  /** Hands one finished exchange to the log. A log that throws must not take the connection along. */
  report(exchange: Exchange, win32Status: number): void {
    const record = this.#record ??= {
      request: exchange,
      status: 0,
      sentBytes: 0,
      receivedBytes: 0,
      durationMs: 0,
      win32Status: 0,
    };
    record.request = exchange;
    record.status = exchange.status;
    record.sentBytes = exchange.sentBytes;
    record.receivedBytes = exchange.receivedBytes;
    record.durationMs = this.#durationMs(exchange);
    record.win32Status = win32Status;
    try {
      this.served(record);
    } catch (error) {
      this.failed(error);
    }
  }

  /**
   * Reading the clock twice costs a request as much as finding its site. An answer that was known at
   * once is timed by ticks: 0, unless the client was slow to take it.
   */
  #durationMs({ startedMs, startedTick }: Exchange): number {
    if (startedMs === 0) return (this.clock.tick - startedTick) * TICK_MS;
    return Math.max(0, this.clock.nowMs() - startedMs); // the clock may be set back
  }
}
