/**
 * Edge: Ctrl-C, where it does not end a command in the middle of what it says.
 *
 * @module
 */

/** Aborts at the first Ctrl-C until it is disposed of; the second one ends the process as usual. */
export class Interrupt implements Disposable {
  readonly #aborted = new AbortController();
  readonly #onSignal = (): void => {
    Deno.removeSignalListener("SIGINT", this.#onSignal);
    this.#aborted.abort();
  };

  constructor() {
    Deno.addSignalListener("SIGINT", this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#aborted.signal;
  }

  [Symbol.dispose](): void {
    if (!this.signal.aborted) Deno.removeSignalListener("SIGINT", this.#onSignal);
  }
}
