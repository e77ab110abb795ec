/**
 * The encoder for response heads. Names and values are checked byte by byte while they are written,
 * so that nothing that came from a request can end a line or begin one.
 *
 * @module
 */
import type { HttpResponse } from "../base/exchange.ts";
import { invariant } from "../base/invariant.ts";
import { BYTE_CLASS, CR, LF, TOKEN, VALUE } from "../wire/byte_class.ts";
import { SERVER_PRODUCT } from "./error_responses.ts";
import { REQUEST_ID_FIELD } from "./origin/request_id.ts";
import { reasonPhrase } from "./reason_phrase.ts";
import { writeLatin1 } from "../wire/byte_text.ts";

/** How the body after the head is delimited: its length in bytes, or one of these. */
export const FRAMING = {
  /** Chunked: the last chunk marks the end. */
  chunked: -1,
  /** Not declared: there is no body, or closing the connection ends it. */
  undeclared: -2,
} as const;

/** The value of the Connection field; "" omits it, as HTTP/1.1 connections persist by default. */
export type ConnectionOption = "" | "close" | "keep-alive" | "Upgrade";

export interface HeadOptions {
  readonly date: string;
  /** Length of the body, or one of {@linkcode FRAMING}. */
  readonly framing: number;
  readonly connection: ConnectionOption;
  /** Adds `Server` if the response does not have it. */
  readonly namesServer: boolean;
  /** The only X-Request-ID that it has; null to leave that to the response. */
  readonly requestId: string | null;
}

/** Bytes of a head in addition to the fields of the response: generous, never computed. */
const ENGINE_BYTES_MAX = 256;

/** Bytes of X-Request-ID without its value. */
const REQUEST_ID_BYTES = REQUEST_ID_FIELD.length + 4;

/** Fields that the engine itself writes; a second one from a handler would break the framing. */
const ENGINE_FIELDS: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "transfer-encoding",
]);

/** Returns the largest number of bytes that {@linkcode writeHead} can need for `response`. */
export function headBytesMax(response: HttpResponse, requestId: string | null): number {
  let bytes = ENGINE_BYTES_MAX + (requestId === null ? 0 : REQUEST_ID_BYTES + requestId.length);
  for (const field of response.headers) bytes += field[0].length + field[1].length + 4;
  return bytes + (response.encoded?.bytesMax ?? 0);
}

/**
 * Writes the head at `offset`; returns the offset after it. Throws on a status, name or value that
 * is invalid in a head: a bug in the handler, which results in a 500.
 */
export function writeHead(
  bytes: Uint8Array,
  offset: number,
  response: HttpResponse,
  options: HeadOptions,
): number {
  const { status, headers, encoded } = response;
  invariant(status >= 101 && status <= 999 && Number.isInteger(status), `invalid status ${status}`);
  let p = writeLatin1(bytes, offset, `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`);
  let hasServer = false;
  let hasDate = false;
  const { requestId } = options;
  for (const [name, value] of headers) {
    if (requestId !== null && name.toLowerCase() === "x-request-id") continue;
    if (name.length === 6 && name.toLowerCase() === "server") hasServer = true;
    if (name.length === 4 && name.toLowerCase() === "date") hasDate = true;
    p = writeField(bytes, p, name, value);
  }
  if (encoded !== undefined) {
    p = encoded.write(bytes, p);
    hasServer ||= encoded.hasServer;
    hasDate ||= encoded.hasDate;
  }
  if (requestId !== null) p = writeField(bytes, p, REQUEST_ID_FIELD, requestId);
  if (!hasServer && options.namesServer) p = writeLatin1(bytes, p, `Server: ${SERVER_PRODUCT}\r\n`);
  if (!hasDate) p = writeLatin1(bytes, p, `Date: ${options.date}\r\n`);
  if (options.connection !== "") p = writeLatin1(bytes, p, `Connection: ${options.connection}\r\n`);
  if (options.framing >= 0) p = writeLatin1(bytes, p, `Content-Length: ${options.framing}\r\n`);
  if (options.framing === FRAMING.chunked) {
    p = writeLatin1(bytes, p, "Transfer-Encoding: chunked\r\n");
  }
  bytes[p] = CR;
  bytes[p + 1] = LF;
  return p + 2;
}

function writeField(bytes: Uint8Array, offset: number, name: string, value: string): number {
  invariant(!ENGINE_FIELDS.has(name.toLowerCase()), `only the engine sets response field ${name}`);
  let p = writeChecked(bytes, offset, name, TOKEN);
  invariant(p > offset, "a response field has a name");
  bytes[p++] = 0x3a;
  bytes[p++] = 0x20;
  p = writeChecked(bytes, p, value, VALUE);
  bytes[p++] = CR;
  bytes[p++] = LF;
  return p;
}

function writeChecked(bytes: Uint8Array, offset: number, text: string, bit: number): number {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    invariant(c <= 0xff && (BYTE_CLASS[c]! & bit) !== 0, "a response field has only valid bytes");
    bytes[offset + i] = c;
  }
  return offset + text.length;
}

/** Reports whether a response with `status` can have a body (RFC 9112 6.3). */
export function mayHaveBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304;
}
