/**
 * Why a text is no entry of the list, and what to type instead: the spellings that people bring
 * from other programs. Pure.
 *
 * @module
 */
import {
  type Bytes,
  type Ip,
  ipBytes,
  ipOfBytes,
  isIpv4,
  parseIp,
  unreachableKind,
} from "../../base/address.ts";
import { shellWord } from "../../base/fault.ts";

/** The forms of an entry, for a hint that can say nothing better. */
export const ENTRY_FORMS =
  "give an address, a block such as 10.0.0.0/8 or an interface name, optionally preceded by !";

/** The form of an address, where what is typed does not say which one is meant. */
const FOUR_PARTS = "give four numbers from 0 to 255, such as 10.0.0.5";

/** Why a text is no entry. */
interface NoEntry {
  /** The end of a sentence. */
  readonly reason: string;
  readonly hint: string;
}

/** Explains a spelling; null if it is another one. `text` has no `!`; `sign` is `!` or "". */
type Explanation = (text: string, sign: string) => NoEntry | null;

/** Returns why `text` is no entry; null if it is like no spelling that is known. */
export function explainSpelling(text: string): NoEntry | null {
  if (/\p{C}/u.test(text.trim())) return null; // no spelling has any, and no hint shows them
  const sign = text.startsWith("!") ? "!" : "";
  const rest = text.slice(sign.length);
  for (const explain of EXPLANATIONS) {
    const found = explain(rest, sign);
    if (found !== null) return found;
  }
  return null;
}

/** The first that fits decides. */
const EXPLANATIONS: readonly Explanation[] = [
  spaced,
  nothingExcluded,
  quoted,
  url,
  withPort,
  negated,
  range,
  netmask,
  misspelled,
  braced,
  several,
  everyAddress,
  starred,
  partial,
  localhost,
  linkLayer,
  label,
  zonedBlock,
  suffixed,
  badBlock,
  badNumbers,
  hostName,
];

/** Returns the command that adds the entries; the forms of one if they would be refused too. */
function add(sign: string, ...entries: readonly string[]): string {
  if (entries.some(isUnreachable)) return ENTRY_FORMS;
  return `httpcfg set iplisten ${
    entries.map((entry) => `-i ${shellWord(`${sign}${entry}`)}`).join(" ")
  }`;
}

function isUnreachable(entry: string): boolean {
  const ip = parseIp(entry.replace(/^!|\/.*$/g, ""));
  return ip !== null && unreachableKind(ip) !== null;
}

function spaced(text: string, sign: string): NoEntry | null {
  const trimmed = text.trim();
  if (trimmed === text || trimmed === "") return null;
  return { reason: "the word begins or ends with a space", hint: add(sign, trimmed) };
}

function nothingExcluded(text: string, sign: string): NoEntry | null {
  if (sign !== "" && text === "") {
    return { reason: "nothing follows the exclamation mark", hint: add("!", "10.0.0.5") };
  }
  if (!text.startsWith("!")) return null;
  const bare = text.replace(/^!+/, "");
  return { reason: "more than one exclamation mark", hint: add("!", bare) };
}

function quoted(text: string, sign: string): NoEntry | null {
  const [, inner] = /^["'“‘«](.*)["'”’»]$/u.exec(text) ?? [];
  return inner === undefined || inner === ""
    ? null
    : { reason: "the quotes are part of the word", hint: add(sign, inner) };
}

function url(text: string, sign: string): NoEntry | null {
  const [, host] = /^[a-z]+:\/\/(\[[^\]]*\]|[^/:]*)/i.exec(text) ?? [];
  const ip = host === undefined ? null : parseIp(host.replace(/^\[|\]$/g, ""));
  if (host === undefined) return null;
  const reason = "a URL; the list holds addresses, and applies to every port";
  return { reason, hint: ip === null ? ENTRY_FORMS : add(sign, ip) };
}

