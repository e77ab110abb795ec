/**
 * What clients sent as a part of a line that other programs parse: JSON strings, and the quoted fields
 * of Apache. Each is printable ASCII, so that no client can begin a field or a line of its own, and
 * has a limit, so that a line is always shorter than 16 KiB.
 *
 * @module
 */
import { latin1 } from "../../wire/byte_text.ts";

/**
 * Maximum bytes of a text in a line, escapes included; a longer one is truncated with "...". With the
 * names of all fields they add up to less than 16 KiB, which is what Docker and containerd keep in one
 * piece.
 */
export const TEXT_MAX = {
  method: 64,
  path: 4096,
  query: 4096,
  referrer: 2048,
  agent: 2048,
  /** Hosts, users, sites, identifiers. */
  name: 256,
} as const;

const encoder = new TextEncoder();
const CUT = "...";
const UNSAFE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;

/**
 * Returns bytes, each a character of `latin1`, as the inside of a JSON string. What is UTF-8 is the
 * text that it encodes; another byte is `\xE9`, as nginx logs it, and so is no JSON escape.
 */
export function jsonBytes(latin1: string, max: number): string {
  if (latin1.length <= max && !UNSAFE.test(latin1)) return latin1;
  const text = new CutText(max);
  for (let i = 0; i < latin1.length;) {
    const c = latin1.charCodeAt(i);
    const length = c < 0x80 ? 1 : utf8Length(latin1, i);
    const piece = length === 0
      ? `\\\\x${hex(c, 2).toUpperCase()}`
      : length === 1
      ? jsonUnit(c)
      : jsonPoint(pointAt(latin1, i, length));
    if (!text.add(piece)) break;
    i += length === 0 ? 1 : length;
  }
  return text.value;
}

/** Returns `value` as the inside of a JSON string; half a surrogate pair is U+FFFD. */
export function jsonText(value: string, max: number): string {
  if (value.length <= max && !UNSAFE.test(value)) return value;
  const text = new CutText(max);
  for (const character of value) {
    const point = character.codePointAt(0)!;
    const isHalf = point >= 0xd800 && point <= 0xdfff;
    if (!text.add(isHalf ? jsonUnit(0xfffd) : jsonPoint(point))) break;
  }
  return text.value;
}

/** Returns bytes, each a character of `latin1`, as Apache logs them between quotes. */
export function quotedBytes(latin1: string, max: number): string {
  if (latin1.length <= max && !UNSAFE.test(latin1)) return latin1;
  const text = new CutText(max);
  for (let i = 0; i < latin1.length; i++) {
    const c = latin1.charCodeAt(i);
    if (!text.add(APACHE[c] ?? (isPlain(c) ? latin1[i]! : `\\x${hex(c, 2)}`))) break;
  }
  return text.value;
}

/** The same of a text that is no bytes: those of its UTF-8. A space would end the field of a user. */
export function quotedText(value: string, max: number): string {
  const bytes = encoder.encode(value);
  return quotedBytes(latin1(bytes, 0, bytes.length), max).replaceAll(" ", "\\x20");
}

/** What Apache has an escape of its own for. */
const APACHE: Readonly<Record<number, string>> = {
  0x08: "\\b",
  0x09: "\\t",
  0x0a: "\\n",
  0x0b: "\\v",
  0x0d: "\\r",
  0x22: '\\"',
  0x5c: "\\\\",
};

/** Text that ends before its limit, at the end of a piece. */
class CutText {
  readonly #max: number;
  #text = "";
  /** The longest beginning that leaves room for the sign of a cut. */
  #whole = "";

  constructor(max: number) {
    this.#max = max;
  }

  /** Returns false if the text ends here. */
  add(piece: string): boolean {
    if (this.#text.length + piece.length > this.#max) {
      this.#text = this.#whole + CUT;
      return false;
    }
    this.#text += piece;
    if (this.#text.length <= this.#max - CUT.length) this.#whole = this.#text;
    return true;
  }

  get value(): string {
    return this.#text;
  }
}

function isPlain(c: number): boolean {
  return c >= 0x20 && c <= 0x7e;
}

function jsonUnit(c: number): string {
  if (c === 0x22) return '\\"';
  if (c === 0x5c) return "\\\\";
  return isPlain(c) ? String.fromCharCode(c) : `\\u${hex(c, 4)}`;
}

function jsonPoint(point: number): string {
  if (point < 0x10000) return jsonUnit(point);
  const rest = point - 0x10000;
  return jsonUnit(0xd800 + (rest >> 10)) + jsonUnit(0xdc00 + (rest & 0x3ff));
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** Returns how many bytes a character has in UTF-8 that begins at `i`; 0 if none does. */
function utf8Length(latin1: string, i: number): number {
  const first = latin1.charCodeAt(i);
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (i + length > latin1.length) return 0;
  for (let k = 1; k < length; k++) {
    if ((latin1.charCodeAt(i + k) & 0xc0) !== 0x80) return 0;
  }
  if (length < 3) return length;
  // Neither longer than needed, nor a surrogate, nor beyond the last character.
  const point = pointAt(latin1, i, length);
  const isValid = length === 3
    ? point >= 0x800 && (point < 0xd800 || point > 0xdfff)
    : point >= 0x10000 && point <= 0x10ffff;
  return isValid ? length : 0;
}

function pointAt(latin1: string, i: number, length: number): number {
  let point = latin1.charCodeAt(i) & (0xff >> (length + 1));
  for (let k = 1; k < length; k++) point = (point << 6) | (latin1.charCodeAt(i + k) & 0x3f);
  return point;
}
