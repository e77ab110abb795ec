/**
 * The head of an upstream response. Pure.
 *
 * It is parsed as strictly as a request: a response is invalid if we and a client could disagree
 * about the end of the message. So a line ends with CR LF, a length is one number, given once and
 * never together with Transfer-Encoding, whose only value is `chunked`.
 *
 * @module
 */
import type { HeaderField } from "../../base/exchange.ts";

/** Limit for the bytes of a head; the limit of HTTP.sys for the head of a response. */
export const HEAD_BYTES_MAX = 65_536;
const FIELDS_MAX = 500;

/** How the body is delimited: a length in bytes, or one of these. */
export const BODY = { chunked: -1, untilClose: -2 } as const;

export interface UpstreamHead {
  readonly status: number;
  readonly minor: 0 | 1;
  /** In order, with names as sent. */
  readonly fields: readonly HeaderField[];
  /** Bytes of the body as the head declares them, or a value of {@linkcode BODY}. */
  readonly bodyLength: number;
  /** The upstream allows the connection to be reused. */
  readonly keepsAlive: boolean;
  /** Seconds for which it says that it keeps an idle connection; null if it does not. */
  readonly keepAliveSeconds: number | null;
}

/** What is wrong with an upstream response. */
export class UpstreamFault extends Error {
  override readonly name = "UpstreamFault";
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const KEEP_ALIVE = /(?:^|[\s,])timeout=([0-9]{1,9})(?:$|[\s,])/i;
/** Numbers of fifteen digits are exact. */
const LENGTH = /^(?:0|[1-9][0-9]{0,14})$/;

/** The end of the head in `bytes[start..end)` including its blank line; -1 if it is incomplete. */
export function headEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = bytes.indexOf(0x0a, start + 3); at >= 0 && at < end;) {
    if (bytes[at - 1] === 0x0d && bytes[at - 2] === 0x0a && bytes[at - 3] === 0x0d) return at + 1;
    at = bytes.indexOf(0x0a, at + 1);
  }
  return -1;
}

/** Parses the complete head `bytes[start..end)`. Throws an {@linkcode UpstreamFault}. */
export function readUpstreamHead(bytes: Uint8Array, start: number, end: number): UpstreamHead {
  const head = bytes.subarray(start, end - 4);
  const text: string = String.fromCharCode.apply(null, head as unknown as number[]);
  const [statusLine = "", ...lines] = text.split("\r\n");
  const status = STATUS_LINE.exec(statusLine);
  if (status === null) throw new UpstreamFault("invalid status line");
  if (lines.length > FIELDS_MAX) throw new UpstreamFault("too many fields");
  const fields = lines.map((line): HeaderField => {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0));
    const value = trimBlanks(line.slice(colon + 1));
    if (!NAME.test(name) || !VALUE.test(value)) throw new UpstreamFault("invalid field");
    return [name, value];
  });
  const minor = status[1] === "0" ? 0 : 1;
  return { status: Number(status[2]), minor, fields, ...framingOf(fields, minor) };
}

/** Removes leading and trailing spaces and tabs, and no other white space; in one pass. */
function trimBlanks(value: string): string {
  let [start, end] = [0, value.length];
  while (start < end && isBlank(value.charCodeAt(start))) start++;
  while (end > start && isBlank(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Reports whether a response to `method` with `status` has no body, whatever its fields say. */
export function isBodyless(method: string, status: number): boolean {
  return method === "HEAD" || status < 200 || status === 204 || status === 304;
}

function framingOf(
  fields: readonly HeaderField[],
  minor: 0 | 1,
): Pick<UpstreamHead, "bodyLength" | "keepsAlive" | "keepAliveSeconds"> {
  let bodyLength: number = BODY.untilClose;
  let keepsAlive = minor === 1;
  let keepAliveSeconds: number | null = null;
  for (const [name, value] of fields) {
    const lower = name.toLowerCase();
    if (lower === "connection") {
      if (value.toLowerCase().split(",").some((word) => word.trim() === "close")) {
        keepsAlive = false;
      }
      continue;
    }
    if (lower === "keep-alive") {
      const timeout = KEEP_ALIVE.exec(value);
      if (timeout !== null) keepAliveSeconds = Number(timeout[1]);
      continue;
    }
    if (lower !== "content-length" && lower !== "transfer-encoding") continue;
    if (bodyLength !== BODY.untilClose) throw new UpstreamFault("duplicate length");
    if (lower === "content-length") {
      if (!LENGTH.test(value)) throw new UpstreamFault("invalid Content-Length");
      bodyLength = Number(value);
    } else {
      const isChunked = minor === 1 && value.toLowerCase() === "chunked";
      if (!isChunked) throw new UpstreamFault("unsupported transfer coding");
      bodyLength = BODY.chunked;
    }
  }
  return { bodyLength, keepsAlive, keepAliveSeconds };
}
