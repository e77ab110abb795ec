/**
 * The content codings that are sent, and which of them a client accepts (RFC 9110 12.5.3). Pure.
 *
 * @module
 */

/** A content coding other than none. */
export type ContentCoding = "br" | "zstd" | "gzip";

/** What a client accepts: the weight of each coding, from 0 (not at all) to 1. */
interface AcceptedCodings {
  readonly br: number;
  readonly zstd: number;
  readonly gzip: number;
  /** The weight of none: a document as it is. 0 also where nothing says that it is wanted. */
  readonly identity: number;
}

/** A client that has not said what it accepts gets documents as they are. */
const NOTHING: AcceptedCodings = { br: 0, zstd: 0, gzip: 0, identity: 1 };
const SEMICOLON = 0x3b;
/** Longest name that means something here. */
const NAME_MAX = "identity".length;

/** The last value and what it means: the next one is mostly the same. */
let lastValue = "";
let lastAccepted = NOTHING;

/**
 * Returns what the value of Accept-Encoding accepts; null if it was not sent. A value is read once
 * from start to end, whatever is in it: a list of thousands of names costs no more than its bytes.
 */
export function acceptedCodings(value: string | null): AcceptedCodings {
  if (value === null || value === "") return NOTHING;
  if (value === lastValue) return lastAccepted;
  const accepted = parse(value);
  lastValue = value;
  lastAccepted = accepted;
  return accepted;
}

/**
 * Returns the first of `candidates` that has the highest weight; null if none is accepted, or if
 * the client would rather have the document as it is. So has one that accepts nothing that there
 * is: a 406 would be of less use to it.
 */
export function preferredCoding<Candidate extends { readonly coding: ContentCoding | null }>(
  accepted: AcceptedCodings,
  candidates: readonly Candidate[],
): Candidate | null {
  let best: Candidate | null = null;
  let weight = 0;
  for (const candidate of candidates) {
    const own = candidate.coding === null ? 0 : accepted[candidate.coding];
    if (own <= weight || own < accepted.identity) continue;
    best = candidate;
    weight = own;
  }
  return best;
}

function parse(value: string): AcceptedCodings {
  const named: Partial<Record<ContentCoding | "identity" | "*", number>> = {};
  for (let start = 0; start < value.length;) {
    let end = value.indexOf(",", start);
    if (end < 0) end = value.length;
    const name = nameAt(value, start, end);
    if (name !== null) named[name] = weightAt(value, start, end);
    start = end + 1;
  }
  const any = named["*"];
  const weightOf = (coding: ContentCoding): number => named[coding] ?? any ?? 0;
  return {
    br: weightOf("br"),
    zstd: weightOf("zstd"),
    gzip: weightOf("gzip"),
    // What is named is wanted more than what nothing excludes.
    identity: named.identity ?? any ?? 0,
  };
}

/** Returns the name of the element `value[start..end)`; null for one without a meaning here. */
function nameAt(
  value: string,
  start: number,
  end: number,
): ContentCoding | "identity" | "*" | null {
  while (start < end && isBlank(value.charCodeAt(start))) start++;
  let stop = start;
  while (stop < end && value.charCodeAt(stop) !== SEMICOLON) {
    if (isBlank(value.charCodeAt(stop))) break;
    if (stop - start === NAME_MAX) return null;
    stop++;
  }
  switch (value.slice(start, stop).toLowerCase()) {
    case "br":
      return "br";
    case "zstd":
      return "zstd";
    case "gzip":
    case "x-gzip": // RFC 9110 8.4.1.3
      return "gzip";
    case "identity":
      return "identity";
    case "*":
      return "*";
    default:
      return null;
  }
}

/** Returns the weight of the element `value[start..end)`: 1 if it has none, 0 if it is not valid. */
function weightAt(value: string, start: number, end: number): number {
  let semicolon = start;
  while (semicolon < end && value.charCodeAt(semicolon) !== SEMICOLON) semicolon++;
  if (semicolon === end) return 1;
  for (const parameter of value.slice(semicolon + 1, end).split(";")) {
    const equals = parameter.indexOf("=");
    if (equals < 0 || parameter.slice(0, equals).trim().toLowerCase() !== "q") continue;
    const text = parameter.slice(equals + 1).trim();
    // More digits than the three of the grammar leave no doubt about what is meant.
    return /^[01](?:\.[0-9]*)?$/.test(text) ? Math.min(1, Number(text)) : 0;
  }
  return 1;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
