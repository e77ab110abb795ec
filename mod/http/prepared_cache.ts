/**
 * Responses that come again are sent from bytes made before: head and body in one piece. A handler
 * asks for it by returning the very same object; the second time within a short while it is kept.
 *
 * The bytes carry the Date, so they are made anew once a second.
 *
 * @module
 */
import type { HttpResponse } from "../base/exchange.ts";

interface Prepared {
  readonly bytes: Uint8Array;
  readonly date: string;
}

/** How many responses back a return counts as coming again. */
const RECENT = 64;

/** Prepared bytes by response object. Holds no response that nobody else holds, but the last few. */
export class PreparedResponses {
  #prepared = new WeakMap<HttpResponse, Prepared>();
  readonly #recent: (HttpResponse | undefined)[] = new Array(RECENT).fill(undefined);
  #next = 0;
  #last: HttpResponse | undefined;
  #lastPrepared: Prepared | undefined;

  /** Bytes of `response` with `date`; undefined where they must be made. */
  get(response: HttpResponse, date: string): Uint8Array | undefined {
    const prepared = response === this.#last ? this.#lastPrepared : this.#prepared.get(response);
    if (prepared === undefined || prepared.date !== date) return undefined;
    this.#last = response;
    this.#lastPrepared = prepared;
    return prepared.bytes;
  }

  /** Keeps `bytes` if `response` was seen a short while ago; remembers that it was seen now. */
  offer(response: HttpResponse, date: string, bytes: Uint8Array): void {
    if (this.#prepared.has(response) || this.#recent.includes(response)) {
      this.#prepared.set(response, { bytes, date });
      if (response === this.#last) this.#last = undefined;
      return;
    }
    this.#recent[this.#next] = response;
    this.#next = (this.#next + 1) % RECENT;
  }

  /** Forgets all: the settings that the bytes were made with have changed. */
  clear(): void {
    this.#recent.fill(undefined);
    this.#last = this.#lastPrepared = undefined;
    this.#prepared = new WeakMap();
  }
}
