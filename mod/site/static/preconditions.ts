/**
 * Evaluates the conditions and the range of a request: the whole document, a part, "not modified",
 * or a refusal. RFC 9110 13.2.2 gives the order of the conditions, 14 the ranges.
 *
 * @module
 */
import { parseHttpDate } from "../../wire/http_date.ts";

/** What conditions are compared with. */
interface Validators {
  /** Strong, including its quotes. */
  readonly etag: string;
  /** HTTP date; null if the time is in the future. */
  readonly lastModified: string | null;
  /** Bytes. */
  readonly size: number;
}

/** The part of a request that contains the conditions. */
interface Conditions {
  /** Field value by lower-case name; null if it was not sent. */
  header(lowerCaseName: string): string | null;
}

/** Bytes `start` to `end`, both inclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export type Outcome =
  | { readonly status: 200 }
  | { readonly status: 304 | 412 | 416 }
  | { readonly status: 206; readonly range: ByteRange };

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

/** Reports whether `list` ("*" or tags) contains `etag`; weak tags match only if `isWeak`. */
function matchesTag(list: string, etag: string, isWeak: boolean): boolean {
  if (list.trim() === "*") return true;
  if (list.length > VALUE_MAX) return false;
  for (const [, weak, tag] of list.matchAll(/(W\/)?("[^"]*")/g)) {
    if (tag === etag && (isWeak || weak === undefined)) return true;
  }
  return false;
}

/** Null if either date is missing or invalid: the condition is then ignored. */
function isModifiedSince({ lastModified }: Validators, since: string): boolean | null {
  if (lastModified === null) return null;
  if (since === lastModified) return false;
  const sinceMs = parseHttpDate(since);
  return sinceMs === null ? null : parseHttpDate(lastModified)! > sinceMs;
}

/** If-Range with another date or tag than the document's requests the whole document. */
function isRangeWanted(ifRange: string | null, { etag, lastModified }: Validators): boolean {
  return ifRange === null || ifRange === etag || ifRange === lastModified;
}

/**
 * One range yields a part; several ranges, or an invalid range, the whole document (RFC 9110 14.2
 * leaves both to the server, and several ranges are of more use to attackers than to clients).
 */
function evaluateRange(value: string, size: number): Outcome {
  const match = /^bytes=[ \t]*([0-9]{0,15})-([0-9]{0,15})[ \t]*$/i.exec(value);
  if (match === null) return WHOLE;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return WHOLE;
  if (first === "") {
    const count = Math.min(Number(last), size);
    return count === 0
      ? { status: 416 }
      : { status: 206, range: { start: size - count, end: size - 1 } };
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < start) return WHOLE;
  return start >= size ? { status: 416 } : { status: 206, range: { start, end } };
}
