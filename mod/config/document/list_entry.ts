/**
 * One entry of the IP inclusion list: parsing, and the one canonical text. Pure.
 *
 * What an entry matches is decided in `listen/list/inclusion.ts`; whether this machine has it, in
 * `listen/list/entry_check.ts`.
 *
 * @module
 */
import {
  ANY_V4,
  ANY_V6,
  type Bytes,
  compareBytes,
  type Ip,
  ipBytes,
  ipOfBytes,
  isIpv4,
  parseEndpoint,
  parseIp,
  unreachableKind,
} from "../../base/address.ts";
import { quote } from "../../base/fault.ts";
import { isProblem, Problem } from "../../base/problem.ts";
import { WIN32 } from "../../base/win32.ts";
import { ENTRY_FORMS, explainSpelling } from "./no_entry.ts";

/** What an entry names. */
export type EntryTarget =
  | { readonly kind: "address"; readonly ip: Ip }
  | { readonly kind: "block"; readonly family: 4 | 6; readonly bytes: Bytes; readonly bits: number }
  | { readonly kind: "any"; readonly family: 4 | 6 }
  | InterfaceTarget;

/** The addresses of the interfaces of a name, or of every name that a pattern matches. */
export interface InterfaceTarget {
  readonly kind: "interface";
  /** With `*`, `?` or `[…]` it is a pattern. */
  readonly name: string;
  /** True for `NAME/stable`: without temporary and deprecated IPv6 addresses. */
  readonly isStable: boolean;
}

/** One entry of the list. */
export interface ListEntry {
  /** Canonical text, as stored. Equal entries have equal texts. */
  readonly text: string;
  /** True for `!…`: what the entry matches is excluded. */
  readonly excludes: boolean;
  readonly target: EntryTarget;
}

/** The longest text worth parsing: `!`, and a link-local address with its zone. */
const ENTRY_TEXT_MAX = 180;
/**
 * Begins with a letter, so that no mistyped address can pass for a name, or is as `6in4-wan`; a
 * pattern may also begin with what stands for any text.
 */
