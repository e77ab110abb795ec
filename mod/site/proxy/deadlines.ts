/**
 * Edge: time-outs of many waits at once, on one timer. An interval runs while anything waits, and none
 * when nothing does: a wait costs an entry in a set and no timer of its own.
 *
 * @module
 */

/** Milliseconds between two looks; a time-out is late by at most this, never early. */
const LOOK_MS = 250;

/** One wait. */
export interface Deadline {
  /** As `performance.now()`. */
  readonly dueMs: number;
  /** Called once, when it has passed. Must not throw. */
  readonly onPass: () => void;
}

/** The waits of one owner. */
export class Deadlines {
  readonly #waits = new Set<Deadline>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Calls `onPass` after `afterMs`, unless {@linkcode Deadlines.cancel} comes first. */
  start(afterMs: number, onPass: () => void): Deadline {
    const wait: Deadline = { dueMs: performance.now() + afterMs, onPass };
    this.#waits.add(wait);
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
    return wait;
  }

  cancel(wait: Deadline): void {
    this.#waits.delete(wait);
    if (this.#waits.size === 0) this.#stop();
  }

  #look(): void {
    const now = performance.now();
    for (const wait of this.#waits) {
      if (wait.dueMs > now) continue;
      this.#waits.delete(wait);
      wait.onPass();
    }
    if (this.#waits.size === 0) this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
