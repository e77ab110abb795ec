/**
 * The request target (RFC 9112 3.2): its form, and the path that a site can use.
 *
 * The path is percent-decoded once and must then be UTF-8 without control characters, unless settings
 * of HTTP.sys let it be more. Dot segments are removed after that, so `%2e%2e`, `%2f` and `..` have
 * the same meaning here as everywhere after. `%2f` is a slash, as in HTTP.sys. A path that leads above
 * the root is rejected, and so is a backslash, plain or escaped, because on Windows it separates
 * directories.
 *
 * The query is not decoded: its meaning is up to the site.
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
import { parseHost } from "./host_field.ts";
import { equalsIgnoringCase, latin1 } from "../../wire/byte_text.ts";

/** The limits of a path, from the settings of the same names; 0 is unlimited. */
export interface PathLimits {
  readonly UrlSegmentMaxLength: number;
  readonly UrlSegmentMaxCount: number;
  readonly AllowRestrictedChars: boolean;
  readonly PercentUAllowed: boolean;
  readonly EnableNonUTF8: boolean;
  readonly FavorUTF8: boolean;
}

/** A parsed target. */
export interface Target {
  /** Decoded, without dot segments, begins with "/"; "*" for the server as a whole. */
  readonly path: string;
  /** The path as sent; "/" if an absolute-form target has none. */
  readonly rawPath: string;
  readonly query: string | null;
  /** Host of an absolute-form target, which overrides the Host field; null for the other forms. */
  readonly host: string | null;
  /** Scheme of an absolute-form target; null for the other forms. */
  readonly scheme: "http" | "https" | null;
}

const ASTERISK = 0x2a;
const BACKSLASH = 0x5c;
const DOT = 0x2e;

const LETTER_U = 0x75;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const windows1252 = new TextDecoder("windows-1252");
const encoder = new TextEncoder();

/** Parses `bytes[start..end)`, the target of a request with `method`. */
export function parseTarget(
  bytes: Uint8Array,
  start: number,
  end: number,
  method: string,
  limits: PathLimits,
): Target | RefusalReason {
  const first = bytes[start];
  if (first === SLASH) return parseOriginForm(bytes, start, end, null, null, limits);
  if (first === ASTERISK && end - start === 1 && method === "OPTIONS") return SERVER_TARGET;
  return parseAbsoluteForm(bytes, start, end, method, limits);
}

const SERVER_TARGET: Target = { path: "*", rawPath: "*", query: null, host: null, scheme: null };

/** Reports whether the target has the authority form of CONNECT: a host and a mandatory port. */
export function isAuthority(bytes: Uint8Array, start: number, end: number): boolean {
  const last = bytes[end - 1]!;
  return parseHost(bytes, start, end) !== null && last >= 0x30 && last <= 0x39 &&
    bytes.subarray(start, end).lastIndexOf(COLON) > 0;
}

function parseAbsoluteForm(
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
  const host = parseHost(bytes, from, to); // also rejects user information and fragments
  if (host === null) return "URL";
  if (to === end && method === "OPTIONS") return { ...SERVER_TARGET, host, scheme };
  return parseOriginForm(bytes, to, end, host, scheme, limits);
}

function parseOriginForm(
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
  const path = isPlain ? rawPath : decodePath(bytes, start, pathEnd, limits);
  if (path === null || !isWithinLimits(path, limits)) return "URL";
  return { path, rawPath, query, host, scheme };
}

/** Decodes a path once, then removes dot segments; null if it is invalid. */
function decodePath(
  bytes: Uint8Array,
  start: number,
  end: number,
  settings: PathLimits,
): string | null {
  const decoded = new Uint8Array(end - start);
  let length = 0;
  for (let p = start; p < end; p++) {
    let c = bytes[p]!;
    if (c === PERCENT && settings.PercentUAllowed && (bytes[p + 1]! | 0x20) === LETTER_U) {
      const unit = escapedUnit(bytes, p, end);
      if (unit === null || !isAllowedUnit(unit, settings)) return null;
      length += encoder.encodeInto(String.fromCharCode(unit), decoded.subarray(length)).written;
      p += 5;
      continue;
    }
    if (c === PERCENT) {
      const high = p + 2 < end ? HEX_VALUE[bytes[p + 1]!]! : 255;
      const low = p + 2 < end ? HEX_VALUE[bytes[p + 2]!]! : 255;
      if (high === 255 || low === 255) return null;
      c = high * 16 + low;
      if (c < 0x80 && !isAllowedUnit(c, settings)) return null;
      p += 2;
    }
    decoded[length++] = c;
  }
  const text = decodedText(decoded.subarray(0, length), settings);
  if (text === null) return null;
  const isRestricted = !settings.AllowRestrictedChars && /[\u0080-\u009f]/.test(text);
  return isRestricted ? null : removeDotSegments(text);
}

/** Returns the UTF-16 unit of `%uNNNN` at `at`; null if it is none. */
function escapedUnit(bytes: Uint8Array, at: number, end: number): number | null {
  if (at + 5 >= end) return null;
  let unit = 0;
  for (let p = at + 2; p < at + 6; p++) {
    const digit = HEX_VALUE[bytes[p]!]!;
    if (digit === 255) return null;
    unit = unit * 16 + digit;
  }
  return unit;
}

/** Reports whether an escape may mean this unit: no half of a pair, no separator of Windows. */
function isAllowedUnit(unit: number, { AllowRestrictedChars }: PathLimits): boolean {
  if (unit === 0 || unit === BACKSLASH || (unit >= 0xd800 && unit <= 0xdfff)) return false;
  const isControl = unit < 0x20 || (unit >= 0x7f && unit <= 0x9f);
  return AllowRestrictedChars || !isControl;
}

/** Returns what bytes mean; null if they mean nothing. */
function decodedText(bytes: Uint8Array, { EnableNonUTF8, FavorUTF8 }: PathLimits): string | null {
  if (EnableNonUTF8 && !FavorUTF8) return windows1252.decode(bytes);
  try {
    return utf8.decode(bytes);
  } catch {
    return EnableNonUTF8 ? windows1252.decode(bytes) : null; // overlong forms are not UTF-8 either
  }
}

/** RFC 3986 5.2.4, but a path that would lead above the root is rejected instead of shortened. */
function removeDotSegments(path: string): string | null {
  const output: string[] = [];
  const segments = path.split("/");
  for (let i = 1; i < segments.length; i++) {
    const segment = segments[i]!;
    const isLast = i === segments.length - 1;
    if (segment === "..") {
      if (output.length === 0) return null;
      output.pop();
      if (isLast) output.push("");
    } else if (segment === ".") {
      if (isLast) output.push("");
    } else {
      output.push(segment);
    }
  }
  return `/${output.join("/")}`;
}

function isWithinLimits(path: string, limits: PathLimits): boolean {
  const lengthMax = limits.UrlSegmentMaxLength === 0 ? Infinity : limits.UrlSegmentMaxLength;
  const countMax = limits.UrlSegmentMaxCount === 0 ? Infinity : limits.UrlSegmentMaxCount;
  let count = 0;
  let segmentStart = 1;
  for (let i = 1; i <= path.length; i++) {
    if (i < path.length && path.charCodeAt(i) !== SLASH) continue;
    if (i - segmentStart > lengthMax || ++count > countMax) return false;
    segmentStart = i + 1;
  }
  return true;
}