const INTERFACE_NAME = /^[\p{L}_*?[][\p{L}\p{N} ._()@#+*?[\]!^-]{0,127}$/u;
const NUMBERED_NAME = /^[0-9]+(?!x)[\p{L}_-][\p{L}\p{N}_*?-]{0,125}$/u;
const PATTERN = /[*?[]/;
/** A pattern that fits every name, or nothing but digits and dots, was meant for addresses. */
const NAMES_SOMETHING = /\p{L}|[-_@#]/u;
const STABLE = "/stable";
const BLOCK = /^([^/]*)\/([^/]*)$/;
const PREFIX_BITS = /^(?:0|[1-9][0-9]{0,2})$/;

/**
 * Parses an entry. A block with host bits set (`10.0.0.5/24`, as `ip address` prints it) is rejected
 * and not rounded down: whether one address or 256 were meant decides who can connect, so the author
 * has to say.
 */
export function parseEntry(text: string): ListEntry | Problem {
  if (text === "") {
    return problem("the entry is empty", "give an address such as 10.0.0.5");
  }
  if (text.length > ENTRY_TEXT_MAX) {
    return problem(`longer than ${ENTRY_TEXT_MAX} characters`, ENTRY_FORMS);
  }
  const excludes = text.startsWith("!");
  const target = parseTarget(excludes ? text.slice(1) : text);
  if (target === null) {
    const spelling = explainSpelling(text);
    return problem(spelling?.reason ?? "not an IP address", spelling?.hint ?? ENTRY_FORMS);
  }
  if (isProblem(target)) {
    // What is explained is the target.
    const hint = excludes ? target.hint?.replaceAll(" -i ", " --except ") : target.hint;
    return problem(target.reason, hint ?? ENTRY_FORMS);
  }
  return { text: `${excludes ? "!" : ""}${targetText(target)}`, excludes, target };
}

/** Returns the entry in a text that is one with a port, as `10.0.0.5:80`; null for any other. */
export function entryBeforePort(text: string): string | null {
  const sign = text.startsWith("!") ? "!" : "";
  const endpoint = parseEndpoint(text.slice(sign.length));
  return endpoint === null ? null : `${sign}${endpoint.ip}`;
}

/** Parses the stored list. Throws on a text that the checks of the document would have rejected. */
export function parseList(texts: readonly string[]): ListEntry[] {
  return texts.map(parseStored);
}

/** Parses one entry of the stored list. Throws as {@linkcode parseList} does. */
export function parseStored(text: string): ListEntry {
  const entry = parseEntry(text);
  if (isProblem(entry)) throw new Error(`Unchecked entry ${quote(text)}: ${entry.reason}`);
  return entry;
}

/** Reports whether the target names interfaces by a pattern. */
export function isPattern({ name }: Pick<InterfaceTarget, "name">): boolean {
  return PATTERN.test(name);
}

/** Returns an address, a block or a family as a block. */
export function networkOf(
  target: Exclude<EntryTarget, InterfaceTarget>,
): { readonly bytes: Bytes; readonly bits: number } {
  switch (target.kind) {
    case "block":
      return target;
    case "any":
      return { bytes: ipBytes(target.family === 4 ? ANY_V4 : ANY_V6), bits: 0 };
    case "address": {
      const bytes = ipBytes(target.ip);
      return { bytes, bits: 8 * bytes.length };
    }
  }
}

/** Returns null for a text of no form that is known. */
function parseTarget(text: string): EntryTarget | Problem | null {
  const ip = parseIp(text);
  if (ip === ANY_V4) return { kind: "any", family: 4 };
  if (ip === ANY_V6) return { kind: "any", family: 6 };
  if (ip !== null) return unservable(ip, "address") ?? { kind: "address", ip };
  const isStable = text.endsWith(STABLE);
  const name = isStable ? text.slice(0, -STABLE.length) : text;
  if (!name.includes("/")) return isInterfaceName(name) ? interfaceTarget(name, isStable) : null;
  return parseBlock(text);
}

function interfaceTarget(name: string, isStable: boolean): InterfaceTarget {
  return { kind: "interface", name, isStable };
}

function isInterfaceName(text: string): boolean {
  if (!INTERFACE_NAME.test(text) && !isNumberedName(text) || text.endsWith(" ")) return false;
  return !PATTERN.test(text) ? !/[!^\]]/.test(text) : isWellFormedPattern(text);
}

/** A letter that no number in hexadecimal has keeps what was meant as a number from being a name. */
function isNumberedName(text: string): boolean {
  return NUMBERED_NAME.test(text) && /[g-z]/i.test(text);
}

/** Every `[` is closed, its ranges ascend, and something in the pattern names an interface. */
function isWellFormedPattern(text: string): boolean {
  const sets = text.match(/\[[!^]?[^[\]]+\]/g) ?? [];
  const ranges = sets.flatMap((set) => [...set.slice(1, -1).matchAll(/(.)-(.)/gu)]);
  if (ranges.some(([, from = "", to = ""]) => from > to)) return false;
  const plain = text.replace(/\[[!^]?[^[\]]+\]/g, "");
  return !/[[\]!^]/.test(plain) && NAMES_SOMETHING.test(text) && !/^[0-9.*x]+$/.test(text);
}

function parseBlock(text: string): EntryTarget | Problem | null {
  const [, base = "", prefix = ""] = BLOCK.exec(text) ?? [];
  const ip = parseIp(base);
  if (ip === null || ip.includes("%") || !PREFIX_BITS.test(prefix)) return null;
  const family = isIpv4(ip) ? 4 : 6;
  const bits = Number(prefix);
  const bitsMax = family === 4 ? 32 : 128;
  if (family === 4 && base.includes(":")) {
    const own = base.replace(/^.*:/, "");
    return problem("an IPv4 block in IPv6 form", add(bits < 96 ? own : `${own}/${bits - 96}`));
  }
  if (bits > bitsMax) {
    return problem(
      `an IPv${family} prefix has at most ${bitsMax} bits`,
      add(ip),
    );
  }
  const bytes = ipBytes(ip);
  const network = bytes.map((byte, i) => byte & networkMask(bits - 8 * i));
  if (compareBytes(network, bytes) !== 0) {
    return problem(
      `the address has bits set beyond its ${bits}-bit prefix`,
      `${add(`${ipOfBytes(network)}/${bits}`)}\n${add(ip)}`,
    );
  }
  const refused = bits >= (family === 4 ? 4 : 8) ? unservable(ip, "block") : null;
  if (refused !== null) return refused;
  if (bits === bitsMax) return { kind: "address", ip };
  if (bits === 0) return { kind: "any", family };
  return { kind: "block", family, bytes, bits };
}

/** Returns an 8-bit mask with `bits` leading bits set; `bits` is clamped to 0 to 8. */
function networkMask(bits: number): number {
  return bits >= 8 ? 0xff : bits <= 0 ? 0 : (0xff << (8 - bits)) & 0xff;
}

/** Returns the problem of what no TCP connection can ever reach; null for everything else. */
function unservable(ip: Ip, what: "address" | "block"): Problem | null {
  const kind = unreachableKind(ip);
  if (kind === null) return null;
  return problem(
    kind === "multicast" ? `a multicast ${what}` : "the broadcast address",
    "ip address", // the addresses of interfaces, to which TCP connections go
  );
}

/** Returns the canonical text of a target, the form that is stored and compared. */
export function targetText(target: EntryTarget): string {
  switch (target.kind) {
    case "address":
      return target.ip;
    case "any":
      return target.family === 4 ? ANY_V4 : ANY_V6;
    case "interface":
      return target.isStable ? `${target.name}${STABLE}` : target.name;
    case "block":
      return `${ipOfBytes(target.bytes)}/${target.bits}`;
  }
}

function add(text: string): string {
  return `httpcfg set iplisten -i ${text}`;
}

function problem(reason: string, hint: string): Problem {
  return new Problem(reason, { hint, code: WIN32.WSAEINVAL });
}
