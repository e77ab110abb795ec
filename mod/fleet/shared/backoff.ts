/**
 * Edge: the clock and chance. How long to wait before another attempt.
 *
 * A thousand members that lose the store at the same moment must not come back at the same moment: each
 * waits for a random part of a time that doubles ("full jitter").
 *
 * @module
 */
import { sleep } from "../../base/work/sleep.ts";

/** Milliseconds that the first wait takes at most, and that any does. */
interface BackoffLimits {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** For a store that cannot be reached. */
const RECONNECT: BackoffLimits = { baseMs: 250, maxMs: 15_000 };

/** The waits between the attempts of one piece of work. */
export class Backoff {
  readonly #limits: BackoffLimits;
  #failures = 0;

  constructor(limits: BackoffLimits = RECONNECT) {
    this.#limits = limits;
  }

  /** Waits before the next attempt; less if `signal` aborts. */
  async wait(signal?: AbortSignal): Promise<void> {
    const { baseMs, maxMs } = this.#limits;
    const most = Math.min(maxMs, baseMs * 2 ** Math.min(this.#failures++, 30));
    await sleep(Math.random() * most, signal);
  }

  /** Makes the next wait as short as the first. */
  reset(): void {
    this.#failures = 0;
  }
}

/** Returns a random number of milliseconds from `least` up to `most`. */
export function randomMs(least: number, most: number): number {
  return least + Math.random() * (most - least);
}
