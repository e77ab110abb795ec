/**
 * The ranges that a request asks for: the value of Range, and which bytes of the document it means
 * (RFC 9110 14). Pure.
 *
 * Ranges that overlap or touch are one: no byte is sent twice, whatever is asked for. A request for
 * more ranges than any client needs gets the whole document, which costs less than its parts.
 *
 * @module
 */

/** Bytes `start` to `end`, both inclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Most ranges of one request. A viewer of PDF files asks for some ten at a time; each part costs a
 * head of about 100 bytes, and a read.
 */
const RANGES_MAX = 50;
/** Longest value that is read: so many ranges of large numbers, and white space. */
const VALUE_MAX = 4096;
const UNIT = /^bytes=/i;
/** `first-`, `first-last` or `-suffix`. Fifteen digits are exact in a number. */
const SPEC = /^(?:([0-9]{1,15})-([0-9]*)|-([0-9]+))$/;

/**
 * Returns the ranges of a document of `size` bytes that `value` asks for, in the order in which they
 * are to be sent; `"none"` if it has none of them. Null if the value is to be ignored: it is not
 * valid, in another unit, or asks for too much.
 */
export function byteRanges(value: string, size: number): readonly ByteRange[] | "none" | null {
  if (value.length > VALUE_MAX || !UNIT.test(value)) return null;
  // Empty elements of a list are ignored (RFC 9110 5.6.1).
  const specs = value.slice("bytes=".length).split(",").map(trimmed).filter((spec) => spec !== "");
  if (specs.length === 0 || specs.length > RANGES_MAX) return null;
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    const range = rangeOf(spec, size);
    if (range === null) return null;
    if (range !== "none") ranges.push(range);
  }
  return ranges.length === 0 ? "none" : united(ranges);
}

function trimmed(spec: string): string {
  return spec.replace(/^[ \t]+|[ \t]+$/g, "");
}

/** Returns what one range means for a document of `size` bytes; null if it is not valid. */
function rangeOf(spec: string, size: number): ByteRange | "none" | null {
  const match = SPEC.exec(spec);
  if (match === null) return null;
  const [, first, last = "", suffix] = match;
  if (first === undefined) {
    const count = Math.min(Number(suffix), size);
    return count === 0 ? "none" : { start: size - count, end: size - 1 };
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return null;
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start >= size ? "none" : { start, end };
}

/**
 * Returns ranges of the same bytes of which none overlap or touch: as they are if none do, otherwise
 * in the order of the document.
 */
function united(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const merged: ByteRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last === undefined || range.start > last.end + 1) merged.push(range);
    else merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
  }
  return merged.length === ranges.length ? ranges : merged;
}
