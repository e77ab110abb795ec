/**
 * Edge: the one clock of the engine. It moves twice a second and everything that is only roughly
 * timed reads it: time-outs need no timer of their own and the Date field is made once a second.
 *
 * @module
 */

/** Milliseconds between two moves; time-outs are late by up to twice as much, never early. */
export const TICK_MS = 500;

/** Time for the engine; a test has its own. */
export interface Clock {
  /** Monotonic milliseconds at the last move. */
  readonly coarseMs: number;
  /** Text of the Date field (IMF-fixdate) at the last move. */
  readonly date: string;
  /** Milliseconds now, for the difference of two readings; whole, and cheap to read. */
  nowMs(): number;
  /** Calls `onTick` at every move until {@linkcode Clock.stop}. */
  start(onTick: () => void): void;
  stop(): void;
}

/** The machine's clock; moves only while it is started. */
export class SystemClock implements Clock {
  coarseMs = performance.now();
  date = new Date().toUTCString();
  #second = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  nowMs(): number {
    return Date.now(); // a third of what performance.now() costs, and the log has whole milliseconds
  }

  start(onTick: () => void): void {
    this.#move();
    this.#timer ??= setInterval(() => {
      this.#move();
      onTick();
    }, TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #move(): void {
    this.coarseMs = performance.now();
    const now = Date.now();
    const second = Math.floor(now / 1000);
    if (second === this.#second) return;
    this.#second = second;
    this.date = new Date(now).toUTCString();
  }
}
