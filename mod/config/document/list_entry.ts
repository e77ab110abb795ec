/**
 * One entry of the IP inclusion list: parsing, and the one canonical text. Pure.
 *
 * What an entry matches is decided in `inclusion.ts`.
 *
 * @module
 */
import ipaddr from "ipaddr.js";
import { ANY_V4, ANY_V6, type Ip, isIpv4, parseIp } from "../../base/address.ts";
import { quote, shellWord } from "../../base/fault.ts";
import { isProblem, Problem } from "../../base/problem.ts";
import { WIN32 } from "../../base/win32.ts";

/** What an entry names. */
export type EntryTarget =
  | { readonly kind: "address"; readonly ip: Ip }
  | { readonly kind: "block"; readonly family: 4 | 6; readonly bytes: Bytes; readonly bits: number }
  | { readonly kind: "any"; readonly family: 4 | 6 }
  | { readonly kind: "interface"; readonly name: string };

/** The bytes of an address, the most significant first. */
export type Bytes = readonly number[];

/** One entry of the list. */
export interface ListEntry {
  /** Canonical text, as stored. Equal entries have equal texts. */
  readonly text: string;
  /** True for `!…`: what the entry matches is excluded. */
  readonly excludes: boolean;
  readonly target: EntryTarget;
}

/** The longest text worth parsing: `!`, an IPv6 block, or an interface name of Windows. */
const ENTRY_TEXT_MAX = 68;
/** Begins with a letter, so that no mistyped address can pass for a name. */
const INTERFACE_NAME = /^\p{L}[\p{L}\p{N} ._()@#-]{0,62}$/u;
const BLOCK = /^([^/]*)\/([^/]*)$/;
const PREFIX_BITS = /^(?:0|[1-9][0-9]{0,2})$/;

/**
 * Parses an entry.
 *
 * If `interfaces` is given (the names on this machine), a name that is not among them is a problem:
 * a typo in an address must not become an interface that never appears. A block with host bits set
 * (`10.0.0.5/24`, as `ip address` prints it) is rejected and not rounded down: whether one address
 * or 256 were meant decides who can connect, so the author has to say.
 */
export function parseEntry(
  text: string,
  interfaces?: readonly string[],
): ListEntry | Problem {
  if (text === "") {
    return problem("the entry is empty", "give an address such as 10.0.0.5");
  }
  if (text.length > ENTRY_TEXT_MAX) {
    return problem(`longer than ${ENTRY_TEXT_MAX} characters`, FORMS);
  }
  const excludes = text.startsWith("!");
  const target = parseTarget(excludes ? text.slice(1) : text, interfaces);
  if (isProblem(target)) return target;
  return { text: `${excludes ? "!" : ""}${targetText(target)}`, excludes, target };
}

/** Parses the stored list. Throws on a text that the checks of the document would have rejected. */
export function parseList(texts: readonly string[]): ListEntry[] {
  return texts.map((text) => {
    const entry = parseEntry(text);
    if (isProblem(entry)) throw new Error(`Unchecked entry ${quote(text)}: ${entry.reason}`);
    return entry;
  });
}

const FORMS =
  "give an address, a block such as 10.0.0.0/8 or an interface name, optionally preceded by !";

function parseTarget(
  text: string,
  interfaces: readonly string[] | undefined,
): EntryTarget | Problem {
  if (text.includes("/")) return parseBlock(text);
  const ip = parseIp(text);
  if (ip === ANY_V4) return { kind: "any", family: 4 };
  if (ip === ANY_V6) return { kind: "any", family: 6 };
  if (ip !== null) return { kind: "address", ip };
  if (!INTERFACE_NAME.test(text) || text.endsWith(" ")) return notAnAddress(text);
  if (interfaces !== undefined && !interfaces.includes(text)) {
    return problem(
      "not an address, a block or an interface of this machine",
      `interfaces on this machine: ${interfaces.map(quote).join(", ") || "none"}; for one that ` +
        `does not exist yet: httpcfg set iplisten --later -i ${shellWord(text)}`,
    );
  }
  return { kind: "interface", name: text };
}

function parseBlock(text: string): EntryTarget | Problem {
  const [, base = "", prefix = ""] = BLOCK.exec(text) ?? [];
  const ip = parseIp(base);
  if (ip === null || ip.includes("%") || !PREFIX_BITS.test(prefix)) {
    return problem("not a block of addresses", "write a block as 10.0.0.0/8 or fd00::/8");
  }
  const family = isIpv4(ip) ? 4 : 6;
  const bits = Number(prefix);
  const bitsMax = family === 4 ? 32 : 128;
  if (family === 4 && base.includes(":")) {
    return problem("an IPv4 block in IPv6 form", "write it as IPv4, such as 10.0.0.0/8");
  }
  if (bits > bitsMax) {
    return problem(
      `an IPv${family} prefix has at most ${bitsMax} bits`,
      `for this address alone, give ${ip}`,
    );
  }
  const bytes = ipaddr.parse(ip).toByteArray();
  const network = bytes.map((byte, i) => byte & networkMask(bits - 8 * i));
  if (network.some((byte, i) => byte !== bytes[i])) {
    const block = `${ipaddr.fromByteArray(network).toString()}/${bits}`;
    return problem(
      `the address has bits set beyond its ${bits}-bit prefix`,
      `for the whole block, give ${block}; for this address alone, give ${ip}`,
    );
  }
  if (bits === bitsMax) return { kind: "address", ip };
  if (bits === 0) return { kind: "any", family };
  return { kind: "block", family, bytes, bits };
}

/** Returns an 8-bit mask with `bits` leading bits set; `bits` is clamped to 0 to 8. */
function networkMask(bits: number): number {
  return bits >= 8 ? 0xff : bits <= 0 ? 0 : (0xff << (8 - bits)) & 0xff;
}

/** Returns the canonical text of a target, the form that is stored and compared. */
export function targetText(target: EntryTarget): string {
  switch (target.kind) {
    case "address":
      return target.ip;
    case "any":
      return target.family === 4 ? ANY_V4 : ANY_V6;
    case "interface":
      return target.name;
    case "block": {
      const base = ipaddr.fromByteArray([...target.bytes]);
      const text = base instanceof ipaddr.IPv6 ? base.toRFC5952String() : base.toString();
      return `${text}/${target.bits}`;
    }
  }
}

const WITH_PORT = /^(?:[0-9.]+:[0-9]+|\[.*\](?::[0-9]+)?)$/;
const LEADING_ZERO = /^[0-9.]*(?:^|\.)0[0-9][0-9.]*$/;

/** Explains the most common mistakes; for all others the hint lists the forms of an entry. */
function notAnAddress(text: string): Problem {
  if (WITH_PORT.test(text)) {
    const bare = text.replace(/:[0-9]+$/, "").replace(/^\[|\]$/g, "");
    const isAddress = parseIp(bare) !== null;
    return problem(
      "an entry has no port and no brackets, because the list applies to every port",
      isAddress ? `give ${bare}` : FORMS,
    );
  }
  if (text.startsWith("!")) return problem("more than one exclamation mark", FORMS);
  if (LEADING_ZERO.test(text)) {
    return problem(
      "a part of the address has a leading zero, which some programs interpret as octal",
      "write the parts without leading zeros",
    );
  }
  return problem("not an IP address", FORMS);
}

function problem(reason: string, hint: string): Problem {
  return new Problem(reason, { hint, code: WIN32.WSAEINVAL });
}
