/**
 * Counts turns of the event loop: how often others had a chance, whatever the speed of the machine.
 *
 * @module
 */

export class TurnCounter {
  /** The turns so far. */
  turns = 0;
  #isDone = false;

  constructor() {
    this.#next();
  }

  /** Stops the counting; resolves when no timer is left. */
  async stop(): Promise<void> {
    this.#isDone = true;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }

  #next(): void {
    setTimeout(() => {
      this.turns++;
      if (!this.#isDone) this.#next();
    }, 0);
  }
}
