/**
 * UrlPrefix strings, `scheme://host:port/path/`, and the reservation that decides about one.
 * Source: "UrlPrefix Strings", "Processing Registrations".
 *
 * Chosen where the page leaves it open: the slash after the port is required (HttpAddUrl refuses
 * `http://+:80`), and `/dir/` takes the request `/dir` as well, as matching goes by segments.
 *
 * @module
 */
import { type Ip, isIpv4, parseIp, parsePort, urlHost } from "./address.ts";
import { isHostName } from "./host_name.ts";

/** Kinds of host, in the order of the search. */
type PrefixBucket = "strong" | "name" | "ip" | "weak";

export interface UrlPrefix {
  readonly scheme: "http" | "https";
  readonly bucket: PrefixBucket;
  /** `+`, `*`, a name in lower case, or an address as it stands in a URL. */
  readonly host: string;
  readonly port: number;
  /** Lower case, decoded, begins and ends with "/". */
  readonly path: string;
}

/** The longest prefix worth keeping: the URL length that HTTP.sys's clients can send. */
const PREFIX_TEXT_MAX = 2048;

const PREFIX = /^(https?):\/\/(\+|\*|\[[^\]/]+\]|[^:/[\]]+):([0-9]+)(\/.*)$/;

/** Parses one UrlPrefix; null where it is none (ERROR_INVALID_PARAMETER). */
export function parseUrlPrefix(text: string): UrlPrefix | null {
  if (text.length > PREFIX_TEXT_MAX) return null;
  const match = PREFIX.exec(text);
  if (match === null) return null;
  const [, scheme = "", hostText = "", portText = "", pathText = ""] = match;
  const port = parsePort(portText);
  const host = parseHost(hostText);
  const path = parsePath(pathText);
  if (port === null || host === null || path === null) return null;
  return { scheme: scheme as "http" | "https", ...host, port, path };
}

/** Canonical text: equal prefixes have equal text. */
export function formatUrlPrefix(prefix: UrlPrefix): string {
  return `${prefix.scheme}://${prefix.host}:${prefix.port}${prefix.path}`;
}

/** Upper-case form of a prefix's text in which `netsh http show servicestate` lists it. */
export function shownUrlPrefix(text: string): string {
  return text.toUpperCase();
}

function parseHost(text: string): { readonly bucket: PrefixBucket; readonly host: string } | null {
  if (text === "+") return { bucket: "strong", host: text };
  if (text === "*") return { bucket: "weak", host: text };
  const bracketed = text.startsWith("[");
  const ip = parseIp(bracketed ? text.slice(1, -1) : text);
  if (ip !== null) return isIpv4(ip) === bracketed ? null : { bucket: "ip", host: urlHost(ip) };
  const name = text.toLowerCase().replace(/\.$/, "");
  // Digits and dots only would be an address that other programs read differently.
  if (bracketed || !isHostName(name) || /^[0-9.]+$/.test(name)) return null;
  return { bucket: "name", host: name };
}

function parsePath(text: string): string | null {
  if (!text.endsWith("/") || /[\\?#*\s]|\p{Cc}/u.test(text)) return null;
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    return null;
  }
  const segments = decoded.slice(1, -1).split("/");
  const isRoot = decoded === "/";
  if (!isRoot && segments.some((s) => s === "" || s === "." || s === "..")) return null;
  return decoded.toLowerCase();
}

/** The address of a prefix that names one; else null. */
export function ipOfPrefix({ bucket, host }: UrlPrefix): Ip | null {
  return bucket === "ip" ? parseIp(host.replace(/^\[|\]$/g, "")) : null;
}

/**
 * The one of `entries` that decides about `prefix`: same scheme, host and port, the longest path that
 * covers it, equal paths included; of two with the same prefix the first. Null where none covers it.
 */
export function coveringPrefix<T extends { readonly prefix: UrlPrefix }>(
  entries: readonly T[],
  { scheme, host, port, path }: UrlPrefix,
): T | null {
  let longest: T | null = null;
  for (const entry of entries) {
    const own = entry.prefix;
    const covers = own.port === port && own.scheme === scheme && own.host === host &&
      path.startsWith(own.path);
    if (covers && own.path.length > (longest?.prefix.path.length ?? 0)) longest = entry;
  }
  return longest;
}
