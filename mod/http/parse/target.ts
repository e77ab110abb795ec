/**
 * The request target (RFC 9112 3.2): which form it has, and the path that a site may use.
 *
 * The path is percent-decoded once and must then be UTF-8 without control characters; dot segments
 * are removed after that, so `%2e%2e`, `%2f` and `..` all mean the same here as they do further on.
 * `%2f` is a slash, as HTTP.sys has it. A path that climbs above the root is refused, and so is a
 * backslash, plain or escaped, because on Windows it separates folders.
 *
 * The query is not decoded: what it means is the site's business.
 *
 * @module
 */
import type { RefusalReason } from "../../base/exchange.ts";
import {
  BYTE_CLASS,
  COLON,
  HEX_VALUE,
  PATH,
  PERCENT,
  QUERY,
  QUESTION,
  SLASH,
} from "../../wire/byte_class.ts";
import { hostOf } from "./host_field.ts";
import { equalsIgnoringCase, latin1 } from "../../wire/byte_text.ts";

/** Sizes that a path is held to, from the settings of the same names; 0 is unlimited. */
export interface PathLimits {
  readonly UrlSegmentMaxLength: number;
  readonly UrlSegmentMaxCount: number;
}

/** A target that was understood. */
export interface Target {
  /** Decoded, without dot segments, begins with "/"; "*" for the server as a whole. */
  readonly path: string;
  /** Path as sent; "/" where an absolute target had none. */
  readonly rawPath: string;
  readonly query: string | null;
  /** Host of an absolute target, which goes before the Host field; null for the other forms. */
  readonly host: string | null;
  /** Scheme of an absolute target; null for the other forms. */
  readonly scheme: "http" | "https" | null;
}

const ASTERISK = 0x2a;
const BACKSLASH = 0x5c;
const DOT = 0x2e;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Understands `bytes[start..end)`, the target of a request with `method`. */
export function targetOf(
  bytes: Uint8Array,
  start: number,
  end: number,
  method: string,
  limits: PathLimits,
): Target | RefusalReason {
  const first = bytes[start];
  if (first === SLASH) return originOf(bytes, start, end, null, null, limits);
  if (first === ASTERISK && end - start === 1 && method === "OPTIONS") return SERVER_TARGET;
  return absoluteOf(bytes, start, end, method, limits);
}

const SERVER_TARGET: Target = { path: "*", rawPath: "*", query: null, host: null, scheme: null };

/** True for the authority form of CONNECT: a host and a port that is not left out. */
export function isAuthority(bytes: Uint8Array, start: number, end: number): boolean {
  const last = bytes[end - 1]!;
  return hostOf(bytes, start, end) !== null && last >= 0x30 && last <= 0x39 &&
    bytes.subarray(start, end).lastIndexOf(COLON) > 0;
}

function absoluteOf(
  bytes: Uint8Array,
  start: number,
  end: number,
  method: string,
  limits: PathLimits,
): Target | RefusalReason {
  const isHttp = equalsIgnoringCase(bytes, start, Math.min(start + 7, end), "http://");
  const isHttps = equalsIgnoringCase(bytes, start, Math.min(start + 8, end), "https://");
  if (!isHttp && !isHttps) return "URL";
  const scheme = isHttp ? "http" : "https";
  const from = start + scheme.length + 3;
  let to = from;
  while (to < end && bytes[to] !== SLASH && bytes[to] !== QUESTION) to++;
  const host = hostOf(bytes, from, to); // refuses user information and fragments with it
  if (host === null) return "URL";
  if (to === end && method === "OPTIONS") return { ...SERVER_TARGET, host, scheme };
  return originOf(bytes, to, end, host, scheme, limits);
}

function originOf(
  bytes: Uint8Array,
  start: number,
  end: number,
  host: string | null,
  scheme: "http" | "https" | null,
  limits: PathLimits,
): Target | RefusalReason {
  let pathEnd = start;
  let isPlain = true;
  for (; pathEnd < end && (BYTE_CLASS[bytes[pathEnd]!]! & PATH) !== 0; pathEnd++) {
    const c = bytes[pathEnd]!;
    if (c === PERCENT || (c === DOT && bytes[pathEnd - 1] === SLASH)) isPlain = false;
  }
  if (pathEnd < end && bytes[pathEnd] !== QUESTION) return "URL";
  for (let p = pathEnd + 1; p < end; p++) {
    if ((BYTE_CLASS[bytes[p]!]! & QUERY) === 0) return "URL";
  }
  const query = pathEnd < end ? latin1(bytes, pathEnd + 1, end) : null;
  const rawPath = pathEnd === start ? "/" : latin1(bytes, start, pathEnd);
  const path = isPlain ? rawPath : decodedPath(bytes, start, pathEnd);
  if (path === null || !fits(path, limits)) return "URL";
  return { path, rawPath, query, host, scheme };
}

/** Decodes once, then removes dot segments; null for a path that is not sound. */
function decodedPath(bytes: Uint8Array, start: number, end: number): string | null {
  const decoded = new Uint8Array(end - start);
  let length = 0;
  for (let p = start; p < end; p++) {
    let c = bytes[p]!;
    if (c === PERCENT) {
      const high = p + 2 < end ? HEX_VALUE[bytes[p + 1]!]! : 255;
      const low = p + 2 < end ? HEX_VALUE[bytes[p + 2]!]! : 255;
      if (high === 255 || low === 255) return null;
      c = high * 16 + low;
      if (c < 0x20 || c === 0x7f || c === BACKSLASH) return null;
      p += 2;
    }
    decoded[length++] = c;
  }
  let text: string;
  try {
    text = utf8.decode(decoded.subarray(0, length));
  } catch {
    return null; // not UTF-8, overlong forms among it
  }
  return /[\u0080-\u009f]/.test(text) ? null : withoutDotSegments(text);
}

/** RFC 3986 5.2.4, but a path that would leave the root is refused instead of cut. */
function withoutDotSegments(path: string): string | null {
  const kept: string[] = [];
  const segments = path.split("/");
  for (let i = 1; i < segments.length; i++) {
    const segment = segments[i]!;
    const isLast = i === segments.length - 1;
    if (segment === "..") {
      if (kept.length === 0) return null;
      kept.pop();
      if (isLast) kept.push("");
    } else if (segment === ".") {
      if (isLast) kept.push("");
    } else {
      kept.push(segment);
    }
  }
  return `/${kept.join("/")}`;
}

function fits(path: string, limits: PathLimits): boolean {
  const longest = limits.UrlSegmentMaxLength === 0 ? Infinity : limits.UrlSegmentMaxLength;
  const most = limits.UrlSegmentMaxCount === 0 ? Infinity : limits.UrlSegmentMaxCount;
  let count = 0;
  let segmentStart = 1;
  for (let i = 1; i <= path.length; i++) {
    if (i < path.length && path.charCodeAt(i) !== SLASH) continue;
    if (i - segmentStart > longest || ++count > most) return false;
    segmentStart = i + 1;
  }
  return true;
}
