/**
 * What macOS and the BSDs say about their interfaces, as one text: a shell script that prints it, and
 * the parser of its output. Pure.
 *
 * @module
 */
import { type Ip, ipBytes, ipOfBytes, isIpv4, parseIp, withoutZone } from "../../base/address.ts";
import { networkOf } from "./address_table.ts";
import type { Ipv6Flags, Links } from "./machine_addresses.ts";

/** Prints every interface with its addresses. */
export const IFCONFIG_SCRIPT = `\
/sbin/ifconfig -a 2>/dev/null
:`;

const INTERFACE = /^([^\s:]+): flags=/;
const ADDRESS = /^\s+inet6? (\S+)(.*)$/;
const NETMASK = / netmask 0x([0-9a-f]{8})\b.* broadcast ([0-9.]+)/;

/** Parses the output of the script. */
export function parseIfconfig(listing: string): Links {
  const names = new Map<string, readonly string[]>();
  const flags = new Map<string, Ipv6Flags>();
  const broadcasts = new Map<Ip, string>();
  let name = "";
  for (const line of listing.split("\n")) {
    const begun = INTERFACE.exec(line)?.[1];
    if (begun !== undefined) {
      name = begun;
      names.set(name, []);
    }
    const [, address = "", rest = ""] = ADDRESS.exec(line) ?? [];
    const ip = parseIp(address);
    if (ip === null) continue;
    if (!isIpv4(ip)) {
      flags.set(`${withoutZone(ip)} ${name}`, flagsOf(rest));
      continue;
    }
    const [, mask = "", last = ""] = NETMASK.exec(rest) ?? [];
    const broadcast = parseIp(last);
    if (broadcast === null) continue;
    const bits = parseInt(mask, 16).toString(2).replaceAll("0", "").length;
    broadcasts.set(broadcast, `${ipOfBytes(networkOf(ipBytes(ip), bits))}/${bits}`);
  }
  return { names, flags, broadcasts };
}

function flagsOf(text: string): Ipv6Flags {
  const words = new Set(text.split(/\s+/));
  return {
    isUnstable: words.has("temporary") || words.has("deprecated"),
    isTentative: words.has("tentative"),
    isDuplicate: words.has("duplicated"),
  };
}
