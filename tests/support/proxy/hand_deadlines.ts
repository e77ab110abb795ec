/**
 * Time-outs of a reverse proxy that pass when a test says so.
 *
 * @module
 */
import { Deadlines, TICK_MS } from "../../../mod/site/proxy/deadlines.ts";

export class HandDeadlines extends Deadlines {
  /** Whether its timer runs. */
  isRunning = false;
  #nowMs = 1000;
  #onTick: (() => void) | null = null;

  constructor() {
    super({
      nowMs: () => this.#nowMs,
      start: (onTick) => {
        this.isRunning = true;
        this.#onTick = onTick;
        return (): void => {
          this.isRunning = false;
          this.#onTick = null;
        };
      },
    });
  }

  /** Lets `ms` pass on the clock, without a tick. */
  rest(ms: number): void {
    this.#nowMs += ms;
  }

  /** Lets `ms` pass, tick by tick, and as much as a time-out may be late. */
  pass(ms: number): void {
    for (let passed = 0; passed < ms + 2 * TICK_MS; passed += TICK_MS) {
      this.#nowMs += TICK_MS;
      this.#onTick?.();
    }
  }
}
