/**
 * A cache of encoded responses, head and body in one piece. A handler opts in by returning the very
 * same object again; the second time within a short while, its bytes are cached.
 *
 * The bytes include the Date, so they are rebuilt once a second.
 *
 * @module
 */
import type { HttpResponse } from "../base/exchange.ts";

interface Prepared {
  readonly bytes: Uint8Array;
  readonly date: string;
}

/** How many responses are remembered to recognize one that is returned again. */
const RECENT_MAX = 64;

/** Prepared bytes by response object. Keeps no response alive except the last few. */
export class PreparedResponses {
  #prepared = new WeakMap<HttpResponse, Prepared>();
  readonly #recent: (HttpResponse | undefined)[] = new Array(RECENT_MAX).fill(undefined);
  #nextSlot = 0;
  #last: HttpResponse | undefined;
  #lastPrepared: Prepared | undefined;

  /** Returns the bytes of `response` with `date`; undefined if they must be built. */
  get(response: HttpResponse, date: string): Uint8Array | undefined {
    const prepared = response === this.#last ? this.#lastPrepared : this.#prepared.get(response);
    if (prepared === undefined || prepared.date !== date) return undefined;
    this.#last = response;
    this.#lastPrepared = prepared;
    return prepared.bytes;
  }

  /** Caches `bytes` if `response` was seen recently; otherwise remembers that it was seen now. */
  offer(response: HttpResponse, date: string, bytes: Uint8Array): void {
    if (this.#prepared.has(response) || this.#recent.includes(response)) {
      this.#prepared.set(response, { bytes, date });
      if (response === this.#last) this.#last = undefined;
      return;
    }
    this.#recent[this.#nextSlot] = response;
    this.#nextSlot = (this.#nextSlot + 1) % RECENT_MAX;
  }

  /** Removes everything: the settings that the bytes were built with have changed. */
  clear(): void {
    this.#recent.fill(undefined);
    this.#last = this.#lastPrepared = undefined;
    this.#prepared = new WeakMap();
  }
}
