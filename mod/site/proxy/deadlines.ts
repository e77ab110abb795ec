/**
 * Edge: many time-outs on one timer. An interval runs only while a deadline is pending: a deadline
 * costs an entry in a set, not a timer of its own.
 *
 * @module
 */

/** Milliseconds between two checks; a time-out is late by at most this, never early. */
const CHECK_MS = 250;

/** A pending time-out. */
export interface Deadline {
  /** On the clock of {@linkcode Deadlines.nowMs}. */
  readonly dueMs: number;
  /** Called once, when the deadline has passed. Must not throw. */
  readonly onExpire: () => void;
}

/** The deadlines of one owner. */
export class Deadlines {
  readonly #pending = new Set<Deadline>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Milliseconds on a clock that only advances. */
  get nowMs(): number {
    return performance.now();
  }

  /** Calls `onExpire` after `afterMs`, unless {@linkcode Deadlines.cancel} is called first. */
  start(afterMs: number, onExpire: () => void): Deadline {
    const deadline: Deadline = { dueMs: this.nowMs + afterMs, onExpire };
    this.#pending.add(deadline);
    this.#timer ??= setInterval(() => this.#check(), CHECK_MS);
    return deadline;
  }

  cancel(deadline: Deadline): void {
    this.#pending.delete(deadline);
    if (this.#pending.size === 0) this.#stop();
  }

  #check(): void {
    const now = this.nowMs;
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
