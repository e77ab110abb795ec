/**
 * The fields of W3C Trace Context: `traceparent` names the trace that a request belongs to, and the
 * span from which it was sent; `tracestate` has what tracing systems add. Pure.
 *
 * @module
 */

/** What a field `traceparent` says. */
export interface TraceParent {
  /** 32 lower-case hexadecimal digits, not all of them 0. */
  readonly traceId: string;
  /** 16 of them: the span from which the request was sent. */
  readonly spanId: string;
  /** A sum of {@linkcode TRACE_FLAG}. */
  readonly flags: number;
}

/** The flags of a trace; others are those of later versions. */
export const TRACE_FLAG = {
  /** The sender may have recorded its span. */
  sampled: 1,
  /** The digits on the right of the trace id are random. */
  random: 2,
} as const;

/** The fields, version 00: `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/s;
const INVALID_VERSION = "ff";
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);

/**
 * Returns what the value of `traceparent` says; null if it is invalid. Of a later version, what comes
 * behind the parts that are known is left out.
 */
export function parseTraceparent(text: string): TraceParent | null {
  const [, version, traceId, spanId, flags, rest] = TRACEPARENT.exec(text) ?? [];
  if (version === undefined || version === INVALID_VERSION) return null;
  if (version === "00" && rest !== undefined) return null;
  if (traceId === NO_TRACE || spanId === NO_SPAN) return null;
  const known = TRACE_FLAG.sampled | TRACE_FLAG.random;
  return { traceId: traceId!, spanId: spanId!, flags: parseInt(flags!, 16) & known };
}

/** Returns the value of `traceparent`. */
export function formatTraceparent({ traceId, spanId, flags }: TraceParent): string {
  return `00-${traceId}-${spanId}-0${flags}`;
}

/** Members of a list; one with more is invalid. */
const MEMBERS_MAX = 32;
/** Characters that everybody passes on. */
const STATE_MAX = 512;
/** A longer member is the first to go. */
const LONG_MEMBER = 128;
const KEY = /^[a-z0-9][a-z0-9_*/@-]{0,255}$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/**
 * Returns the value of `tracestate` to pass on; "" if it is invalid. Whole members are left out of one
 * that is too long: the long ones, then those at the end, which are the oldest.
 */
export function passedTracestate(text: string): string {
  const members = text.split(",").map((member) => member.trim()).filter((one) => one !== "");
  const keys = members.map((member) => member.slice(0, member.indexOf("=")));
  const areValid = members.every((member, i) => {
    return KEY.test(keys[i]!) && VALUE.test(member.slice(keys[i]!.length + 1));
  });
  if (!areValid || members.length > MEMBERS_MAX || new Set(keys).size < keys.length) return "";
  let kept = members;
  const length = (): number => kept.join(",").length;
  for (let i = kept.length - 1; i >= 0 && length() > STATE_MAX; i--) {
    if (kept[i]!.length > LONG_MEMBER) kept = kept.toSpliced(i, 1);
  }
  while (length() > STATE_MAX) kept = kept.slice(0, -1);
  return kept.join(",");
}
