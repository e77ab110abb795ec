/**
 * Request methods: those of the IANA registry, because a site may proxy any of them. A method that
 * is not registered gets a 501 (RFC 9110 9.1); so do CONNECT and TRACE, which no site here serves.
 *
 * @module
 */
import type { HttpResponse } from "../../base/exchange.ts";
import { latin1 } from "../../wire/byte_text.ts";

const SERVED_METHODS = [
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

const servedMethods: ReadonlySet<string> = new Set(SERVED_METHODS);

/** The response to `OPTIONS *`, which asks about the server as a whole, not about a site. */
export const SERVER_OPTIONS: HttpResponse = {
  status: 200,
  headers: [["Allow", "GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS"]],
  body: null,
};

/** Returns the method `bytes[start..end)`; for GET, by far the commonest, no string is created. */
export function methodText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start === 3 && bytes[start] === 0x47 && bytes[start + 1] === 0x45) {
    if (bytes[start + 2] === 0x54) return "GET";
  }
  return latin1(bytes, start, end);
}

/** Reports whether requests with `method` are passed to a site. Methods are case-sensitive. */
export function isServedMethod(method: string): boolean {
  return method === "GET" || servedMethods.has(method);
}
