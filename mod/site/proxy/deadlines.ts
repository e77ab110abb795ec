/**
 * Edge: many time-outs on one timer. They are counted in ticks, so to set one is to store a number:
 * an owner that waits again and again has one deadline for all its life, and sets it anew.
 *
 * @module
 */
import { type Linked, LinkedList } from "../../base/linked_list.ts";

/** Milliseconds between two ticks; a time-out is up to twice this late, never early. */
export const TICK_MS = 125;
const NEVER = 0x7fffffff;

/** The time as the deadlines read it; tests have their own. */
interface Time {
  /** Milliseconds on a clock that only advances. */
  nowMs(): number;
  /** Calls `onTick` every {@linkcode TICK_MS} until the function that it returns is called. */
  start(onTick: () => void): () => void;
}

const SYSTEM_TIME: Time = {
  nowMs: () => performance.now(),
  start(onTick): () => void {
    const timer = setInterval(onTick, TICK_MS);
    return () => clearInterval(timer);
  },
};

/** A time-out that can be set again and again. */
export class Deadline implements Linked<Deadline> {
  previous: Deadline | null = null;
  next: Deadline | null = null;

  readonly #owner: Deadlines;
  readonly #onExpire: () => void;
  #due = NEVER;

  constructor(owner: Deadlines, onExpire: () => void) {
    this.#owner = owner;
    this.#onExpire = onExpire;
  }

  /** Expires after `ms`, whatever was set before. */
  set(ms: number): void {
    this.#due = this.#owner.tick + Math.ceil(ms / TICK_MS) + 1;
  }

  clear(): void {
    this.#due = NEVER;
  }

  /** Clears it for good. */
  end(): void {
    this.#due = NEVER;
    this.#owner.remove(this);
  }

  /** For its owner: expires if it is due. */
  check(tick: number): void {
    if (tick < this.#due) return;
    this.#due = NEVER;
    this.#onExpire();
  }
}

/** The deadlines of one proxy. The timer runs only while there are any. */
export class Deadlines {
  /** Ticks while there were deadlines. Ticks that a busy event loop has missed do not count. */
  tick = 0;

  readonly #all = new LinkedList<Deadline>();
  readonly #time: Time;
  #stop: (() => void) | null = null;

  constructor(time: Time = SYSTEM_TIME) {
    this.#time = time;
  }

  /** Milliseconds on a clock that only advances. */
  get nowMs(): number {
    return this.#time.nowMs();
  }

  /** Makes a deadline that is not set; `onExpire` must not throw. It is to be ended. */
  make(onExpire: () => void): Deadline {
    const deadline = new Deadline(this, onExpire);
    this.#all.add(deadline);
    this.#stop ??= this.#time.start(() => this.#check());
    return deadline;
  }

  /** Calls `onExpire` once after `ms`, unless the deadline is ended first. */
  start(ms: number, onExpire: () => void): Deadline {
    const deadline = this.make(() => {
      deadline.end();
      onExpire();
    });
    deadline.set(ms);
    return deadline;
  }

  /** For a deadline that ends. */
  remove(deadline: Deadline): void {
    this.#all.delete(deadline);
    if (this.#all.size > 0) return;
    this.#stop?.();
    this.#stop = null;
  }

  #check(): void {
    this.tick++;
    this.#all.forEach((deadline) => deadline.check(this.tick));
  }
}
