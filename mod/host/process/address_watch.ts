/**
 * Edge: looks at the machine's addresses again and again.
 *
 * Polled, because no system tells Deno of a change. One look is one system call and a comparison;
 * the work is done only when something differs.
 *
 * @module
 */

/** What is done at each look, and how long to wait for the next. */
interface AddressWatchOptions {
  /** Milliseconds to the next look; asked each time, so that a reload can change it. */
  intervalMs(): number;
  /** Never called again before it has ended. A throw is told and the watch goes on. */
  check(): Promise<void>;
  onFailure(error: unknown): void;
}

/** The watch: from its making to `stop`. */
export class AddressWatch {
  readonly #options: AddressWatchOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  constructor(options: AddressWatchOptions) {
    this.#options = options;
    this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => this.#tick(), this.#options.intervalMs());
  }

  async #tick(): Promise<void> {
    try {
      await this.#options.check();
    } catch (error) {
      this.#options.onFailure(error);
    }
    this.#schedule();
  }
}
