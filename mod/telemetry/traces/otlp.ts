/**
 * Spans as OTLP has them in JSON: one object for each message, whose names are those of its fields.
 * Pure.
 *
 * @module
 */
import { type Attribute, type EndedSpan, nanosecondsOf } from "./span.ts";

/** A value of an attribute. */
interface AnyValue {
  readonly stringValue?: string;
  /** In decimal digits: a 64-bit number. */
  readonly intValue?: string;
  readonly doubleValue?: number;
}

export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

interface Link {
  readonly traceId: string;
  readonly spanId: string;
}

export interface OtlpSpan extends Link {
  readonly traceState?: string;
  readonly parentSpanId?: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly links?: readonly Link[];
  readonly status: { readonly code?: number; readonly message?: string };
}

/** Who the spans are from. */
export interface TracedProgram {
  /** What is said of this program. */
  readonly resource: readonly Attribute[];
  readonly version: string;
}

/** The name of what makes the spans. */
export const SCOPE = "httpcfg";
const STATUS_ERROR = 2;
/** The flag that says that the next one says something, and that the parent is of another program. */
const KNOWS_REMOTE = 0x100;
const IS_REMOTE = 0x200;
/** Characters of a value: what clients send can be long, and many spans wait at a time. */
const VALUE_MAX = 2048;

/** Returns a span as a message. */
export function otlpSpan(span: EndedSpan): OtlpSpan {
  const { traceId, spanId, parentId, state, failure, link } = span;
  return {
    traceId,
    spanId,
    ...(state !== "" && { traceState: state }),
    ...(parentId !== null && { parentSpanId: parentId }),
    flags: span.flags | KNOWS_REMOTE | (span.isParentRemote ? IS_REMOTE : 0),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: nanosecondsOf(span.startMs),
    endTimeUnixNano: nanosecondsOf(span.endMs),
    attributes: span.attributes.map(keyValue),
    ...(link !== null && { links: [link] }),
    status: failure === null
      ? {}
      : { code: STATUS_ERROR, ...(failure !== "" && { message: failure }) },
  };
}

export function keyValue([key, value]: Attribute): KeyValue {
  if (typeof value === "string") return { key, value: { stringValue: value.slice(0, VALUE_MAX) } };
  return {
    key,
    value: Number.isSafeInteger(value) ? { intValue: `${value}` } : { doubleValue: value },
  };
}

/** Returns the text of a request to a collector with spans that are texts already. */
export function jsonRequest(
  { resource, version }: TracedProgram,
  spans: readonly string[],
): string {
  const attributes = JSON.stringify(resource.map(keyValue));
  const scope = JSON.stringify({ name: SCOPE, version });
  return `{"resourceSpans":[{"resource":{"attributes":${attributes}},"scopeSpans":[{"scope":` +
    `${scope},"spans":[${spans.join(",")}]}]}]}`;
}
