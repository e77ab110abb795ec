/**
 * A bell for a loop that sleeps until there is something to do.
 *
 * @module
 */

export class Wake {
  #rung = Promise.withResolvers<void>();

  /** Wakes the loop now, or lets it go on at once when it would sleep. */
  ring(): void {
    this.#rung.resolve();
  }

  /** Resolves at the next ring, also one since the last call, or when `signal` aborts. */
  async next(signal: AbortSignal): Promise<void> {
    const ring = (): void => this.ring();
    if (signal.aborted) return;
    signal.addEventListener("abort", ring, { once: true });
    await this.#rung.promise;
    signal.removeEventListener("abort", ring);
    this.#rung = Promise.withResolvers();
  }
}
