/**
 * A field that a site adds to its responses, `Name: value`, and the value of
 * Strict-Transport-Security. Pure.
 *
 * @module
 */
import { Problem } from "../../base/problem.ts";

/** A field of every response of a site. */
interface ResponseField {
  /** Canonical: `Name: value`. */
  readonly text: string;
  readonly name: string;
  readonly value: string;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** As sent: no control character, so that a value ends neither its line nor the head. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]+$/;
/** Characters of a name and value: what clients accept of a whole head is not much more. */
const FIELD_MAX = 4096;

/** Fields that delimit the message, or that only who makes a response can know. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  "accept-ranges",
  "age",
  "connection",
  "content-encoding",
  "content-length",
  "content-range",
  "date",
  "etag",
  "keep-alive",
  "last-modified",
  "location",
  "proxy-authenticate",
  "proxy-connection",
  "server",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "www-authenticate",
]);
/** Fields that have a flag of their own. */
const FLAGGED: Readonly<Record<string, string>> = {
  "content-type": "--mime",
  "strict-transport-security": "--hsts",
};

/** Parses `Name: value`; the hint of a problem is a text that works. */
export function parseResponseField(text: string): ResponseField | Problem {
  const colon = text.indexOf(":");
  const name = text.slice(0, Math.max(0, colon));
  const value = text.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
  const hint = "X-Frame-Options: DENY";
  if (colon < 1) return new Problem("expected Name: value", { hint });
  if (!TOKEN.test(name)) return new Problem("the name is not valid in a response", { hint });
  if (value === "") return new Problem("the value is missing", { hint: `${name}: value` });
  if (!VALUE.test(value)) return new Problem("the value is not valid in a response", { hint });
  if (text.length > FIELD_MAX) return new Problem(`longer than ${FIELD_MAX} characters`, { hint });
  const lower = name.toLowerCase();
  const flag = Object.hasOwn(FLAGGED, lower) ? FLAGGED[lower] : undefined;
  if (flag !== undefined) return new Problem(`${flag} sets this field`, { hint });
  if (OWN_FIELDS.has(lower)) return new Problem("the server itself sets this field", { hint });
  return { text: `${name}: ${value}`, name, value };
}

/** Seconds that a preload list demands (hstspreload.org), and of `--hsts` alone: a year. */
export const HSTS_SECONDS = 31_536_000;
/** Ten years: more says nothing. */
const HSTS_SECONDS_MAX = 10 * HSTS_SECONDS;

/**
 * Parses a value of Strict-Transport-Security, in which the number may stand alone and commas may
 * separate: `31536000`, `max-age=300; includeSubDomains`. Returns its one spelling.
 */
export function parseHsts(text: string): string | Problem {
  const words = text.split(/[;,\s]+/).filter((word) => word !== "").map((word) =>
    word.toLowerCase()
  );
  const [age = "", ...options] = words;
  const [, digits = ""] = /^(?:max-age=)?([0-9]{1,9})$/.exec(age) ?? [];
  const hint = String(HSTS_SECONDS);
  if (digits === "" || Number(digits) > HSTS_SECONDS_MAX) {
    return new Problem(`must begin with seconds, 0 to ${HSTS_SECONDS_MAX}`, { hint });
  }
  const unknown = options.find((word) => word !== "includesubdomains" && word !== "preload");
  if (unknown !== undefined || new Set(options).size < options.length) {
    return new Problem("after the seconds only includeSubDomains and preload may follow", {
      hint: `${digits}; includeSubDomains`,
    });
  }
  const hasSubdomains = options.includes("includesubdomains");
  const preloads = options.includes("preload");
  if (preloads && (!hasSubdomains || Number(digits) < HSTS_SECONDS)) {
    return new Problem(`preload needs includeSubDomains and at least ${HSTS_SECONDS} seconds`, {
      hint: `${HSTS_SECONDS}; includeSubDomains; preload`,
    });
  }
  return `max-age=${Number(digits)}` + (hasSubdomains ? "; includeSubDomains" : "") +
    (preloads ? "; preload" : "");
}
