/**
 * Spans as OTLP has them in JSON. Pure.
 *
 * Texts are put together from their parts: a tree of objects for each span would cost as much as the
 * request that it is about.
 *
 * @module
 */
import { type Attribute, type EndedSpan, nanosecondsOf } from "./span.ts";

/** Who the spans are from. */
export interface TracedProgram {
  /** What is said of this program. */
  readonly resource: readonly Attribute[];
  readonly version: string;
}

/** The name of what makes the spans. */
export const SCOPE = "httpcfg";
export const STATUS_ERROR = 2;
/** The flag that says that the next one says something, and that the parent is of another program. */
const KNOWS_REMOTE = 0x100;
const IS_REMOTE = 0x200;
/** Characters of a value: what clients send can be long, and many spans wait at a time. */
const VALUE_MAX = 2048;

/** Returns the flags of a span as OTLP has them. */
export function spanFlags({ flags, isParentRemote }: EndedSpan): number {
  return flags | KNOWS_REMOTE | (isParentRemote ? IS_REMOTE : 0);
}

/** Returns a text as it is sent. */
export function sentText(value: string): string {
  return value.length <= VALUE_MAX ? value : value.slice(0, VALUE_MAX);
}

/** Returns a span as a text in JSON. */
export function jsonSpan(span: EndedSpan): string {
  const { traceId, spanId, parentId, state, failure, link } = span;
  const status = failure === null
    ? "{}"
    : `{"code":${STATUS_ERROR}${failure === "" ? "" : `,"message":${JSON.stringify(failure)}`}}`;
  return `{"traceId":"${traceId}","spanId":"${spanId}"` +
    (state === "" ? "" : `,"traceState":${JSON.stringify(state)}`) +
    (parentId === null ? "" : `,"parentSpanId":"${parentId}"`) +
    `,"flags":${spanFlags(span)},"name":"${span.name}","kind":${span.kind}` +
    `,"startTimeUnixNano":"${nanosecondsOf(span.startMs)}"` +
    `,"endTimeUnixNano":"${nanosecondsOf(span.endMs)}"` +
    `,"attributes":${jsonAttributes(span.attributes)}` +
    (link === null ? "" : `,"links":[{"traceId":"${link.traceId}","spanId":"${link.spanId}"}]`) +
    `,"status":${status}}`;
}

function jsonAttributes(attributes: readonly Attribute[]): string {
  let text = "[";
  for (let i = 0; i < attributes.length; i++) {
    const [key, value] = attributes[i]!;
    text += `${i === 0 ? "" : ","}{"key":${quotedKey(key)},"value":{`;
    if (typeof value === "string") text += `"stringValue":${JSON.stringify(sentText(value))}}}`;
    else if (Number.isSafeInteger(value)) text += `"intValue":"${value}"}}`;
    else text += `"doubleValue":${value}}}`;
  }
  return `${text}]`;
}

/** The few names that there are, quoted. */
const quotedKeys = new Map<string, string>();

function quotedKey(key: string): string {
  let quoted = quotedKeys.get(key);
  if (quoted === undefined) {
    quoted = JSON.stringify(key);
    quotedKeys.set(key, quoted);
  }
  return quoted;
}

/** Returns the text of a request to a collector with spans that are texts already. */
export function jsonRequest(
  { resource, version }: TracedProgram,
  spans: readonly string[],
): string {
  const scope = JSON.stringify({ name: SCOPE, version });
  return `{"resourceSpans":[{"resource":{"attributes":${jsonAttributes(resource)}},` +
    `"scopeSpans":[{"scope":${scope},"spans":[${spans.join(",")}]}]}]}`;
}