function withPort(text: string, sign: string): NoEntry | null {
  if (!/^(?:[0-9.]+:[0-9*]+|\[.*\](?::[0-9*]+)?)$/.test(text)) return null;
  const ip = parseIp(text.replace(/^\[(.*)\](?::[0-9*]+)?$|:[0-9*]+$/, "$1"));
  return {
    reason: "an entry has no port and no brackets, because the list applies to every port",
    hint: ip === null ? ENTRY_FORMS : add(sign, ip),
  };
}

function several(text: string, sign: string): NoEntry | null {
  const isSeparated = /[,;|]/.test(text);
  const parts = text.split(/[,;|\s]+/).filter((part) => !/^(?:|and|or|,)$/i.test(part));
  if (parts.length < 2 && !isSeparated) return null;
  // What is a name with spaces, and not a list of addresses, is explained by others.
  const isAddress = (part: string): boolean => parseIp(part.replace(/^!|\/.*$/g, "")) !== null;
  if (!isSeparated && !parts.some((part) => part.startsWith("!") || isAddress(part))) return null;
  const reason = "several entries in one word; each has an -i of its own";
  const entries = parts.map((part) => part.startsWith("!") ? part : `${sign}${part}`);
  return { reason, hint: parts.length === 0 ? ENTRY_FORMS : add("", ...entries) };
}

/** `10.0.0.0 /24`, and `10,0,0,5` from a keyboard whose decimal sign is a comma. */
function misspelled(text: string, sign: string): NoEntry | null {
  const [, base, bits] = /^(\S+)\s*\/\s*([0-9]+)$/.exec(text) ?? [];
  if (base !== undefined && /\s/.test(text)) {
    return { reason: "a block has no space in it", hint: add(sign, `${base}/${bits}`) };
  }
  const ip = /^[0-9]+(?:,[0-9]+){3}$/.test(text) ? parseIp(text.replaceAll(",", ".")) : null;
  if (ip === null) return null;
  return { reason: "the parts of an address are separated by full stops", hint: add(sign, ip) };
}

/** `v{0,1}`, which a shell expands only if no quotes keep it from that. */
function braced(text: string, sign: string): NoEntry | null {
  const [, before = "", inner, after = ""] = /^([^{}]*)\{([^{}]+)\}([^{}]*)$/.exec(text) ?? [];
  if (inner === undefined) return null;
  const entries = inner.split(",").map((part) => `${before}${part}${after}`);
  return {
    reason: "braces are for the shell; each entry has an -i of its own",
    hint: add(sign, ...entries),
  };
}

/** Maximum number of blocks that a hint shows for a range. */
const BLOCKS_SHOWN = 64;

function range(text: string, sign: string): NoEntry | null {
  const [, fromText = "", toText = ""] =
    /^([0-9A-Fa-f.:]+)(?: *(?:-|–|\.\.+) *| +to +)([0-9A-Fa-f.:]+)$/u
      .exec(text) ?? [];
  const from = parseIp(fromText);
  if (from === null) return null;
  const to = parseIp(toText) ??
    (isIpv4(from) ? parseIp(from.replace(/[0-9]+$/, toText)) : null);
  const reason = "a range; the list has blocks instead";
  const isBackwards = to === null || ipBytes(to).length !== ipBytes(from).length ||
    numberOf(to) < numberOf(from);
  if (isBackwards) return { reason, hint: ENTRY_FORMS };
  const blocks = blocksOf(from, to);
  return {
    reason,
    hint: blocks.length > BLOCKS_SHOWN ? ENTRY_FORMS : add(sign, ...blocks),
  };
}

/** Returns the fewest blocks that are exactly the addresses `from` to `to`. */
function blocksOf(from: Ip, to: Ip): string[] {
  const bits = 8 * ipBytes(from).length;
  const end = numberOf(to);
  const blocks: string[] = [];
  for (let at = numberOf(from); at <= end;) {
    let free = 0;
    while (free < bits && (at & ((2n << BigInt(free)) - 1n)) === 0n) {
      if (at + (2n << BigInt(free)) - 1n > end) break;
      free++;
    }
    const ip = ipOfBytes(bytesOf(at, bits / 8));
    blocks.push(free === 0 ? ip : `${ip}/${bits - free}`);
    at += 1n << BigInt(free);
  }
  return blocks;
}

