/**
 * UrlPrefix strings, `scheme://host:port/path/`, and which reservation covers one.
 * Source: "UrlPrefix Strings", "Processing Registrations".
 *
 * The slash after the port is required, and `/dir/` matches the request `/dir` too (ARCHITECTURE.md,
 * "Decisions").
 *
 * @module
 */
import { type Ip, parseBracketed, parseIp, parsePort, unservedReason, urlHost } from "./address.ts";
import { quote } from "./fault.ts";
import { isHostPattern, isWildcardHost, nearestWildcard } from "./host_name.ts";

/** The kinds of host, in search order. */
type PrefixBucket = "strong" | "name" | "wildcard" | "ip" | "weak";

export interface UrlPrefix {
  readonly scheme: "http" | "https";
  readonly bucket: PrefixBucket;
  /** `+`, `*`, a name or `*.name` in lower case, or an address as written in a URL. */
  readonly host: string;
  readonly port: number;
  /** Lower case, percent-decoded, begins and ends with "/". */
  readonly path: string;
}

/** The longest prefix worth storing: the longest URL that clients of HTTP.sys can send. */
const PREFIX_TEXT_MAX = 2048;

const PREFIX = /^(https?):\/\/(\+|\*|\[[^\]/]+\]|[^:/[\]]+):([0-9]+)(\/.*)$/;

/** Parses a UrlPrefix; null if it is invalid (ERROR_INVALID_PARAMETER). */
export function parseUrlPrefix(text: string): UrlPrefix | null {
  if (text.length > PREFIX_TEXT_MAX) return null;
  const match = PREFIX.exec(text);
  if (match === null) return null;
  const [, scheme = "", hostText = "", portText = "", pathText = ""] = match;
  const port = parsePort(portText);
  const host = parseHost(hostText);
  const path = decodePrefixPath(pathText);
  if (port === null || host === null || path === null) return null;
  return { scheme: scheme as "http" | "https", ...host, port, path: path.toLowerCase() };
}

/** Returns a UrlPrefix for a text that is none. */
export function nearestPrefix(text: string): string {
  const [, given = "http", rest = ""] = /^(?:([a-z]+):\/*)?(.*)$/is.exec(text.trim()) ?? [];
  const scheme = given.toLowerCase() === "https" ? "https" : "http";
  const [, authority = "", path = ""] = /^([^/]*)(.*)$/s.exec(rest) ?? [];
  const [, host = "", port = ""] = /^(\[[^\]]*\]|[^:]*)(?::([0-9]*))?/.exec(authority) ?? [];
  const number = parsePort(port.replace(/^0+/, "")) ?? (scheme === "https" ? 443 : 80);
  const segments = path.replace(/[?#*].*$/s, "").split("/").filter((part) => {
    return part !== "" && part !== "." && part !== "..";
  });
  const candidate = (name: string): string => {
    return `${scheme}://${name}:${number}/${segments.map((part) => `${part}/`).join("")}`;
  };
  return [host, nearestWildcard(host), "+"].map(candidate).find((one) =>
    parseUrlPrefix(one) !== null
  ) ??
    `${scheme}://+:${number}/`;
}

/** Returns the canonical text of `prefix`: equal prefixes have equal text, which parses as `prefix`. */
export function formatUrlPrefix(prefix: UrlPrefix): string {
  return `${prefix.scheme}://${prefix.host}:${prefix.port}${encodePrefixPath(prefix.path)}`;
}

/** Returns the canonical text of a path that {@linkcode decodePrefixPath} returned. */
export function encodePrefixPath(decoded: string): string {
  return decoded.replace(ESCAPED, (c) => c === "*" ? "%2A" : encodeURIComponent(c));
}

/** Characters that a path may have, and that its text has only as escapes. */
const ESCAPED = /[%?#*\s]/g;

/** Returns a prefix's text in upper case, as `netsh http show servicestate` lists it. */
export function shownUrlPrefix(text: string): string {
  return text.toUpperCase();
}

function parseHost(text: string): { readonly bucket: PrefixBucket; readonly host: string } | null {
  if (text === "+") return { bucket: "strong", host: text };
  if (text === "*") return { bucket: "weak", host: text };
  const bracketed = text.startsWith("[");
  const ip = bracketed ? parseBracketed(text) : parseIp(text);
  if (ip !== null) return { bucket: "ip", host: urlHost(ip) };
  const name = text.toLowerCase().replace(/\.$/, "");
  // A name of digits and dots only is an address that other programs read differently.
  if (bracketed || !isHostPattern(name) || /^[0-9.]+$/.test(name)) return null;
  return { bucket: isWildcardHost(name) ? "wildcard" : "name", host: name };
}

/**
 * Decodes the path of a prefix, which begins and ends with "/"; null if it is invalid, or no request
 * that is served has such a path.
 */
export function decodePrefixPath(text: string): string | null {
  if (!text.startsWith("/") || !text.endsWith("/") || /[\\?#*\s]|\p{Cc}/u.test(text)) return null;
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    return null;
  }
  const segments = decoded.slice(1, -1).split("/");
  if (/\\|\p{Cc}/u.test(decoded)) return null; // no request that is served has one
  const isRoot = decoded === "/";
  if (!isRoot && segments.some((s) => s === "" || s === "." || s === "..")) return null;
  return decoded;
}

/** Returns the host name or wildcard that a prefix is for; "" if it is for none. */
export function nameOfPrefix({ bucket, host }: UrlPrefix): string {
  return bucket === "name" || bucket === "wildcard" ? host : "";
}

/** Returns the address of a prefix whose host is one; otherwise null. */
export function ipOfPrefix({ bucket, host }: UrlPrefix): Ip | null {
  if (bucket !== "ip") return null;
  return host.startsWith("[") ? parseBracketed(host) : parseIp(host);
}

/**
 * Returns why no request has the address of a prefix, and so none comes to it; null if one can.
 * Reservations may have such an address, as in HTTP.sys: they serve nothing.
 */
export function unservedHost(prefix: UrlPrefix): string | null {
  const ip = ipOfPrefix(prefix);
  const reason = ip === null ? null : unservedReason(ip);
  return reason === null ? null : `${quote(prefix.host)} ${reason}`;
}

/**
 * Returns the entry that decides about `prefix`: the one with the same scheme, host and port whose
 * path is the longest that covers it or equals it; the first of two with the same prefix. Null if
 * none covers it.
 */
export function coveringPrefix<T extends { readonly prefix: UrlPrefix }>(
  entries: readonly T[],
  { scheme, host, port, path }: UrlPrefix,
): T | null {
  let longest: T | null = null;
  for (const entry of entries) {
    const candidate = entry.prefix;
    const covers = candidate.port === port && candidate.scheme === scheme &&
      candidate.host === host && path.startsWith(candidate.path);
    if (covers && candidate.path.length > (longest?.prefix.path.length ?? 0)) longest = entry;
  }
  return longest;
}
