/**
 * What trusted proxies say of a request: which client they have it from, and by which URL it came.
 * Pure.
 *
 * - The list of addresses is read from its end, where the nearest proxy writes. The client is the
 *   first address that is not one of a trusted proxy, because everything before it is what that
 *   client said; if all are trusted, it is the first of the list. What is no address ends the walk.
 * - X-Forwarded-For counts, with X-Forwarded-Proto and -Host. Forwarded (RFC 7239) counts only
 *   without it: a proxy that writes the one passes on what a client says in the other.
 * - Of several schemes or hosts the last one counts, which the nearest proxy wrote; in Forwarded,
 *   those that stand beside the client.
 *
 * @module
 */
import { type Endpoint, type Ip, parseIp } from "../../base/address.ts";
import type { RequestOrigin } from "../../base/exchange.ts";
import type { IpBlocks } from "../../base/ip_blocks.ts";
import { parseHost } from "../parse/host_field.ts";
import { readForwarded } from "./forwarded.ts";

/** Addresses of a list that are read, the last ones; no request has passed more proxies. */
const ADDRESSES_MAX = 64;

/** The fields of a request: {@linkcode HttpRequest.header}. */
interface Fields {
  header(lowerCaseName: string): string | null;
}

/** The peers that are believed. */
export class TrustedProxies {
  readonly #blocks: IpBlocks;
  /** The peer that was asked for last: its connection has more requests. */
  #peer: Endpoint | null = null;
  #isTrusted = false;

  constructor(blocks: IpBlocks) {
    this.#blocks = blocks;
  }

  includes(peer: Endpoint): boolean {
    if (peer !== this.#peer) {
      this.#peer = peer;
      this.#isTrusted = this.#blocks.includes(peer.ip);
    }
    return this.#isTrusted;
  }

  /**
   * Returns what the fields of a request from a trusted peer say; null if that is nothing, and
   * `invalid` for a field of which nobody can say what it says.
   */
  originOf(fields: Fields): RequestOrigin | null | "invalid" {
    const list = fields.header("x-forwarded-for");
    const forwarded = list === null ? fields.header("forwarded") : null;
    if (forwarded !== null) return this.#fromForwarded(forwarded);
    const scheme = schemeOf(lastElement(fields.header("x-forwarded-proto")));
    const host = hostOf(lastElement(fields.header("x-forwarded-host")));
    const { route, port } = this.#walk(list === null ? [] : fromTheEnd(list), readAddress);
    return originFrom({ route, port, scheme, host });
  }

  #fromForwarded(text: string): RequestOrigin | null | "invalid" {
    const elements = readForwarded(text);
    if (elements === null) return "invalid";
    const { route, port } = this.#walk(elements.reverse(), (element) => {
      return element.for === null ? null : readAddress(element.for);
    });
    const beside = elements[Math.max(0, route.length - 1)];
    const scheme = schemeOf(beside?.proto ?? null);
    return originFrom({ route, port, scheme, host: hostOf(beside?.host ?? null) });
  }

  /** Returns the addresses up to the client, the client first. */
  #walk<Entry>(
    entries: Iterable<Entry>,
    read: (entry: Entry) => Endpoint | null,
  ): Pick<RequestOrigin, "route" | "port"> {
    const route: Ip[] = [];
    let port = 0;
    for (const entry of entries) {
      const address = read(entry);
      if (address === null || route.length === ADDRESSES_MAX) break;
      route.unshift(address.ip);
      port = address.port;
      if (!this.#blocks.includes(address.ip)) break;
    }
    return { route, port };
  }
}

function originFrom(origin: RequestOrigin): RequestOrigin | null {
  const saysNothing = origin.route.length === 0 && origin.scheme === null && origin.host === null;
  return saysNothing ? null : origin;
}

/** Yields the elements of a list from its end, without the empty ones (RFC 9110 5.6.1). */
function* fromTheEnd(list: string): Generator<string> {
  for (let end = list.length; end >= 0;) {
    const comma = end === 0 ? -1 : list.lastIndexOf(",", end - 1);
    const element = list.slice(comma + 1, end).trim();
    if (element !== "") yield element;
    end = comma;
  }
}

function lastElement(list: string | null): string | null {
  if (list === null) return null;
  for (const element of fromTheEnd(list)) return element;
  return null;
}

/** An address, with a port or without; of IPv6, one with a port is in brackets. */
const WITH_PORT = /^(?:\[([^\]]*:[^\]]*)\]|([0-9.]+))(?::([0-9]{1,5}))?$/;

/** Returns an address of a list; null for anything else. A zone would be that of another machine. */
function readAddress(text: string): Endpoint | null {
  if (text.includes("%")) return null;
  const bare = parseIp(text);
  if (bare !== null) return { ip: bare, port: 0 };
  const [, bracketed, plain, digits = "0"] = WITH_PORT.exec(text) ?? [];
  const ip = parseIp(bracketed ?? plain ?? "");
  const port = Number(digits);
  if (ip === null || port > 65535) return null;
  return { ip, port };
}

function schemeOf(text: string | null): "http" | "https" | null {
  const scheme = text?.toLowerCase();
  return scheme === "http" || scheme === "https" ? scheme : null;
}

/** Returns a host that can be passed on: what a Host field may have. */
function hostOf(text: string | null): string | null {
  if (text === null || text === "") return null;
  const bytes = new TextEncoder().encode(text);
  return parseHost(bytes, 0, bytes.length) === null ? null : text;
}
