/**
 * Bytes of a request as text. Header bytes are Latin-1: every byte is one character, none is lost.
 *
 * The same few texts come again and again (targets, hosts, user agents), so short ones are kept:
 * finding one costs a comparison of bytes where making it costs an allocation.
 *
 * @module
 */

/** Slots of a cache; a power of two. With 1024 texts of at most 256 bytes it stays under 1 MB. */
const SLOTS = 1024;
const KEPT_BYTES_MAX = 256;

/** Values made from bytes, kept by those bytes. A new value takes the slot of an old one. */
export class ByteCache<T> {
  readonly #keys: (Uint8Array | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #values: (T | undefined)[] = new Array(SLOTS).fill(undefined);

  /** Value kept for `bytes[start..end)`; undefined where there is none. */
  get(bytes: Uint8Array, start: number, end: number): T | undefined {
    const slot = slotOf(bytes, start, end);
    const key = this.#keys[slot];
    if (key === undefined || key.length !== end - start) return undefined;
    for (let i = 0; i < key.length; i++) {
      if (key[i] !== bytes[start + i]) return undefined;
    }
    return this.#values[slot];
  }

  /** Keeps `value`, unless its bytes are too many to be worth it. */
  set(bytes: Uint8Array, start: number, end: number, value: T): void {
    if (end - start > KEPT_BYTES_MAX) return;
    const slot = slotOf(bytes, start, end);
    this.#keys[slot] = bytes.slice(start, end);
    this.#values[slot] = value;
  }

  clear(): void {
    this.#keys.fill(undefined);
    this.#values.fill(undefined);
  }
}

/** Length and up to 16 bytes from the end decide: targets differ there more than at their start. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = end - start > 16 ? end - 16 : start; i < end; i++) {
    hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
  }
  return (hash ^ (hash >>> 10)) & (SLOTS - 1);
}

/** `bytes[start..end)` as Latin-1 text. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

const kept = new ByteCache<string>();

/** As {@linkcode latin1}, for texts that are likely to come again. */
export function keptText(bytes: Uint8Array, start: number, end: number): string {
  const found = kept.get(bytes, start, end);
  if (found !== undefined) return found;
  const text = latin1(bytes, start, end);
  kept.set(bytes, start, end, text);
  return text;
}

/** `text` as Latin-1. Each character must be a byte. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  putLatin1(bytes, 0, text);
  return bytes;
}

/** Writes `text` as Latin-1 at `at`; returns the place after it. Each character must be a byte. */
export function putLatin1(bytes: Uint8Array, at: number, text: string): number {
  const length = text.length;
  for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + length;
}

/** True where `bytes[start..end)` is `lowerCase`, letters compared without regard to case. */
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
