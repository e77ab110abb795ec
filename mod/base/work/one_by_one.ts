/**
 * Work that must not be done at the same time. Pure.
 *
 * @module
 */

/** Does one piece of work after the other, in the order in which they come. */
export class OneByOne {
  /** Resolves when what came last is done, however it has ended. */
  #last: Promise<unknown> = Promise.resolve();

  /** Calls `work` when all that came before is done, and returns its result. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}
