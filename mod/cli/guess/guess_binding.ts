/**
 * Bindings of which only a part is typed: an address, a port, a host name or a URL. Pure.
 *
 * @module
 */
import {
  formatEndpoint,
  type Ip,
  isWildcard,
  parseIp,
  parsePort,
  unservedReason,
} from "../../base/address.ts";
import { isHostPattern } from "../../base/host_name.ts";
import { isProblem } from "../../base/problem.ts";
import { formatBinding, parseBinding } from "../../config/document/binding.ts";

/** A flag with its value: `--bind :80:`. */
export interface BindingFlag {
  readonly flag: "bind" | "bind-tls";
  readonly value: string;
}

/** The bindings that a value may mean; one if it is clear. */
type Bindings = readonly [BindingFlag, ...BindingFlag[]];

/**
 * Returns what `value` of the flag may mean; null if it is a binding, or nothing that could be one.
 * `addressesOf` returns the addresses of an interface.
 */
export function guessBinding(
  { flag, value }: BindingFlag,
  addressesOf: (name: string) => readonly Ip[],
): Bindings | null {
  if (!isProblem(parseBinding(value))) return null;
  const url = /^(https?):\/\/([^/]+)\/?$/i.exec(value);
  if (url !== null) {
    const own = url[1]!.toLowerCase() === "https" ? "bind-tls" : "bind";
    const inner = guessBinding({ flag: own, value: url[2]! }, addressesOf);
    return inner ?? (isProblem(parseBinding(url[2]!)) ? null : [binding(own, url[2]!)]);
  }
  const port = flag === "bind-tls" ? 443 : 80;
  const texts = parsePort(value) !== null
    ? [`:${value}:`]
    : addressBindings(value, port) ?? hostBindings(value, port, addressesOf);
  const [first, ...others] = texts.map((text) => binding(flag, text));
  return first === undefined ? null : [first, ...others];
}

/** Returns the address that `text` is, in brackets or not; null for other text. */
export function typedIp(text: string): Ip | null {
  return parseIp(text.replace(/^\[(.*)\]$/, "$1"));
}

/** Reports whether `text` stands for every address, in a URL prefix or a list of addresses. */
function isAny(text: string): boolean {
  const ip = typedIp(text);
  return text === "*" || (ip !== null && isWildcard(ip));
}

/** Returns the bindings of an address; null for other text. */
function addressBindings(text: string, port: number): string[] | null {
  const [, any = "", behind = ""] = /^(\[[^\]]*\]|[0-9.]+|::)(:[0-9]+(?::[^:]*)?)$/.exec(text) ??
    [];
  if (any !== "" && isAny(any)) return [behind.replace(/^:[0-9]+$/, "$&:")];
  if (isAny(text)) return [`:${port}:`];
  const ip = typedIp(text);
  if (ip === null || unservedReason(ip) !== null) return null;
  return [...joinedEndpoint(text), formatEndpoint({ ip, port })].map((one) => `${one}:`);
}

/**
 * Returns `[IP]:PORT` for an IPv6 address whose last group may have been meant as a port; none for
 * other text.
 */
export function joinedEndpoint(text: string): string[] {
  const [, before = "", digits = ""] = /^([^[\]]*):([0-9]{2,5})$/.exec(text) ?? [];
  const [ip, port] = [parseIp(before), parsePort(digits)];
  return ip === null || port === null || !before.includes(":")
    ? []
    : [formatEndpoint({ ip, port })];
}

function hostBindings(
  text: string,
  port: number,
  addressesOf: (name: string) => readonly Ip[],
): string[] {
  const [, host = text, digits = String(port)] = /^([^:]+):([0-9]+):?$/.exec(text) ?? [];
  const name = host.toLowerCase();
  if (!isName(name) || parsePort(digits) === null) return [];
  const named = `:${digits}:${name}`;
  if (name === "localhost") return [`127.0.0.1:${digits}:`, named];
  const own = addressesOf(host);
  // A word without a dot or a port may be anything: a typing error must not become a host name.
  if (own.length === 0) return /[.:]/.test(text) ? [named] : [];
  return own.map((ip) => `${formatEndpoint({ ip, port: Number(digits) })}:`);
}

/** Reports whether `text` is a host name or a wildcard, and not an address with a mistake in it. */
export function isName(text: string): boolean {
  return isHostPattern(text) && !/^[0-9]+$/.test(text.split(".").at(-1)!);
}

function binding(flag: BindingFlag["flag"], text: string): BindingFlag {
  const parsed = parseBinding(text);
  return { flag, value: isProblem(parsed) ? text : formatBinding(parsed) };
}
