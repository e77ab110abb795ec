/**
 * Edge: the engine's only clock. It ticks twice a second, and everything that needs only coarse
 * time reads it: time-outs need no timers of their own, and the Date field is formatted once a
 * second.
 *
 * Deadlines are counted in ticks, because a small integer needs no memory of its own in each
 * connection, and a time in milliseconds does.
 *
 * @module
 */

/** Milliseconds between two ticks; time-outs are up to twice this late, never early. */
export const TICK_MS = 500;

/** A tick that is never reached: 34 years from the start. */
export const NEVER = 0x7fffffff;

/** The engine's time; tests have their own. */
export interface Clock {
  /** Ticks so far. */
  readonly tick: number;
  /** The value of the Date field (IMF-fixdate) at the last tick. */
  readonly date: string;
  /** Returns the time in whole milliseconds, to compare two readings; cheap to call. */
  nowMs(): number;
  /** Calls `onTick` at every tick until {@linkcode Clock.stop}. */
  start(onTick: () => void): void;
  stop(): void;
}

/** Returns ticks that last at least `ms`, although one is under way; many years for Infinity. */
export function ticksOf(ms: number): number {
  return Math.min(Math.ceil(ms / TICK_MS) + 1, NEVER >> 1);
}

/** The system clock; ticks only while it is started. */
export class SystemClock implements Clock {
  tick = 0;
  date = "";
  #second = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    this.#update();
  }

  nowMs(): number {
    return Date.now(); // a third of the cost of performance.now(); the log has whole milliseconds
  }

  start(onTick: () => void): void {
    this.#update();
    this.#timer ??= setInterval(() => {
      this.#update();
      onTick();
    }, TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #update(): void {
    this.tick = Math.floor(performance.now() / TICK_MS);
    const now = Date.now();
    const second = Math.floor(now / 1000);
    if (second === this.#second) return;
    this.#second = second;
    this.date = new Date(now).toUTCString();
  }
}
