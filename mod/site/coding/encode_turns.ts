/**
 * How much is compressed at a time, for all sites: no call of the runtime that compresses frees the
 * event loop, so it is given a little at a time, and everything else has its turn in between.
 *
 * @module
 */
import { pause } from "../../base/work/slices.ts";
import type { ContentCoding } from "./content_coding.ts";

/** The most bytes that an encoder gets in one call. */
export const PIECE_BYTES = 32 * 1024;
/**
 * The share of one turn of the event loop, in bytes of the cheaper codings: 1 to 2 ms. An encoder
 * may collect as much before it compresses it all.
 */
const SHARE = 128 * 1024;
/** What a byte costs: brotli needs 26 ms for 1 MB, gzip 10 ms, zstd 4 ms. */
const COST: Readonly<Record<ContentCoding, number>> = { br: 2, gzip: 1, zstd: 1 };
/** Documents that are compressed at the same time; each encoder has up to 2 MB of memory. */
const PLACES = 16;

/** Counts what is compressed between two turns of the event loop, and how many compress. */
export class EncodeTurns {
  readonly #pause: () => Promise<void>;
  #spent = 0;
  #waiting = 0;
  #lastWait: Promise<void> = Promise.resolve();
  #taken = 0;

  /** `pauseOnce` resolves after everything else that waits has had its turn. */
  constructor(pauseOnce: () => Promise<void> = pause) {
    this.#pause = pauseOnce;
  }

  /** Takes a place among those who compress; false if there is none. */
  enter(): boolean {
    if (this.#taken === PLACES) return false;
    this.#taken++;
    return true;
  }

  /** Gives back a place that {@linkcode EncodeTurns.enter} has taken. */
  leave(): void {
    this.#taken--;
  }

  /**
   * Counts `bytes` that are about to be compressed; returns what must be awaited first, or null if
   * the turn has some share left. Those who wait go on one after another, each in its own turn.
   */
  take(coding: ContentCoding, bytes: number): Promise<void> | null {
    const cost = bytes * COST[coding];
    if (this.#waiting === 0 && this.#spent + cost <= SHARE) {
      this.#spent += cost;
      return null;
    }
    this.#waiting++;
    return this.#lastWait = this.#lastWait.then(this.#pause).then(() => {
      this.#waiting--;
      this.#spent = cost;
    });
  }
}

/** The turns of this process. */
export const encodeTurns: EncodeTurns = new EncodeTurns();
