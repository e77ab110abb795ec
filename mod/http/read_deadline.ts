/**
 * How long the client of one connection may take to send what is awaited. No timer: the clock looks
 * at it twice a second.
 *
 * @module
 */
import { type Clock, TICK_MS } from "./clock.ts";

/** The deadline of one connection's reads. */
export class ReadDeadline {
  /** Coarse milliseconds; Infinity for none. */
  ms = Infinity;
  /** What the HTTPERR log says when it passes; null for nothing. */
  timer: string | null = null;

  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Never early: the clock may stand one move behind. */
  set(afterMs: number, timer: string | null): void {
    this.ms = this.#clock.coarseMs + afterMs + TICK_MS;
    this.timer = timer;
  }

  clear(): void {
    this.ms = Infinity;
    this.timer = null;
  }
}
