/**
 * Edge: the one clock of the engine. It moves twice a second and everything that is only roughly
 * timed reads it: time-outs need no timer of their own and the Date field is made once a second.
 *
 * Deadlines are counted in its ticks, because a small whole number costs a connection no memory of
 * its own and a time in milliseconds does.
 *
 * @module
 */

/** Milliseconds between two ticks; time-outs are late by up to twice as much, never early. */
export const TICK_MS = 500;

/** A tick that does not come: 34 years from the start. */
export const NEVER = 0x7fffffff;

/** Time for the engine; a test has its own. */
export interface Clock {
  /** Ticks so far. */
  readonly tick: number;
  /** Text of the Date field (IMF-fixdate) at the last tick. */
  readonly date: string;
  /** Milliseconds now, for the difference of two readings; whole, and cheap to read. */
  nowMs(): number;
  /** Calls `onTick` at every tick until {@linkcode Clock.stop}. */
  start(onTick: () => void): void;
  stop(): void;
}

/** Ticks that are sure to take `ms`, though one is under way; many years for Infinity. */
export function ticksOf(ms: number): number {
  return Math.min(Math.ceil(ms / TICK_MS) + 1, NEVER >> 1);
}

/** The machine's clock; moves only while it is started. */
export class SystemClock implements Clock {
  tick = 0;
  date = "";
  #second = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    this.#move();
  }

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
    this.tick = Math.floor(performance.now() / TICK_MS);
    const now = Date.now();
    const second = Math.floor(now / 1000);
    if (second === this.#second) return;
    this.#second = second;
    this.date = new Date(now).toUTCString();
  }
}
