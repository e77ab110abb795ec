/**
 * Edge: time-outs of many waits at once, on one timer. An interval runs while anything waits, and none
 * when nothing does: a wait costs an entry in a set and no timer of its own.
 *
 * @module
 */

/** Milliseconds between two looks; a time-out is late by at most this, never early. */
const CHECK_MS = 250;

/** One wait. */
export interface Deadline {
  /** As `performance.now()`. */
  readonly dueMs: number;
  /** Called once, when it has passed. Must not throw. */
  readonly onExpire: () => void;
}

/** The waits of one owner. */
export class Deadlines {
  readonly #pending = new Set<Deadline>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Calls `onExpire` after `afterMs`, unless {@linkcode Deadlines.cancel} comes first. */
  start(afterMs: number, onExpire: () => void): Deadline {
    const deadline: Deadline = { dueMs: performance.now() + afterMs, onExpire };
    this.#pending.add(deadline);
    this.#timer ??= setInterval(() => this.#check(), CHECK_MS);
    return deadline;
  }

  cancel(deadline: Deadline): void {
    this.#pending.delete(deadline);
    if (this.#pending.size === 0) this.#stop();
  }

  #check(): void {
    const now = performance.now();
    for (const deadline of this.#pending) {
      if (deadline.dueMs > now) continue;
      this.#pending.delete(deadline);
      deadline.onExpire();
    }
    if (this.#pending.size === 0) this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
