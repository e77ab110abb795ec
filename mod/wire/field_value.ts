/**
 * The value of a field, in the bytes of a head: where it ends, and the number that it writes.
 *
 * @module
 */
import { DEL, HTAB, SP } from "./byte_class.ts";

/** Fifteen digits are exact in a number, and more than any disk holds. */
const LENGTH_DIGITS_MAX = 15;
const ZERO = 0x30;

/** Returns the first offset from `p` on whose byte cannot be in a field value, at most `limit`. */
export function valueEnd(bytes: Uint8Array, p: number, limit: number): number {
  for (; p < limit; p++) {
    const c = bytes[p]!;
    if ((c < SP && c !== HTAB) || c === DEL) break;
  }
  return p;
}

/** Returns the start of a value without its leading whitespace (RFC 9110 5.5). */
export function trimmedStart(bytes: Uint8Array, start: number, end: number): number {
  let first = start;
  while (first < end && (bytes[first] === SP || bytes[first] === HTAB)) first++;
  return first;
}

/** Returns the end of a value without its trailing whitespace. */
export function trimmedEnd(bytes: Uint8Array, start: number, end: number): number {
  let last = end;
  while (last > start && (bytes[last - 1] === SP || bytes[last - 1] === HTAB)) last--;
  return last;
}

/** Returns the number that the digits `bytes[start..end)` write; NaN if there is anything else. */
export function numberAt(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - ZERO;
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : NaN;
  }
  return value;
}

/**
 * Returns the value of a Content-Length, one number; NaN if it is anything else. Leading zeros are
 * octal to some readers.
 */
export function contentLengthAt(bytes: Uint8Array, start: number, end: number): number {
  const digits = end - start;
  const isOneNumber = digits === 1 ||
    (digits > 0 && digits <= LENGTH_DIGITS_MAX && bytes[start] !== ZERO);
  return isOneNumber ? numberAt(bytes, start, end) : NaN;
}
