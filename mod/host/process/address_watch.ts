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
  /** Milliseconds to the next check. */
  intervalMs(): number;
  /** Never called before the previous call has ended. An error is reported; the watch continues. */
  check(): Promise<void>;
  onFailure(error: unknown): void;
}

/** A watch that runs from its construction until `stop`. */
export class AddressWatch {
  readonly #options: AddressWatchOptions;
  /** Undefined while a check is in progress. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #intervalMs = 0;
  #isStopped = false;

  constructor(options: AddressWatchOptions) {
    this.#options = options;
    this.#schedule();
  }

  /** Reads the interval again; if it has changed, the next check is after the new one. */
  settingsChanged(): void {
    if (this.#timer === undefined || this.#intervalMs === this.#options.intervalMs()) return;
    clearTimeout(this.#timer);
    this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#intervalMs = this.#options.intervalMs();
    this.#timer = setTimeout(() => this.#tick(), this.#intervalMs);
  }

  async #tick(): Promise<void> {
    this.#timer = undefined;
    try {
      await this.#options.check();
    } catch (error) {
      this.#options.onFailure(error);
    }
    this.#schedule();
  }
}
