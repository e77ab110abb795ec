/**
 * Encodes the head of a response. Names and values are checked byte by byte while they are written,
 * so nothing that came from a request can end a line or begin one.
 *
 * @module
 */
import type { HttpResponse } from "../base/exchange.ts";
import { invariant } from "../base/invariant.ts";
import { BYTE_CLASS, CR, LF, TOKEN, VALUE } from "../wire/byte_class.ts";
import { SERVER_PRODUCT } from "./error_responses.ts";
import { reasonPhrase } from "./reason_phrase.ts";
import { writeLatin1 } from "../wire/byte_text.ts";

/** How the body after the head is delimited: its length in bytes, or one of these. */
export const FRAMING = {
  /** Chunks; their end is marked. */
  chunked: -1,
  /** Nothing is said: there is no body, or closing the connection ends it. */
  unsaid: -2,
} as const;

/** What the Connection field says; "" leaves it out, as HTTP/1.1 goes on by itself. */
export type ConnectionWord = "" | "close" | "keep-alive" | "Upgrade";

export interface HeadOptions {
  readonly date: string;
  /** Length of the body, or one of {@linkcode FRAMING}. */
  readonly framing: number;
  readonly connection: ConnectionWord;
  /** Adds `Server` where the response has none. */
  readonly namesServer: boolean;
}

/** Bytes that every head has beyond the fields of the response: generous, never computed. */
const OWN_BYTES_MAX = 256;

/** Fields that the engine writes itself; a second one from elsewhere would break the framing. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "transfer-encoding",
]);

/** Room that {@linkcode putHead} may need for `response`. */
export function headRoom(response: HttpResponse): number {
  let room = OWN_BYTES_MAX;
  for (const field of response.headers) room += field[0].length + field[1].length + 4;
  return room;
}

/**
 * Writes the head at `at`; returns the place after it. Throws on a status, name or value that cannot
 * stand in a head: a bug of the handler, answered 500.
 */
export function putHead(
  out: Uint8Array,
  at: number,
  response: HttpResponse,
  options: HeadOptions,
): number {
  const { status, headers } = response;
  invariant(status >= 101 && status <= 999 && Number.isInteger(status), `status ${status}`);
  let p = writeLatin1(out, at, `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`);
  let hasServer = false;
  let hasDate = false;
  for (const [name, value] of headers) {
    if (name.length === 6 && name.toLowerCase() === "server") hasServer = true;
    if (name.length === 4 && name.toLowerCase() === "date") hasDate = true;
    p = putField(out, p, name, value);
  }
  if (!hasServer && options.namesServer) p = writeLatin1(out, p, `Server: ${SERVER_PRODUCT}\r\n`);
  if (!hasDate) p = writeLatin1(out, p, `Date: ${options.date}\r\n`);
  if (options.connection !== "") p = writeLatin1(out, p, `Connection: ${options.connection}\r\n`);
  if (options.framing >= 0) p = writeLatin1(out, p, `Content-Length: ${options.framing}\r\n`);
  if (options.framing === FRAMING.chunked) {
    p = writeLatin1(out, p, "Transfer-Encoding: chunked\r\n");
  }
  out[p] = CR;
  out[p + 1] = LF;
  return p + 2;
}

function putField(out: Uint8Array, at: number, name: string, value: string): number {
  invariant(!OWN_FIELDS.has(name.toLowerCase()), `response field ${name} belongs to the shared`);
  let p = putChecked(out, at, name, TOKEN);
  invariant(p > at, "a response field has a name");
  out[p++] = 0x3a;
  out[p++] = 0x20;
  p = putChecked(out, p, value, VALUE);
  out[p++] = CR;
  out[p++] = LF;
  return p;
}

function putChecked(out: Uint8Array, at: number, text: string, bit: number): number {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    invariant(c <= 0xff && (BYTE_CLASS[c]! & bit) !== 0, "a response field has only safe bytes");
    out[at + i] = c;
  }
  return at + text.length;
}

/** True where a response with `status` has a body at all (RFC 9112 6.3). */
export function mayHaveBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304;
}
