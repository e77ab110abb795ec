/**
 * The error responses of a site: a status and a short page that repeats nothing of the request. The
 * kernel's error responses are not created here but by the engine.
 *
 * @module
 */
import type { HeaderField, HttpResponse } from "../../base/exchange.ts";
import { escape } from "@std/html/entities";
import { htmlPage } from "./html.ts";

const PAGES = {
  301: ["Moved Permanently", "The document has moved."],
  403: ["Forbidden", "Access to this resource is denied."],
  404: ["Not Found", "There is nothing at this address."],
  405: ["Method Not Allowed", "This resource does not support the request method."],
  412: ["Precondition Failed", "The document does not meet the conditions of the request."],
  416: ["Range Not Satisfiable", "The document does not contain the requested range."],
  500: ["Internal Server Error", "The document could not be read."],
} as const satisfies Readonly<Record<number, readonly [title: string, sentence: string]>>;

type PageStatus = keyof typeof PAGES;

/**
 * Responses without extra fields, created once: the same object lets the engine cache its bytes.
 */
const cache = new Map<PageStatus, HttpResponse>();

/** Returns the page for `status`, with `headers` after its Content-Type. */
export function errorPage(status: PageStatus, headers: readonly HeaderField[] = []): HttpResponse {
  if (headers.length > 0) return build(status, headers);
  let response = cache.get(status);
  if (response === undefined) {
    response = build(status, headers);
    cache.set(status, response);
  }
  return response;
}

function build(status: PageStatus, headers: readonly HeaderField[]): HttpResponse {
  const [title, sentence] = PAGES[status];
  return {
    status,
    headers: [["Content-Type", "text/html; charset=utf-8"], ...headers],
    body: statusPage(status, title, sentence),
  };
}

/** Returns the bytes of a short page for any status. */
export function statusPage(status: number, title: string, sentence: string): Uint8Array {
  const main = `<h1>${status} ${escape(title)}</h1>\n<p>${escape(sentence)}</p>`;
  return new TextEncoder().encode(htmlPage(`${status} ${title}`, main));
}
