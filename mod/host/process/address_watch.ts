/**
 * Edge: watches the addresses of this machine.
 *
 * The watch polls, because Deno gets no notification of a change on any system. A check is one
 * system call and a comparison; further work is done only if something differs.
 *
 * @module
 */

/** The check, and the time between two checks. */
interface AddressWatchOptions {
  /** Milliseconds to the next check; read each time, so that a reload can change it. */
  intervalMs(): number;
  /** Never called before the previous call has ended. An error is reported; the watch continues. */
  check(): Promise<void>;
  onFailure(error: unknown): void;
}

/** A watch that runs from its construction until `stop`. */
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
