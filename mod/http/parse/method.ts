/**
 * Request methods: the IANA registry's, because a site may stand before any of them. A word that is
 * not registered is answered 501 (RFC 9110 9.1); so are CONNECT and TRACE, which no site here serves.
 *
 * @module
 */
import type { HttpResponse } from "../../base/exchange.ts";
import { latin1 } from "../../wire/byte_text.ts";

const SERVED = [
  "ACL",
  "BASELINE-CONTROL",
  "BIND",
  "CHECKIN",
  "CHECKOUT",
  "COPY",
  "DELETE",
  "GET",
  "HEAD",
  "LABEL",
  "LINK",
  "LOCK",
  "MERGE",
  "MKACTIVITY",
  "MKCALENDAR",
  "MKCOL",
  "MKREDIRECTREF",
  "MKWORKSPACE",
  "MOVE",
  "OPTIONS",
  "ORDERPATCH",
  "PATCH",
  "POST",
  "PROPFIND",
  "PROPPATCH",
  "PUT",
  "QUERY",
  "REBIND",
  "REPORT",
  "SEARCH",
  "UNBIND",
  "UNCHECKOUT",
  "UNLINK",
  "UNLOCK",
  "UPDATE",
  "UPDATEREDIRECTREF",
  "VERSION-CONTROL",
] as const;

const served: ReadonlySet<string> = new Set(SERVED);

/** Answer to `OPTIONS *`: the service as a whole, not a site, says what may be asked of it. */
export const SERVER_OPTIONS: HttpResponse = {
  status: 200,
  headers: [["Allow", "GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS"]],
  body: null,
};

/** The method `bytes[start..end)`; GET, by far the commonest, without making a text. */
export function methodText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start === 3 && bytes[start] === 0x47 && bytes[start + 1] === 0x45) {
    if (bytes[start + 2] === 0x54) return "GET";
  }
  return latin1(bytes, start, end);
}

/** True for a method that a site may be asked for. Methods are case-sensitive. */
export function isServedMethod(method: string): boolean {
  return method === "GET" || served.has(method);
}
