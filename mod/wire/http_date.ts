/**
 * Dates of HTTP fields (RFC 9110 5.6.7).
 *
 * @module
 */

/** Returns the preferred form, "Sun, 06 Nov 1994 08:49:37 GMT", the only one that is ever sent. */
export function httpDate(timeMs: number): string {
  return new Date(timeMs).toUTCString();
}

const FIXDATE = /^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/;
const RFC_850 = /^[A-Z][a-z]{5,8}, [0-9]{2}-[A-Z][a-z]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/;
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}$/;

/** Parses any of the three forms that must be accepted to milliseconds since 1970; else null. */
export function parseHttpDate(text: string): number | null {
  const isKnown = FIXDATE.test(text) || RFC_850.test(text) || ASCTIME.test(text);
  if (!isKnown) return null;
  const timeMs = Date.parse(text.endsWith(" GMT") ? text : `${text} GMT`);
  return Number.isNaN(timeMs) ? null : timeMs;
}
