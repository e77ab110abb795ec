/**
 * Evaluates the conditions and the range of a request: the whole document, parts, "not modified",
 * or a refusal. RFC 9110 13.2.2 gives the order of the conditions, 14 the ranges.
 *
 * @module
 */
import { parseHttpDate } from "../../wire/http_date.ts";
import { type ByteRange, byteRanges } from "./byte_ranges.ts";

/** What conditions are compared with. */
interface Validators {
  /** Including its quotes; a weak one begins with `W/`. */
  readonly etag: string;
  /** HTTP date; null if the time is in the future. */
  readonly lastModified: string | null;
  /** Whether no other document can have this date: the second that it names is over. */
  readonly isDateStrong: boolean;
  /** Bytes. */
  readonly size: number;
}

/** The part of a request that contains the conditions. */
interface Conditions {
  /** Field value by lower-case name; null if it was not sent. */
  header(lowerCaseName: string): string | null;
}

export type Outcome =
  | { readonly status: 200 }
  | { readonly status: 304 | 412 | 416 }
  /** At least one range, of which none overlap. */
  | { readonly status: 206; readonly ranges: readonly ByteRange[] };

const WHOLE: Outcome = { status: 200 };

/** Longest field value that is read: a list of hundreds of tags. */
const VALUE_MAX = 8192;

/** Evaluates the conditions of a GET or HEAD; only a GET can request a range. */
export function evaluate(request: Conditions, isGet: boolean, document: Validators): Outcome {
  const ifMatch = request.header("if-match");
  if (ifMatch !== null) {
    if (!matchesTag(ifMatch, document.etag, false)) return { status: 412 };
  } else {
    const since = request.header("if-unmodified-since");
    if (since !== null && isModifiedSince(document, since) === true) return { status: 412 };
  }
  const ifNoneMatch = request.header("if-none-match");
  if (ifNoneMatch !== null) {
    if (matchesTag(ifNoneMatch, document.etag, true)) return { status: 304 };
  } else {
    const since = request.header("if-modified-since");
    if (since !== null && isModifiedSince(document, since) === false) return { status: 304 };
  }
  const range = isGet ? request.header("range") : null;
  return range === null || !isRangeWanted(request.header("if-range"), document)
    ? WHOLE
    : evaluateRange(range, document.size);
}

/**
 * Reports whether `list` ("*" or tags) contains `etag`. With `isWeak`, weak tags match as well
 * (RFC 9110 8.8.3.2).
 */
function matchesTag(list: string, etag: string, isWeak: boolean): boolean {
  if (list.trim() === "*") return true;
  if (list.length > VALUE_MAX || (!isWeak && isWeakTag(etag))) return false;
  const own = isWeakTag(etag) ? etag.slice("W/".length) : etag;
  for (const [, weak, tag] of list.matchAll(/(W\/)?("[^"]*")/g)) {
    if (tag === own && (isWeak || weak === undefined)) return true;
  }
  return false;
}

function isWeakTag(etag: string): boolean {
  return etag.startsWith("W/");
}

/** Null if either date is missing or invalid: the condition is then ignored. */
function isModifiedSince({ lastModified }: Validators, since: string): boolean | null {
  if (lastModified === null) return null;
  if (since === lastModified) return false;
  const sinceMs = parseHttpDate(since);
  return sinceMs === null ? null : parseHttpDate(lastModified)! > sinceMs;
}

/**
 * Reports whether the client has parts of this very document, or of none. The tag or date that it
 * has must be strong, and the same (RFC 9110 13.1.5).
 */
function isRangeWanted(ifRange: string | null, document: Validators): boolean {
  if (ifRange === null) return true;
  const { etag, lastModified, isDateStrong } = document;
  if (ifRange.endsWith('"')) return ifRange === etag && !isWeakTag(etag);
  if (lastModified === null || !isDateStrong) return false;
  return ifRange === lastModified || parseHttpDate(ifRange) === parseHttpDate(lastModified);
}

function evaluateRange(value: string, size: number): Outcome {
  const ranges = byteRanges(value, size);
  if (ranges === null) return WHOLE;
  return ranges === "none" ? { status: 416 } : { status: 206, ranges };
}
