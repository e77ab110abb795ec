/**
 * Small random changes of bytes and texts, and their pieces.
 *
 * @module
 */
import type { Random } from "./random.ts";

/** Bytes with a meaning to a parser. */
const EDGE_BYTES = [0, 9, 10, 11, 13, 32, 34, 37, 44, 47, 48, 58, 59, 63, 92, 127, 128, 255];
/** Texts with a meaning to a parser, a terminal or a language. */
const EDGE_TEXTS = [
  ...["", " ", "\t", "\n", "\r\n", "\0", "\x1b[31m", "\x9b", "\u202e", "\ufeff", "\ud800", "ä"],
  ...['"', "'", "\\", "/", "..", "%", "$", "*", "?", "[", "]", ":", ";", ",", "=", "-", "+", "!"],
  ...["0", "00", "-1", "1e9", "0x10", "65536", "4294967296", "99999999999999999999", "NaN"],
  ...["__proto__", "constructor", "toString", "null", "true", "😀", "é".repeat(200)],
];

/** Returns `bytes` with one to three places changed. */
export function mutatedBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = [...bytes];
  for (let i = 1 + random.below(3); i > 0; i--) {
    const at = random.below(changed.length);
    const byte = random.chance(2) ? random.pick(EDGE_BYTES) : random.below(256);
    switch (random.below(4)) {
      case 0:
        changed[at] = byte;
        break;
      case 1:
        changed.splice(at, 0, byte);
        break;
      case 2:
        changed.splice(at, 1 + random.below(3));
        break;
      default:
        changed.splice(at, 0, ...changed.slice(at, at + random.below(40)));
    }
    if (changed.length === 0) changed.push(byte);
  }
  return Uint8Array.from(changed);
}

/** Returns `text` with one to three places changed. */
export function mutatedText(text: string, random: Random): string {
  let changed = text;
  for (let i = 1 + random.below(3); i > 0; i--) {
    const at = random.below(changed.length + 1);
    const [before, after] = [changed.slice(0, at), changed.slice(at)];
    switch (random.below(4)) {
      case 0:
        changed = before + random.pick(EDGE_TEXTS) + after.slice(1);
        break;
      case 1:
        changed = before + random.pick(EDGE_TEXTS) + after;
        break;
      case 2:
        changed = before + after.slice(1 + random.below(3));
        break;
      default:
        changed = before + after.slice(0, random.below(20)) + after;
    }
  }
  return changed;
}

/** Returns a word, often one of `from`, sometimes changed. */
export function anyOf(from: readonly string[], random: Random): string {
  const word = random.pick(from);
  return random.chance(5) ? mutatedText(word, random) : word;
}

/** Splits `bytes` at random places. */
export function splitUp(bytes: Uint8Array, random: Random): Uint8Array[] {
  const pieces = [];
  const longest = random.pick([1, 2, 5, 30, 1000]);
  for (let at = 0; at < bytes.length;) {
    const length = 1 + random.below(longest);
    pieces.push(bytes.slice(at, at + length));
    at += length;
  }
  return pieces;
}
