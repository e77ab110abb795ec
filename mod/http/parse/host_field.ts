/**
 * The Host field and the authority of an absolute-form target: `host[:port]`, nothing more.
 *
 * Narrower than RFC 3986's reg-name on purpose: names consist of letters, digits, `-`, `.`, `_` and
 * `~`. A comma, an escape, a slash or an `@` in a Host field is never part of a name, only of an
 * attack.
 *
 * @module
 */
import { parseBracketed, parsePort, urlHost, withoutZone } from "../../base/address.ts";
import { BYTE_CLASS, COLON, HOST } from "../../wire/byte_class.ts";
import { latin1 } from "../../wire/byte_text.ts";

/** The longest DNS name, with a trailing dot and room for a port. */
const HOST_BYTES_MAX = 262;
const BRACKET = 0x5b;

/**
 * Parses the host of `bytes[start..end)`: in lower case, without port and trailing dot, an IPv6
 * literal in canonical form with its brackets. Null if it is invalid, or empty: an http URL must
 * have a host (RFC 9110 4.2.1).
 */
export function parseHost(bytes: Uint8Array, start: number, end: number): string | null {
  if (end - start > HOST_BYTES_MAX || start === end) return null;
  if (bytes[start] === BRACKET) return parseLiteral(latin1(bytes, start, end));
  let p = start;
  while (p < end && (BYTE_CLASS[bytes[p]!]! & HOST) !== 0) p++;
  if (p < end && (bytes[p] !== COLON || !isPort(latin1(bytes, p + 1, end)))) return null;
  const name = latin1(bytes, start, p).toLowerCase();
  const bare = name.endsWith(".") ? name.slice(0, -1) : name;
  const isValid = bare !== "" && !bare.startsWith(".") && !bare.includes("..") &&
    !bare.endsWith(".");
  return isValid ? bare : null;
}

function parseLiteral(text: string): string | null {
  const close = text.indexOf("]");
  if (close < 0) return null;
  const rest = text.slice(close + 1);
  if (rest !== "" && !(rest.startsWith(":") && isPort(rest.slice(1)))) return null;
  // Some clients send the zone of the address that they connect to, which means nothing here.
  const zoned = parseBracketed(text.slice(0, close + 1));
  if (zoned === null) return null;
  const ip = withoutZone(zoned);
  return ip.includes(":") ? urlHost(ip) : `[::ffff:${ip}]`; // a mapped address stays a literal
}

/** Reports whether `text` is a port, 1 to 65535, or empty, as RFC 3986 allows. */
function isPort(text: string): boolean {
  return text === "" || parsePort(text) !== null;
}
