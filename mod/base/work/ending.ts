/**
 * Edge: the clock. What ends a request or an observation: time, or a signal of somebody else.
 *
 * `AbortSignal.any` would do, but the runtime may collect such a signal while a stream waits for it, and
 * then nothing ends the stream. For the same reason the body of an answer is read by `untilAborted()`.
 *
 * @module
 */

/** Ends when one of several signals does, or after a time, or by itself. */
export class Ending implements Disposable {
  readonly #controller = new AbortController();
  readonly #signals: readonly AbortSignal[];
  readonly #onAbort = (event: Event): void => this.end((event.target as AbortSignal).reason);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(...signals: readonly (AbortSignal | undefined)[]) {
    this.#signals = signals.filter((signal) => signal !== undefined);
    for (const signal of this.#signals) {
      if (signal.aborted) this.end(signal.reason);
      else signal.addEventListener("abort", this.#onAbort);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends after `ms` with a TimeoutError, unless {@linkcode keep} is called before. */
  after(ms: number): this {
    this.#timer = setTimeout(() => this.end(new DOMException("too late", "TimeoutError")), ms);
    return this;
  }

  /** Takes the limit of time away. */
  keep(): void {
    clearTimeout(this.#timer);
  }

  end(reason?: unknown): void {
    this.#controller.abort(reason);
  }

  /** Takes its listeners away. What it would end goes on. */
  [Symbol.dispose](): void {
    this.keep();
    for (const signal of this.#signals) signal.removeEventListener("abort", this.#onAbort);
  }
}
