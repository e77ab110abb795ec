/**
 * Edge: the clock and the event loop. Does long work in slices of a few milliseconds, between which
 * everything else that waits gets its turn: a service that reloads 50,000 addresses keeps serving.
 *
 * @module
 */
import type { Steps } from "./steps.ts";

/** Milliseconds of work without a pause in a process that serves clients. One step takes less than one. */
const SERVING_MS = 2;
/**
 * In a command, only signals and the line of progress wait, and a pause costs 2.4 ms: no timer is
 * shorter.
 */
const ALONE_MS = 50;

/** The clock, and the turns of the event loop. */
interface SlicesOptions {
  readonly sliceMs: number;
  /** Milliseconds of a clock that only moves forward. */
  now(): number;
  /** Resolves after everything that waits has had its turn. */
  pause(): Promise<void>;
}

/**
 * The slices of one event loop. Work that is under way at the same time shares them: it is the sum
 * that keeps others waiting.
 */
export class Slices {
  readonly #options: SlicesOptions;
  /** When the event loop last had a turn for everything else, as far as is known. */
  #begin: number;
  /** The pause under way: all work shares it, and the slice after it. */
  #pause: Promise<void> | null = null;

  constructor(options: SlicesOptions) {
    this.#options = options;
    this.#begin = options.now();
  }

  /** Does the work, and pauses whenever a slice is over. */
  async run<T>(steps: Steps<T>): Promise<T> {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      if (this.isOver) await this.pause();
    }
  }

  /** True once the slice is over. */
  get isOver(): boolean {
    return this.#options.now() - this.#begin >= this.#options.sliceMs;
  }

  /** Lets everything that waits have its turn; the next slice begins then. */
  pause(): Promise<void> {
    this.#pause ??= this.#options.pause().then(() => {
      this.#pause = null;
      this.#begin = this.#options.now();
    });
    return this.#pause;
  }
}

/** The slices of the event loop of this process. */
let ownSlices = new Slices({
  sliceMs: ALONE_MS,
  now: () => performance.now(),
  pause: () => new Promise((resolve) => setTimeout(resolve, 0)),
});

/**
 * Has to be called by a process that serves clients, before it does anything else. `turn` resolves
 * when the system was asked what clients have sent.
 */
export function beginServing(turn: () => Promise<void>): void {
  ownSlices = new Slices({ sliceMs: SERVING_MS, now: () => performance.now(), pause: turn });
}

/** Does the work in slices of this process. */
export function inSlices<T>(steps: Steps<T>): Promise<T> {
  return ownSlices.run(steps);
}

/** Lets everything that waits in this process have its turn. */
export function pause(): Promise<void> {
  return ownSlices.pause();
}
