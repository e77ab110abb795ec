/**
 * A span that has ended, as a value: what is sent to a collector of traces.
 *
 * @module
 */

/** The kinds of spans that there are here, as OTLP numbers them. */
export const SPAN_KIND = { server: 2, client: 3 } as const;

export type Attribute = readonly [key: string, value: string | number];

export interface EndedSpan {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string;
  /** 16 of them. */
  readonly spanId: string;
  /** The span that it is a part of; null for the first one of a trace. */
  readonly parentId: string | null;
  /** That span is of another program. */
  readonly isParentRemote: boolean;
  /** What tracing systems say of the trace; "" for nothing. */
  readonly state: string;
  /** A sum of {@linkcode TRACE_FLAG}. */
  readonly flags: number;
  readonly name: string;
  /** One of {@linkcode SPAN_KIND}. */
  readonly kind: number;
  /** Milliseconds since 1970, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: readonly Attribute[];
  /** A trace that it belongs together with, and does not continue; null for none. */
  readonly link: { readonly traceId: string; readonly spanId: string } | null;
  /** What failed, in a word; "" if it is told by its attributes, and null if nothing failed. */
  readonly failure: string | null;
}

/** Returns nanoseconds since 1970, in decimal digits: more than a number can hold. */
export function nanosecondsOf(ms: number): string {
  const whole = Math.floor(ms);
  const rest = Math.min(999_999, Math.round((ms - whole) * 1e6));
  return `${whole}${rest.toString().padStart(6, "0")}`;
}
