/**
 * UrlPrefix strings, `scheme://host:port/path/`, and the reservation that decides about one.
 * Source: "UrlPrefix Strings", "Processing Registrations".
 *
 * Chosen where the page leaves it open: the slash after the port is required (HttpAddUrl refuses
 * `http://+:80`), and `/dir/` takes the request `/dir` as well, as matching goes by segments.
 *
 * @module
 */
import { isIpv4, parseIp, parsePort, urlHost } from "./address.ts";
import { isHostName } from "./host_name.ts";

/** Kinds of host, in the order of the search. */
export type PrefixBucket = "strong" | "name" | "ip" | "weak";

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

/** Prefixes by port, scheme, bucket and host, the longest path first. Built once, then only read. */
export type PrefixTable<T> = ReadonlyMap<string, readonly PrefixEntry<T>[]>;

export interface PrefixEntry<T> {
  readonly prefix: UrlPrefix;
  readonly value: T;
}

/** Of two entries with the same prefix the first one is found. */
export function prefixTable<T>(entries: readonly PrefixEntry<T>[]): PrefixTable<T> {
  const table = new Map<string, PrefixEntry<T>[]>();
  for (const entry of entries) {
    const { port, scheme, bucket, host } = entry.prefix;
    const key = slot(port, scheme, bucket, host);
    const list = table.get(key);
    if (list === undefined) table.set(key, [entry]);
    else list.push(entry);
  }
  for (const list of table.values()) {
    list.sort((a, b) => b.prefix.path.length - a.prefix.path.length);
  }
  return table;
}

/**
 * The reservation that decides about `prefix`: same scheme, host and port, the longest path that
 * covers it; equal paths included.
 */
export function coveringPrefix<T>(table: PrefixTable<T>, prefix: UrlPrefix): PrefixEntry<T> | null {
  const { port, scheme, bucket, host, path } = prefix;
  const list = table.get(slot(port, scheme, bucket, host));
  return list?.find((entry) => path.startsWith(entry.prefix.path)) ?? null;
}

function slot(port: number, scheme: string, bucket: PrefixBucket, host: string): string {
  return `${port} ${scheme} ${bucket} ${host}`;
}
