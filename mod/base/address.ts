/**
 * IP addresses and endpoints, in the form that the whole program uses.
 *
 * An address is its canonical text: dotted decimal for IPv4, RFC 5952 for IPv6. An IPv4-mapped IPv6
 * address (`::ffff:a.b.c.d`, and no other form) becomes the IPv4 address that it maps. Text is made
 * canonical once, at the edge; from there on, equality is string equality.
 *
 * A link-local address keeps its zone after `%`, the name of an interface. Which interface that is
 * now, only the machine knows: see `listen/machine/`.
 *
 * @module
 */
import { quote } from "./fault.ts";
import { ipv4Value } from "./ipv4_value.ts";

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

/** The bytes of an address, the most significant first: 4 or 16. */
export type Bytes = readonly number[];

/** The longest zone: an alternative name of an interface (ALTIFNAMSIZ). */
const ZONE_MAX = 127;
/** The longest text worth parsing: a full IPv6 address with a zone. */
const IP_TEXT_MAX = 46 + ZONE_MAX;

const IPV6_GROUP = /^[0-9a-fA-F]{1,4}$/;
/** The prefix of an IPv4 address in IPv6 (RFC 4291, section 2.5.5.2), as systems write it. */
const MAPPED = "::ffff:";
/** An interface may have almost any name; what separates the parts of an address is left out. */
const ZONE = /^[^\s\p{C}/%[\]:,"\\]+$/u;

/**
 * Returns the canonical form of `text`, or null if it is not an IP address.
 *
 * Stricter than the usual parsers on purpose: `01.2.3.4`, `1.2.3`, `0x7f.1`, brackets, ports and
 * spaces are rejected, because an address that two programs read differently is a security hole.
 */
export function parseIp(text: string): Ip | null {
  if (text.length === 0 || text.length > IP_TEXT_MAX) return null;
  // An IPv4 client of a socket on `::` is reported like this, at each connection.
  const mapped = text.startsWith(MAPPED) ? parseIpv4(text.slice(MAPPED.length)) : null;
  return mapped ?? (text.includes(":") ? parseIpv6(text) : parseIpv4(text));
}

export function isIpv4(ip: Ip): boolean {
  return !ip.includes(":");
}

/** Reports whether a socket on `ip` is on every address of its family. */
export function isWildcard(ip: Ip): boolean {
  return ip === ANY_V4 || ip === ANY_V6;
}

/** Reports whether an address is in 127.0.0.0/8, or is ::1. */
export function isLoopback(ip: Ip): boolean {
  return ip === "::1" || (isIpv4(ip) && ip.startsWith("127."));
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

/** Endpoints that are kept at most: anybody can connect to 16 million loopback addresses. */
const LOCAL_ENDPOINTS_MAX = 1024;
/** Clients whose addresses are kept at most. */
const CLIENTS_MAX = 1024;

/**
 * The local endpoints of connections: one object for all connections at the same one, so that who
 * counts or logs by it compares no texts.
 */
export class LocalEndpoints {
  readonly #byPort = new Map<number, Map<string, Endpoint>>();
  #size = 0;

  /** Number of endpoints that are kept. */
  get size(): number {
    return this.#size;
  }

  /** Returns the endpoint of an address reported by the system. */
  of(address: { readonly hostname: string; readonly port: number }): Endpoint {
    const { hostname, port } = address;
    return this.#byPort.get(port)?.get(hostname) ?? this.#add(hostname, port);
  }

  #add(hostname: string, port: number): Endpoint {
    if (this.#size === LOCAL_ENDPOINTS_MAX) {
      this.#byPort.clear();
      this.#size = 0;
    }
    let byHostname = this.#byPort.get(port);
    if (byHostname === undefined) this.#byPort.set(port, byHostname = new Map());
    const endpoint = endpointOf({ hostname, port });
    byHostname.set(hostname, endpoint);
    this.#size++;
    return endpoint;
  }
}

/**
 * The remote endpoints of connections: each has its own, but those of one client have the same text of
 * its address, which is compared at once.
 */
export class ClientEndpoints {
  readonly #ips = new Map<string, Ip>();

  /** Returns a new endpoint for an address reported by the system. */
  of({ hostname, port }: { readonly hostname: string; readonly port: number }): Endpoint {
    return { ip: this.#ips.get(hostname) ?? this.#add(hostname), port };
  }

  #add(hostname: string): Ip {
    if (this.#ips.size === CLIENTS_MAX) this.#ips.clear();
    const { ip } = endpointOf({ hostname, port: 0 });
    this.#ips.set(hostname, ip);
    return ip;
  }
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

/**
 * Parses an address in brackets, as in a URL. There a zone follows `%25` (RFC 6874); a bare `%`, which
 * most programs take too, is the same.
 */
export function parseBracketed(text: string): Ip | null {
  if (!text.startsWith("[") || !text.endsWith("]") || !text.includes(":")) return null;
  return parseIp(text.slice(1, -1).replace(/%25(?=.)/, "%"));
}

/** Parses an endpoint such as `1.2.3.4:80` or `[::1]:80`; null if invalid. */
export function parseEndpoint(text: string): Endpoint | null {
  const colon = text.lastIndexOf(":");
  const port = parsePort(text.slice(colon + 1));
  if (colon < 1 || port === null) return null;
  const host = text.slice(0, colon);
  const ip = host.includes(":") ? parseBracketed(host) : parseIp(host);
  return ip === null ? null : { ip, port };
}

/** Compares the bytes of two addresses: the shorter first, then by numeric value. */
export function compareBytes(a: Bytes, b: Bytes): number {
  if (a.length !== b.length) return a.length - b.length;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return 0;
}

/** Returns the bytes of an address, without its zone. */
export function ipBytes(ip: Ip): Bytes {
  const value = ipv4Value(ip);
  if (value < 0) return bytesOfIpv6(withoutZone(ip))!;
  return [value / 0x1000000 | 0, value >> 16 & 0xff, value >> 8 & 0xff, value & 0xff];
}

/** Returns the address that has these 4 or 16 bytes. */
export function ipOfBytes(bytes: Bytes): Ip {
  if (bytes.length === 4) return bytes.join(".") as Ip;
  const isMapped = MAPPED_PREFIX.every((byte, i) => bytes[i] === byte);
  return (isMapped ? bytes.slice(12).join(".") : textOfIpv6(bytes)) as Ip;
}

/** Reports whether an address is in fe80::/10, and so is meaningful only with an interface. */
export function isLinkLocal(ip: Ip): boolean {
  return /^fe[89ab]/.test(ip);
}

/** Returns why no TCP connection can ever reach an address; null for every other one. */
export function unreachableKind(ip: Ip): "multicast" | "broadcast" | null {
  if (ip === "255.255.255.255") return "broadcast";
  const [first = 0] = ipBytes(ip);
  const isMulticast = isIpv4(ip) ? first >= 224 && first < 240 : first === 0xff;
  return isMulticast ? "multicast" : null;
}

/**
 * Returns why no client connects to `ip`, as the rest of a sentence; null for every other address.
 * What is bound to such an address serves no request.
 */
export function unservedReason(ip: Ip): string | null {
  if (isWildcard(ip)) return "stands for every address, and no client connects to it";
  const kind = unreachableKind(ip);
  return kind === null ? null : `is a ${kind} address, to which no client connects`;
}

/** Returns the zone of a link-local address; "" if it has none. */
export function zoneOf(ip: Ip): string {
  const percent = ip.indexOf("%");
  return percent < 0 ? "" : ip.slice(percent + 1);
}

export function withoutZone(ip: Ip): Ip {
  const percent = ip.indexOf("%");
  return percent < 0 ? ip : ip.slice(0, percent) as Ip;
}

/** Returns a link-local address on the interface `zone`; any other address as it is. */
export function withZone(ip: Ip, zone: string): Ip {
  return zone !== "" && isLinkLocal(ip) ? `${withoutZone(ip)}%${zone}` as Ip : ip;
}

const MAPPED_PREFIX: Bytes = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

function parseIpv4(text: string): Ip | null {
  return ipv4Value(text) < 0 ? null : text as Ip;
}

function parseIpv6(text: string): Ip | null {
  const percent = text.indexOf("%");
  const bytes = bytesOfIpv6(percent < 0 ? text : text.slice(0, percent));
  if (bytes === null) return null;
  const ip = ipOfBytes(bytes);
  if (percent < 0) return ip;
  const zone = text.slice(percent + 1);
  if (!isLinkLocal(ip) || zone.length > ZONE_MAX || !ZONE.test(zone)) return null;
  return withZone(ip, zone);
}

/** Returns the 16 bytes of the forms of RFC 4291, section 2.2; null if `text` is none of them. */
function bytesOfIpv6(text: string): Bytes | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [left, right] = halves.map((half, i) => groupBytes(half, i === halves.length - 1));
  if (left === null || left === undefined || right === null) return null;
  if (right === undefined) return left.length === 16 ? left : null;
  const zeros = 16 - left.length - right.length;
  return zeros < 2 ? null : [...left, ...Array<number>(zeros).fill(0), ...right];
}

/** Returns the bytes of groups separated by colons; only the last half may end in dotted decimal. */
function groupBytes(half: string, isLast: boolean): number[] | null {
  if (half === "") return [];
  const groups = half.split(":");
  const bytes: number[] = [];
  for (const [i, group] of groups.entries()) {
    if (isLast && i === groups.length - 1 && group.includes(".")) {
      if (ipv4Value(group) < 0) return null;
      bytes.push(...ipBytes(group as Ip));
    } else {
      if (!IPV6_GROUP.test(group)) return null;
      const value = parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
}

/** Returns the text of RFC 5952: the first of the longest runs of zero groups becomes `::`. */
function textOfIpv6(bytes: Bytes): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes[2 * i]! * 256 + bytes[2 * i + 1]!);
  let [start, length] = [0, 1]; // a single zero group is not replaced
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && groups[to] === 0) to++;
    if (to - from > length) [start, length] = [from, to - from];
  }
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}
