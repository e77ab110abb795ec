/**
 * The response of a redirect. Its text is for a client that does not follow it.
 *
 * @module
 */
import type { HttpResponse } from "../../base/exchange.ts";

/** The statuses of a redirect and their reason phrases. */
const TITLES = {
  301: "Moved Permanently",
  302: "Found",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
} as const;

export type RedirectStatus = keyof typeof TITLES;

/** Returns the response; `location` is a valid value of its field. */
export function redirectResponse(status: RedirectStatus, location: string): HttpResponse {
  return {
    status,
    headers: [["Content-Type", "text/plain; charset=utf-8"], ["Location", location]],
    body: new TextEncoder().encode(`${status} ${TITLES[status]}\n`),
  };
}

/**
 * Returns `text`, one character per byte, with the characters escaped that are not allowed in a URL.
 * Existing escapes are kept.
 */
export function escapedForUrl(text: string): string {
  return text.replace(/[^\x21-\x7e]|["#<>\\^`{|}]/g, (c) => {
    return `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
}
