/**
 * IP addresses and endpoints, in the form that the whole program uses.
 *
 * An address is its canonical text: dotted decimal for IPv4, RFC 5952 for IPv6. An IPv4-mapped IPv6
 * address becomes the IPv4 address that it maps; a link-local zone is kept after `%`. Text is made
 * canonical once, at the edge; from there on, equality is string equality.
 *
 * @module
 */
import ipaddr from "ipaddr.js";
import { quote } from "./fault.ts";

/** The canonical text of an IP address. Only {@linkcode parseIp} makes one. */
export type Ip = string & { readonly __ip: unique symbol };

/** An address and a TCP port: what a socket listens on. */
export interface Endpoint {
  readonly ip: Ip;
  /** 1 to 65535; 0 only in tests, where the system picks a port. */
  readonly port: number;
}

/** The IPv4 wildcard: every IPv4 address of this machine. */
export const ANY_V4: Ip = "0.0.0.0" as Ip;
/** The IPv6 wildcard: every IPv6 address of this machine. On Linux its sockets accept IPv4 too. */
export const ANY_V6: Ip = "::" as Ip;

/** The longest text worth parsing: a full IPv6 address with a zone of 15 bytes (IFNAMSIZ). */
const IP_TEXT_MAX = 64;

const IPV4_PART = /^(?:0|[1-9][0-9]{0,2})$/;
const IPV6_CHARS = /^[0-9a-fA-F:.]+$/;
const ZONE = /^[0-9A-Za-z._-]{1,15}$/;

/**
 * Returns the canonical form of `text`, or null if it is not an IP address.
 *
 * Stricter than the usual parsers on purpose: `01.2.3.4`, `1.2.3`, `0x7f.1`, brackets, ports and
 * spaces are rejected, because an address that two programs read differently is a security hole.
 */
export function parseIp(text: string): Ip | null {
  if (text.length === 0 || text.length > IP_TEXT_MAX) return null;
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

export function isIpv4(ip: Ip): boolean {
  return !ip.includes(":");
}

/** Reports whether a socket on `ip` is on every address of its family. */
export function isWildcard(ip: Ip): boolean {
  return ip === ANY_V4 || ip === ANY_V6;
}

/**
 * Returns the endpoint of an address reported by the system. A client that reset the connection
 * before it was accepted no longer has an address; it is reported as 0.0.0.0.
 */
export function endpointOf(
  { hostname, port }: { readonly hostname: string; readonly port: number },
): Endpoint {
  return { ip: parseIp(hostname) ?? ANY_V4, port };
}

/** Returns `1.2.3.4:80` or `[::1]:80`: the form used in logs, messages and URLs. */
export function formatEndpoint(endpoint: Endpoint): string {
  return `${urlHost(endpoint.ip)}:${endpoint.port}`;
}

/** Returns `ip` as written in a URL or a Host field: IPv6 in brackets. */
export function urlHost(ip: Ip): string {
  return isIpv4(ip) ? ip : `[${ip}]`;
}

/** Parses a decimal port, 1 to 65535, without sign, space or leading zero; null if invalid. */
export function parsePort(text: string): number | null {
  if (!/^[1-9][0-9]{0,4}$/.test(text)) return null;
  const port = Number(text);
  return port <= 65535 ? port : null;
}

/** Returns why {@linkcode parsePort} does not accept `text`. */
export function portProblem(text: string): string {
  return /^0[0-9]+$/.test(text)
    ? `port must not begin with 0: ${quote(text)}`
    : `port must be between 1 and 65535, not ${quote(text)}`;
}

/** Parses an endpoint such as `1.2.3.4:80` or `[::1]:80`; null if invalid. */
export function parseEndpoint(text: string): Endpoint | null {
  const colon = text.lastIndexOf(":");
  const port = parsePort(text.slice(colon + 1));
  if (colon < 1 || port === null) return null;
  const host = text.slice(0, colon);
  const bracketed = host.startsWith("[") && host.endsWith("]");
  const ip = parseIp(bracketed ? host.slice(1, -1) : host);
  if (ip === null || isIpv4(ip) === bracketed) return null;
  return { ip, port };
}

/** Compares two addresses for `Array.sort`: IPv4 before IPv6, then by numeric value. */
export function compareIp(a: Ip, b: Ip): number {
  if (isIpv4(a) !== isIpv4(b)) return isIpv4(a) ? -1 : 1;
  const left = ipaddr.parse(a).toByteArray();
  const right = ipaddr.parse(b).toByteArray();
  for (let i = 0; i < left.length; i++) {
    const difference = left[i]! - right[i]!;
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0; // the same number: only the zones can differ
}

function parseIpv4(text: string): Ip | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  for (const part of parts) {
    if (!IPV4_PART.test(part) || Number(part) > 255) return null;
  }
  return text as Ip;
}

function parseIpv6(text: string): Ip | null {
  const percent = text.indexOf("%");
  const digits = percent < 0 ? text : text.slice(0, percent);
  if (!IPV6_CHARS.test(digits) || !ipaddr.IPv6.isValid(digits)) return null;
  const dotted = digits.slice(digits.lastIndexOf(":") + 1);
  if (dotted.includes(".") && parseIpv4(dotted) === null) return null;
  const address = ipaddr.IPv6.parse(digits);
  if (percent < 0) {
    const mapped = address.isIPv4MappedAddress();
    return (mapped ? address.toIPv4Address().toString() : address.toRFC5952String()) as Ip;
  }
  const zone = text.slice(percent + 1);
  if (address.range() !== "linkLocal" || !ZONE.test(zone)) return null;
  return `${address.toRFC5952String()}%${zone}` as Ip;
}