function numberOf(ip: Ip): bigint {
  return ipBytes(ip).reduce((value, byte) => value * 256n + BigInt(byte), 0n);
}

function bytesOf(value: bigint, count: number): Bytes {
  return Array.from({ length: count }, (_, i) => {
    return Number((value >> BigInt(8 * (count - 1 - i))) & 0xffn);
  });
}

function netmask(text: string, sign: string): NoEntry | null {
  const [, base = "", mask = ""] = /^([0-9.]+)(?:\/| +(?:netmask +)?)([0-9.]+)$/.exec(text) ?? [];
  const [ip, maskIp] = [parseIp(base), parseIp(mask)];
  if (ip === null || maskIp === null) return null;
  const reason = "a netmask; a block has the number of its prefix bits";
  const value = numberOf(maskIp);
  // A wildcard mask, 0.0.0.255, is the complement.
  const ones = value >> 31n === 1n ? value : value ^ 0xffff_ffffn;
  const bits = ones.toString(2).replace(/0*$/, "");
  if (bits.includes("0")) return text.includes("/") ? { reason, hint: ENTRY_FORMS } : null;
  const network = bytesOf(numberOf(ip) & ones, 4);
  return { reason, hint: add(sign, `${ipOfBytes(network)}/${ones === 0n ? 0 : bits.length}`) };
}

function everyAddress(text: string, sign: string): NoEntry | null {
  if (!/^(?:\*|\+|\*:\*|%|all|any|every|0|\.|-|none|empty)$/i.test(text)) return null;
  return {
    reason: "not an address",
    hint: add(sign, "0.0.0.0", "::"),
  };
}

function starred(text: string, sign: string): NoEntry | null {
  const [, fixed = "", stars = ""] = /^((?:[0-9]+\.)+)((?:[*x]\.?)+)$/i.exec(text) ?? [];
  const numbers = fixed.split(".").filter((part) => part !== "");
  if (stars === "") return null;
  return blockHint(numbers, "a pattern of addresses; the list has blocks instead", sign);
}

function partial(text: string, sign: string): NoEntry | null {
  const [, digits = "", bits] = /^((?:[0-9]{1,3}\.){0,2}[0-9]{1,3})\.?(?:\/([0-9]+))?$/
    .exec(text) ?? [];
  if (digits === "" || (bits === undefined && !text.includes("."))) return null;
  return blockHint(digits.split("."), "an IPv4 address has four parts", sign, bits);
}

/** Returns the hint for the block of all addresses that begin with `numbers`. */
function blockHint(
  numbers: readonly string[],
  reason: string,
  sign: string,
  bits = String(8 * numbers.length),
): NoEntry {
  const ip = parseIp([...numbers, "0", "0", "0"].slice(0, 4).join("."));
  return { reason, hint: ip === null ? ENTRY_FORMS : add(sign, `${ip}/${bits}`) };
}

function localhost(text: string, sign: string): NoEntry | null {
  if (!/^(?:localhost6?|ip6-localhost|loopback)\.?$/i.test(text)) return null;
  return { reason: "a host name", hint: add(sign, "127.0.0.1", "::1") };
}

function linkLayer(text: string, sign: string): NoEntry | null {
  if (!/^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text)) return null;
  const reason = "a link-layer address; the list holds IP addresses and interface names";
  const find = `ip -o link | awk -F': ' 'tolower($0) ~ /${
    text.toLowerCase().replaceAll("-", ":")
  }/ { sub(/@.*/, "", $2); print $2; exit }'`;
  return { reason, hint: `httpcfg set iplisten -i ${sign === "" ? "" : "'!'"}"$(${find})"` };
}

