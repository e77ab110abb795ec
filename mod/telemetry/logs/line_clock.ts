/**
 * Edge: the time of log lines. The wall clock is read once for what the runtime does in one go, such
 * as all requests that had arrived when it looked: to read it for each line would cost as much as to
 * format the line.
 *
 * @module
 */

/** The time of lines, in milliseconds since 1970. */
export interface LineTime {
  now(): number;
  /** Reads the clock anew: what comes later in this go is not told to be earlier than that. */
  renew(): number;
}

const settled = Promise.resolve();

/** A clock that stands still for one go. */
export class LineClock implements LineTime {
  readonly #read: () => number;
  /** 0 until it is read in this go. */
  #nowMs = 0;
  readonly #forget = (): void => {
    this.#nowMs = 0;
  };

  /** `read` is the clock of the system. */
  constructor(read: () => number = Date.now) {
    this.#read = read;
  }

  now(): number {
    return this.#nowMs !== 0 ? this.#nowMs : this.renew();
  }

  renew(): number {
    void settled.then(this.#forget); // behind everything that is to run by now
    return this.#nowMs = this.#read();
  }
}
