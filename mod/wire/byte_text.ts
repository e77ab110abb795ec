/**
 * Conversion between the bytes of a message and text. Header bytes are Latin-1: every byte is one
 * character, and none is lost.
 *
 * The same few texts recur (targets, hosts, user agents), so short ones are cached: finding one
 * costs a comparison of bytes, making one costs an allocation.
 *
 * @module
 */

/** Up to it the runtime divides without floating point. */
const INT32_MAX = 0x7fffffff;

/** Slots of a cache; a power of two. 1024 texts of at most 256 bytes stay under 1 MB. */
const SLOTS = 1024;
const CACHED_BYTES_MAX = 256;

/** A cache of values by the bytes they were made from. A new value replaces the one in its slot. */
export class ByteCache<T> {
  readonly #keys: (Uint8Array | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #values: (T | undefined)[] = new Array(SLOTS).fill(undefined);

  /** Returns the value cached for `bytes[start..end)`; undefined if there is none. */
  get(bytes: Uint8Array, start: number, end: number): T | undefined {
    const slot = slotOf(bytes, start, end);
    const key = this.#keys[slot];
    if (key === undefined || key.length !== end - start) return undefined;
    for (let i = 0; i < key.length; i++) {
      if (key[i] !== bytes[start + i]) return undefined;
    }
    return this.#values[slot];
  }

  /** Caches `value`, unless its bytes are too many to be worth it. */
  set(bytes: Uint8Array, start: number, end: number, value: T): void {
    if (end - start > CACHED_BYTES_MAX) return;
    const slot = slotOf(bytes, start, end);
    this.#keys[slot] = bytes.slice(start, end);
    this.#values[slot] = value;
  }

  clear(): void {
    this.#keys.fill(undefined);
    this.#values.fill(undefined);
  }
}

/** Hashes the length and up to 16 bytes at the end, where targets differ more than at the start. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = end - start > 16 ? end - 16 : start; i < end; i++) {
    hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
  }
  return (hash ^ (hash >>> 10)) & (SLOTS - 1);
}

/** Returns `bytes[start..end)` as Latin-1 text. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

const texts = new ByteCache<string>();

/** Like {@linkcode latin1}, with a cache: for texts that are likely to recur. */
export function cachedLatin1(bytes: Uint8Array, start: number, end: number): string {
  const cached = texts.get(bytes, start, end);
  if (cached !== undefined) return cached;
  const text = latin1(bytes, start, end);
  texts.set(bytes, start, end, text);
  return text;
}

/** Encodes `text` as Latin-1. Every character must fit in a byte. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  writeLatin1(bytes, 0, text);
  return bytes;
}

/**
 * Writes `text` as Latin-1 at `offset`; returns the offset after it. Every character must fit in a
 * byte.
 */
export function writeLatin1(bytes: Uint8Array, offset: number, text: string): number {
  const length = text.length;
  for (let i = 0; i < length; i++) bytes[offset + i] = text.charCodeAt(i);
  return offset + length;
}

/**
 * Writes a safe integer that is not negative in decimal at `offset`; returns the offset after it. No
 * text is made of it.
 */
export function writeInteger(bytes: Uint8Array, offset: number, value: number): number {
  let end = offset + 1;
  for (let bound = 10; value >= bound; bound *= 10) end++;
  let rest = value;
  let at = end;
  while (rest > INT32_MAX) {
    const next = Math.floor(rest / 10);
    bytes[--at] = rest - next * 10 + 0x30;
    rest = next;
  }
  do {
    const next = (rest / 10) | 0;
    bytes[--at] = rest - next * 10 + 0x30;
    rest = next;
  } while (at > offset);
  return end;
}

/** Writes an integer below 1000 as three digits at `offset`. */
export function writeThreeDigits(bytes: Uint8Array, offset: number, value: number): void {
  const hundreds = (value / 100) | 0;
  const tens = ((value - hundreds * 100) / 10) | 0;
  bytes[offset] = 0x30 + hundreds;
  bytes[offset + 1] = 0x30 + tens;
  bytes[offset + 2] = 0x30 + value - hundreds * 100 - tens * 10;
}

/** Copies `from[start..end)`, a few bytes, to `offset`; returns the offset after them. */
export function copyBytes(
  bytes: Uint8Array,
  offset: number,
  from: Uint8Array,
  start: number,
  end: number,
): number {
  for (let i = start; i < end; i++) bytes[offset++] = from[i]!;
  return offset;
}

/** Reports whether `bytes[start..end)` equals `lowerCase` when ASCII case is ignored. */
export function equalsIgnoringCase(
  bytes: Uint8Array,
  start: number,
  end: number,
  lowerCase: string,
): boolean {
  if (end - start !== lowerCase.length) return false;
  for (let i = start; i < end; i++) {
    const c = bytes[i]!;
    const lower = c >= 0x41 && c <= 0x5a ? c | 0x20 : c;
    if (lower !== lowerCase.charCodeAt(i - start)) return false;
  }
  return true;
}