/** `eth0:1`, the label of an address, and `eth0@if3`, as `ip` prints a name and its peer. */
function label(text: string, sign: string): NoEntry | null {
  const [, name] = /^(\p{L}[\p{L}\p{N}._-]*):[0-9]+$/u.exec(text) ?? [];
  if (name === undefined || name.includes(".")) return null;
  return {
    reason: "the label of an address; the list has the interface, or the address",
    hint: add(sign, name),
  };
}

function negated(text: string): NoEntry | null {
  const [, rest] = /^(?:[-~^¬]|(?:not|no|except|exclude)\s+)(\S+)$/iu.exec(text) ?? [];
  if (rest === undefined) return null;
  return { reason: "an exclusion begins with an exclamation mark", hint: add("!", rest) };
}

function zonedBlock(text: string, sign: string): NoEntry | null {
  const [, zone] = /^[0-9a-f:]+(?:\/[0-9]+)?%([^/]+)(?:\/[0-9]+)?$/i.exec(text) ?? [];
  if (zone === undefined) return null;
  const isBlock = text.includes("/");
  return {
    reason: isBlock ? "a block has no zone" : "only a link-local address, fe80::/10, has a zone",
    hint: isBlock ? add(sign, zone) : add(sign, text.replace(/%.*$/, "")),
  };
}

/** `eth0/24`, `eth0/temporary`. */
function suffixed(text: string, sign: string): NoEntry | null {
  const [, name] = /^(\p{L}[\p{L}\p{N}._-]*)\/.*$/u.exec(text) ?? [];
  if (name === undefined) return null;
  return {
    reason: 'after an interface only "/stable" can follow: no temporary or deprecated addresses',
    hint: `${add(sign, name)}\n${add(sign, `${name}/stable`)}`,
  };
}

function badBlock(text: string, sign: string): NoEntry | null {
  if (!text.includes("/")) return null;
  const ip = parseIp(text.replace(/\/.*$/, ""));
  const hint = ip === null ? ENTRY_FORMS : add(sign, ip);
  return { reason: "not a block of addresses, such as 10.0.0.0/8 or fd00::/8", hint };
}

function badNumbers(text: string, sign: string): NoEntry | null {
  if (/^[0-9.]*(?:^|\.)0[0-9][0-9.]*$/.test(text)) {
    const ip = parseIp(text.replace(/(^|\.)0+(?=[0-9])/g, "$1"));
    return {
      reason: "a part of the address has a leading zero, which some programs interpret as octal",
      hint: ip === null ? FOUR_PARTS : add(sign, ip),
    };
  }
  if (/^(?:0x[0-9a-f]+|[0-9]{4,10})$/i.test(text)) {
    const value = Number(text);
    const isAddress = value > 0xffffff && value <= 0xffff_ffff;
    return {
      reason: "a number; the list has addresses in dotted decimal",
      hint: isAddress ? add(sign, ipOfBytes(bytesOf(BigInt(text), 4))) : FOUR_PARTS,
    };
  }
  if (/^[0-9.]+$/.test(text) && !/^[0-9]+(?:\.[0-9]+){3}$/.test(text)) {
    return { reason: "an IPv4 address has four parts", hint: FOUR_PARTS };
  }
  if (!/^[0-9]+(?:\.[0-9]+){3}$/.test(text)) return null;
  return {
    reason: "a part of the address is greater than 255",
    hint: FOUR_PARTS,
  };
}

/** `www.example.com`. One label, `web1`, has the form of an interface name, and is one. */
function hostName(text: string, sign: string): NoEntry | null {
  const [, name] =
    /^([a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]*\.?)(?::[0-9]+)?$/i.exec(text) ??
      [];
  if (name === undefined) return null;
  return {
    reason: "a host name; the list holds addresses, because a name can change without notice",
    hint: `httpcfg set iplisten -i ${sign === "" ? "" : "'!'"}"$(getent ahosts ${
      shellWord(name)
    } | awk '{ print $1; exit }')"`,
  };
}
