/**
 * What was probably meant by a value that cannot be used: for the hint, which people read before they
 * type it. Pure.
 *
 * @module
 */
import { type Ip, parseIp, unservedReason, urlHost } from "../../base/address.ts";
import { isHostPattern, nearestWildcard } from "../../base/host_name.ts";

/** Returns a number from `min` to `max`: what `text` says, as far as it can be had; else `usual`. */
export function nearestNumber(
  text: string,
  { min, max, usual }: { readonly min: number; readonly max: number; readonly usual: number },
): string {
  const [, digits, unit = ""] =
    /^\s*([+-]?[0-9][0-9_,]*)(?:\.[0-9]+)?\s*([a-z]*)\s*$/i.exec(text) ??
      [];
  const factor = UNITS[unit.toLowerCase()];
  if (digits === undefined || factor === undefined) return String(usual);
  const value = Number(digits.replace(/[_,]/g, "")) * factor;
  return value < min ? String(usual) : String(Math.min(max, value));
}

/** What people write after a number of bytes or seconds. */
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1024,
  kb: 1024,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
  s: 1,
  sec: 1,
  min: 60,
  h: 3600,
  d: 86_400,
};

/**
 * Returns a binding, `IP:Port:Host`, for a text that is none; `port` is used where it has no port
 * that can be one.
 */
export function nearestBinding(text: string, port: number): string {
  const bare = text.trim().replace(/^([a-z]+):\/\//i, "").replace(/\/.*$/, "");
  const whole = parseIp(bare);
  if (whole !== null) return `${boundHost(whole)}:${port}:`;
  const { host, rest } = splitHost(bare);
  const [portText = "", name = ""] = rest.split(":");
  const digits = /^0*([0-9]+)$/.exec(portText)?.[1] ?? "";
  const number = Number(digits) >= 1 && Number(digits) <= 65535 ? Number(digits) : port;
  const ip = parseIp(host);
  const named = hostOf(name) || (ip === null ? hostOf(host) : "");
  return `${boundHost(ip)}:${number}:${named}`;
}

/** Returns the address of a binding; "" for none, and for one that no binding is to. */
function boundHost(ip: Ip | null): string {
  return ip === null || unservedReason(ip) !== null ? "" : urlHost(ip);
}

/** Splits off an address, in brackets or not, or a name, from the port and the host behind it. */
function splitHost(text: string): { readonly host: string; readonly rest: string } {
  const [, bracketed, behind] = /^\[([^\]]*)\]:?(.*)$/.exec(text) ?? [];
  if (bracketed !== undefined) return { host: bracketed, rest: behind ?? "" };
  const [, ip = "", fields = ""] = /^(.*):([0-9]+:[^:]*)$/.exec(text) ?? [];
  if (ip.includes(":") && parseIp(ip) !== null) return { host: ip, rest: fields };
  // An IPv6 address without brackets: as much of it as is one.
  const parts = text.split(":");
  for (let end = parts.length - 1; end > 1; end--) {
    const host = parts.slice(0, end).join(":");
    if (host.includes("::") && parseIp(host) !== null) {
      return { host, rest: parts.slice(end).join(":") };
    }
  }
  const [host = "", ...rest] = parts;
  return { host, rest: rest.join(":") };
}

function hostOf(text: string): string {
  const lower = text.toLowerCase().replaceAll("_", "-").replace(/\.$/, "");
  const name = nearestWildcard(lower);
  return /[a-z]/.test(name) && isHostPattern(name) ? name : "";
}
