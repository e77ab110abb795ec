/**
 * Spans on their way to a collector: they wait in a queue, and are sent in batches, one after the
 * other. Nothing waits for a collector: what the queue cannot hold is lost, counted, and told. Pure.
 *
 * A batch is tried again as long as the collector is away or asks for it (429, 502, 503, 504), after
 * a while that doubles, or that the collector names; what it refuses for another reason is lost.
 *
 * @module
 */
import type { EndedSpan } from "./span.ts";

/** What has come of a request to the collector. */
export type Sent =
  | { readonly kind: "done"; readonly rejected: number; readonly why: string }
  /** `afterMs`: as the collector says; null if it does not. */
  | { readonly kind: "again"; readonly why: string; readonly afterMs: number | null }
  | { readonly kind: "refused"; readonly why: string };

/** How spans are doing. */
export interface ExportState {
  /** Why none arrive, or not all; null if all is well. */
  readonly failure: string | null;
  /** Spans lost since the start. */
  readonly lost: number;
}

/** The environment of an exporter. */
interface SpanExporterOptions {
  readonly queueMax: number;
  readonly batchMax: number;
  readonly delayMs: number;
  /** Sends a batch. Never rejects. */
  send(batch: readonly EndedSpan[]): Promise<Sent>;
  /** Calls `then` in `ms`; returns what prevents that. */
  later(ms: number, then: () => void): () => void;
  /** Returns a number from 0 to 1 at random: many programs find the same collector gone. */
  random(): number;
  /** Called whenever the state has changed. */
  onState(state: ExportState): void;
}

const RETRY_MS = { min: 1000, max: 30_000 } as const;
/** A longer wait than this is not believed. */
const AFTER_MS_MAX = 300_000;

export class SpanExporter {
  readonly #options: SpanExporterOptions;
  #queue: EndedSpan[] = [];
  /** Spans of a batch that is on its way. */
  #underWay = 0;
  /** Prevents what happens when the delay, or the wait before another attempt, is over. */
  #cancel: (() => void) | null = null;
  /** Ends the wait before another attempt; null while there is none. */
  #hurry: (() => void) | null = null;
  #isSending = false;
  /** Everything has to go, and nothing is tried twice. */
  #isFlushing = false;
  readonly #flushed: (() => void)[] = [];
  #lost = 0;
  /** Those that were lost for want of room since the last batch was sent. */
  #overflow = 0;
  #state: ExportState = { failure: null, lost: 0 };

  constructor(options: SpanExporterOptions) {
    this.#options = options;
  }

  get state(): ExportState {
    return this.#state;
  }

  /** Takes a span; it is lost if too many wait. */
  add(span: EndedSpan): void {
    const { queueMax, batchMax, delayMs } = this.#options;
    if (this.#queue.length + this.#underWay >= queueMax) {
      this.#lost++;
      this.#overflow++;
      return;
    }
    this.#queue.push(span);
    if (this.#isSending) return;
    if (this.#queue.length >= batchMax) this.#sendSoon(0);
    else if (this.#queue.length === 1) this.#sendSoon(delayMs);
  }

  /** Sends what waits, each batch once at most; resolves when nothing is left. */
  flush(): Promise<void> {
    if (this.#queue.length === 0 && !this.#isSending) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#flushed.push(resolve);
    this.#isFlushing = true;
    if (this.#isSending) this.#hurry?.();
    else this.#sendSoon(0);
    return promise;
  }

  /** Gives up what waits. */
  close(): void {
    this.#cancel?.();
    this.#lost += this.#queue.length + this.#underWay;
    this.#queue = [];
    this.#tell(this.#state.failure);
  }

  #sendSoon(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#options.later(ms, () => {
      this.#cancel = null;
      if (!this.#isSending) void this.#sendAll();
    });
  }

  async #sendAll(): Promise<void> {
    const { batchMax, delayMs } = this.#options;
    this.#isSending = true;
    do {
      const batch = this.#queue.splice(0, batchMax);
      this.#underWay = batch.length;
      await this.#sendBatch(batch);
      this.#underWay = 0;
    } while (this.#queue.length >= batchMax || (this.#isFlushing && this.#queue.length > 0));
    this.#isSending = this.#isFlushing = false;
    for (const resolve of this.#flushed.splice(0)) resolve();
    if (this.#queue.length > 0) this.#sendSoon(delayMs);
  }

  async #sendBatch(batch: readonly EndedSpan[]): Promise<void> {
    let waitMs: number = RETRY_MS.min;
    for (;;) {
      const sent = await this.#options.send(batch);
      if (sent.kind === "done") return this.#done(sent);
      if (sent.kind === "refused" || this.#isFlushing) {
        this.#lost += batch.length;
        return this.#tell(sent.why);
      }
      this.#tell(sent.why);
      const jitter = 0.5 + this.#options.random() / 2;
      await this.#wait(Math.min(sent.afterMs ?? waitMs * jitter, AFTER_MS_MAX));
      waitMs = Math.min(waitMs * 2, RETRY_MS.max);
    }
  }

  #done({ rejected, why }: Extract<Sent, { kind: "done" }>): void {
    this.#lost += rejected;
    const overflow = this.#overflow;
    this.#overflow = 0;
    if (rejected > 0) return this.#tell(why === "" ? "some were rejected" : why);
    this.#tell(overflow > 0 ? "more spans end than it takes" : null);
  }

  /** Waits for `ms`, or until everything has to go. */
  #wait(ms: number): Promise<void> {
    if (this.#isFlushing) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.later(ms, resolve);
    this.#cancel = cancel;
    this.#hurry = (): void => {
      cancel();
      resolve();
    };
    return promise.finally(() => this.#hurry = this.#cancel = null);
  }

  #tell(failure: string | null): void {
    const { state } = this;
    if (state.failure === failure && state.lost === this.#lost) return;
    this.#state = { failure, lost: this.#lost };
    this.#options.onState(this.#state);
  }
}
