/**
 * Request methods. Any token is passed on: a registered program or an upstream may know it, and what
 * does not is asked for nothing but a 501 or 405 of its own. Only CONNECT and TRACE get a 501 here:
 * nobody behind this server is a tunnel, and an echo of a request tells scripts its passwords.
 *
 * @module
 */
import type { HttpResponse } from "../../base/exchange.ts";
import { latin1 } from "../../wire/byte_text.ts";

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

/** Reports whether requests with `method` are passed on. Methods are case-sensitive. */
export function isServedMethod(method: string): boolean {
  return method !== "CONNECT" && method !== "TRACE";
}
