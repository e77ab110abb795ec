/**
 * Addresses as the whole program writes them.
 *
 * An address is its canonical text: four decimal parts for IPv4, RFC 5952 for IPv6, an IPv4-mapped
 * IPv6 address as the IPv4 address that it is, a link-local zone kept after `%`. Text becomes
 * canonical once, at the edge; from there equality is string equality.
 *
 * @module
 */
import ipaddr from "ipaddr.js";

/** Canonical text of one IP address, made by {@linkcode parseIp} and nothing else. */
export type Ip = string & { readonly __ip: unique symbol };

/** One address and one TCP port: what a socket listens on. */
export interface Endpoint {
  readonly ip: Ip;
  /** 1 to 65535; 0 only in tests, where the system picks one. */
  readonly port: number;
}

/** Every IPv4 address of the machine. */
export const ANY_V4: Ip = "0.0.0.0" as Ip;
/** Every IPv6 address of the machine; on Linux a socket on it takes IPv4 as well. */
export const ANY_V6: Ip = "::" as Ip;

/** The longest text worth parsing: a full IPv6 address with a zone of 15 bytes (IFNAMSIZ). */
const IP_TEXT_MAX = 64;

const IPV4_PART = /^(?:0|[1-9][0-9]{0,2})$/;
const IPV6_CHARS = /^[0-9a-fA-F:.]+$/;
const ZONE = /^[0-9A-Za-z._-]{1,15}$/;

/**
 * Canonical form of `text`, or null where it is no address.
 *
 * Stricter than the usual parsers on purpose: `01.2.3.4`, `1.2.3`, `0x7f.1`, brackets, ports and
 * spaces are refused, because an address that two programs read differently is a security hole.
 */
export function parseIp(text: string): Ip | null {
  if (text.length === 0 || text.length > IP_TEXT_MAX) return null;
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

export function isIpv4(ip: Ip): boolean {
  return !ip.includes(":");
}

/**
 * The endpoint of an address that the system gives. A client that reset before it was accepted has no
 * address any more: that is 0.0.0.0.
 */
export function endpointOf(
  { hostname, port }: { readonly hostname: string; readonly port: number },
): Endpoint {
  return { ip: parseIp(hostname) ?? ANY_V4, port };
}

/** `1.2.3.4:80`, `[::1]:80`: the form of logs, messages and URLs. */
export function formatEndpoint(endpoint: Endpoint): string {
  return `${urlHost(endpoint.ip)}:${endpoint.port}`;
}

/** The address as it stands in a URL or a Host field: IPv6 in brackets. */
export function urlHost(ip: Ip): string {
  return isIpv4(ip) ? ip : `[${ip}]`;
}

/** Port from decimal text, 1 to 65535, no sign, space or leading zero; else null. */
export function parsePort(text: string): number | null {
  if (!/^[1-9][0-9]{0,4}$/.test(text)) return null;
  const port = Number(text);
  return port <= 65535 ? port : null;
}

/** Endpoint from `1.2.3.4:80` or `[::1]:80`; null where it is none. */
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

/** Order of addresses for lists: IPv4 first, then by number; for `Array.sort`. */
export function compareIp(a: Ip, b: Ip): number {
  if (isIpv4(a) !== isIpv4(b)) return isIpv4(a) ? -1 : 1;
  const left = ipaddr.parse(a).toByteArray();
  const right = ipaddr.parse(b).toByteArray();
  for (let i = 0; i < left.length; i++) {
    const difference = left[i]! - right[i]!;
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0; // same number, so the zones differ or nothing does
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
