/**
 * What the proxy does with a field by its name, for the fields of requests and of responses.
 *
 * - Hop-by-hop fields are not forwarded (RFC 9110 7.6.1). The body is framed separately on each side.
 * - What a client says about its origin is dropped (`origin_fields.ts`). An upstream reads there only
 *   what this service has seen, or believes of a trusted proxy and writes itself. A name that a program could
 *   take for one of these fields, because it reads another sign as `-`, is dropped with them.
 * - Expect is handled by the engine, so the upstream gets the body without 100-continue.
 *
 * @module
 */
import { ByteCache, equalsIgnoringCase, latin1 } from "../../wire/byte_text.ts";
import { isOriginField, variableName } from "./origin_fields.ts";

/** What the proxy must know about a field of a response; from `hopByHop` on it ends here. */
export const RESPONSE_FIELD = {
  other: 0,
  date: 1,
  server: 2,
  hopByHop: 3,
  connection: 4,
  contentLength: 5,
  keepAlive: 6,
  transferEncoding: 7,
  upgrade: 8,
} as const;

const NAMED: readonly (readonly [name: string, field: number])[] = [
  ["date", RESPONSE_FIELD.date],
  ["server", RESPONSE_FIELD.server],
  ["connection", RESPONSE_FIELD.connection],
  ["content-length", RESPONSE_FIELD.contentLength],
  ["keep-alive", RESPONSE_FIELD.keepAlive],
  ["proxy-authenticate", RESPONSE_FIELD.hopByHop],
  ["proxy-authorization", RESPONSE_FIELD.hopByHop],
  ["proxy-connection", RESPONSE_FIELD.hopByHop],
  ["te", RESPONSE_FIELD.hopByHop],
  ["trailer", RESPONSE_FIELD.hopByHop],
  ["transfer-encoding", RESPONSE_FIELD.transferEncoding],
  ["upgrade", RESPONSE_FIELD.upgrade],
];

/** The same by the length of the name, so that most others cost one look. */
const NAMED_BY_LENGTH = Array.from({ length: 20 }, (_, length) => {
  return NAMED.filter(([name]) => name.length === length);
});

/** Returns the {@linkcode RESPONSE_FIELD} with the name `bytes[start..end)`. */
export function responseFieldOf(bytes: Uint8Array, start: number, end: number): number {
  const named = NAMED_BY_LENGTH[end - start];
  if (named === undefined) return RESPONSE_FIELD.other;
  for (let i = 0; i < named.length; i++) {
    const [name, field] = named[i]!;
    if (equalsIgnoringCase(bytes, start, end, name)) return field;
  }
  return RESPONSE_FIELD.other;
}

/** The hop-by-hop fields, and those of a request that are replaced, by the names of their variables. */
const NOT_FORWARDED: ReadonlySet<string> = new Set(
  [
    ...NAMED.filter(([, field]) => field >= RESPONSE_FIELD.hopByHop).map(([name]) => name),
    "expect",
    "host",
  ].map(variableName),
);

/** What the proxy does with a field of a request; what is neither passed nor ended, depends. */
export const REQUEST_FIELD = {
  passed: 0,
  /** It ends here, or is replaced. */
  ended: 1,
  /** Replaced if the request has an identifier, else passed. */
  requestId: 2,
  /** `traceparent` and `tracestate`: passed if they are valid. */
  trace: 3,
} as const;

const DEPENDENT: ReadonlyMap<string, number> = new Map([
  ["x_request_id", REQUEST_FIELD.requestId],
  ["traceparent", REQUEST_FIELD.trace],
  ["tracestate", REQUEST_FIELD.trace],
]);

/** What {@linkcode requestFieldOf} has found, by the name as sent; clients choose the names. */
const requestFields = new ByteCache<number>();

/** Returns the {@linkcode REQUEST_FIELD} with the name `bytes[start..end)`. */
export function requestFieldOf(bytes: Uint8Array, start: number, end: number): number {
  const known = requestFields.get(bytes, start, end);
  if (known !== undefined) return known;
  const variable = variableName(latin1(bytes, start, end).toLowerCase());
  const isEnded = NOT_FORWARDED.has(variable) || isOriginField(variable);
  const found = isEnded ? REQUEST_FIELD.ended : DEPENDENT.get(variable) ?? REQUEST_FIELD.passed;
  requestFields.set(bytes, start, end, found);
  return found;
}

/** The elements of a list field, in lower case. */
export function listElements(value: string | null): string[] {
  if (value === null) return [];
  return value.split(",").map((element) => element.trim().toLowerCase());
}
