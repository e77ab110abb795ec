/**
 * Heads that were parsed before. A client sends nearly the same head again and again, a prober or a
 * proxy exactly the same one: comparing its bytes costs a small part of parsing them.
 *
 * Only a head whose parsed form depends on nothing but its bytes and the settings is known: a GET or
 * HEAD in origin form, without a body, that was accepted. Whatever else a request needs (its site,
 * its addresses, its limits) is found anew each time.
 *
 * @module
 */
import type { ClientTrace, KnownHead } from "../base/exchange.ts";
import type { TrustedProxies } from "./origin/trusted_proxies.ts";
import type { Framing } from "./parse/framing.ts";
import type { RequestHead } from "./parse/head_scanner.ts";
import type { Target } from "./parse/target.ts";
import type { ReadBuffer } from "./read_buffer.ts";

/** What a head says to those who trust its sender; that depends on whom else they trust. */
export interface HeadOrigin {
  readonly by: TrustedProxies;
  readonly said: ReturnType<TrustedProxies["originOf"]>;
}

/** What one head means; that does not change. */
export interface ParsedHead extends KnownHead {
  origin: HeadOrigin | null;
  readonly bytes: Uint8Array;
  readonly head: RequestHead;
  readonly framing: Framing;
  readonly method: string;
  readonly target: Target;
  readonly host: string;
  readonly trace: ClientTrace | null;
  /** Values of fields by lower-case name, as they are asked for. */
  readonly values: Map<string, string | null>;
}

interface Known extends ParsedHead {
  /** The same bytes, padded with zeros, for a comparison by four. */
  readonly words: Int32Array;
}

/** Slots; a power of two. 512 heads of a browser take half a megabyte. */
const SLOTS = 512;
/** Words of a head that are hashed, at most twice as many: a cookie of 32 digits is not missed. */
const HASHED_WORDS = 32;
const WORD_BYTES = 4;

/** The heads of many connections. A new head replaces the one in its slot. */
export class KnownHeads {
  readonly #slots: (Known | null)[] = new Array(SLOTS).fill(null);
  /** The hash of the last unknown head of each slot: one that comes only once is not worth a copy. */
  readonly #unknown = new Int32Array(SLOTS);
  /** The hash of the last head that {@linkcode KnownHeads.find} did not find. */
  #missed = 0;

  /** Returns what the unread bytes of `input` mean, if they are exactly one known head. */
  find({ words, start, end, buffer }: ReadBuffer): ParsedHead | null {
    const length = end - start;
    if (words === null) return null;
    const first = (buffer.byteOffset + start) / WORD_BYTES;
    const whole = length >> 2;
    const hash = this.#missed = hashOf(words, first, whole, length);
    const known = this.#slots[hash & (SLOTS - 1)]!;
    if (known === null || known.bytes.length !== length) return null;
    const expected = known.words;
    for (let i = 0; i < whole; i++) {
      if (expected[i] !== words[first + i]) return null;
    }
    for (let i = whole * WORD_BYTES; i < length; i++) {
      if (known.bytes[i] !== buffer[start + i]) return null;
    }
    return known;
  }

  /**
   * Remembers a head that {@linkcode KnownHeads.find} has just not found; `parsed` is called when
   * it comes the second time, for what it means to whoever sends it again.
   */
  offer(bytes: Uint8Array, parsed: (copy: Uint8Array) => ParsedHead): void {
    const slot = this.#missed & (SLOTS - 1);
    if (this.#unknown[slot] !== this.#missed) {
      this.#unknown[slot] = this.#missed;
      return;
    }
    const words = new Int32Array(Math.ceil(bytes.length / WORD_BYTES));
    const copy = new Uint8Array(words.buffer, 0, bytes.length);
    copy.set(bytes);
    this.#slots[slot] = { ...parsed(copy), words };
  }

  /** Forgets everything: the settings that the heads were parsed with have changed. */
  clear(): void {
    this.#slots.fill(null);
    this.#unknown.fill(0);
  }
}

function hashOf(words: Int32Array, first: number, count: number, length: number): number {
  const step = Math.max(1, Math.floor(count / HASHED_WORDS));
  let hash = length;
  for (let i = 0; i < count; i += step) hash = Math.imul(hash ^ words[first + i]!, 0x01000193);
  return (hash ^ (hash >>> 15)) | 1;
}
