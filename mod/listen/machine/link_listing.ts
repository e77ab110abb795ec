/**
 * What Linux says about its interfaces, as one text: a shell script that prints it, and the parser
 * of its output. Pure.
 *
 * Deno reports neither the alternative names of an interface nor the flags of an address, and does
 * not let the built program read `/proc`; see `proc_listing.ts`.
 *
 * @module
 */
import { type Ip, ipBytes, ipOfBytes, parseIp } from "../../base/address.ts";
import { networkOf } from "./address_table.ts";
import type { Ipv6Flags, Links } from "./machine_addresses.ts";

/**
 * Prints the kernel's table of IPv6 addresses, and one line for each interface and IPv4 address.
 * Needs `ip`.
 */
export const LINK_LISTING_SCRIPT = `\
cat /proc/net/if_inet6 2>/dev/null
ip -o link show 2>/dev/null
ip -o -4 address show 2>/dev/null
:`;

/** Address, index, prefix, scope, flags and name: see if6_seq_show() in the kernel. */
const ADDRESS = /^([0-9a-f]{32}) [0-9a-f]+ [0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) +(\S+)$/;
const LINK = /^[0-9]+: ([^:@\s]+)(?:@[^:\s]*)?: /;
const BROADCAST = /^[0-9]+: \S+ +inet ([0-9.]+)\/([0-9]+) .*?\bbrd ([0-9.]+) /;
const ALTERNATIVE = /\\ +altname ([^\s\\]+)/g;

/** IFA_F_… of include/uapi/linux/if_addr.h. */
const FLAG = { temporary: 0x01, duplicate: 0x08, deprecated: 0x20, tentative: 0x40 } as const;

/** Parses the output of the script. */
export function parseLinkListing(listing: string): Links {
  const names = new Map<string, readonly string[]>();
  const flags = new Map<string, Ipv6Flags>();
  const broadcasts = new Map<Ip, string>();
  for (const line of listing.split("\n")) {
    const [, digits = "", bits = "", zone = ""] = ADDRESS.exec(line) ?? [];
    const ip = digits === "" ? null : parseIp(digits.replace(/.{4}(?=.)/g, "$&:"));
    const [, name] = LINK.exec(line) ?? [];
    if (ip !== null) {
      flags.set(`${ip} ${zone}`, flagsOf(parseInt(bits, 16)));
      if (!names.has(zone)) names.set(zone, []);
    } else if (name !== undefined) {
      names.set(name, [...line.matchAll(ALTERNATIVE)].map(([, found = ""]) => found));
    } else {
      const [, address = "", prefix = "", broadcast = ""] = BROADCAST.exec(line) ?? [];
      const last = parseIp(broadcast);
      if (last === null) continue;
      const network = networkOf(ipBytes(address as Ip), Number(prefix));
      broadcasts.set(last, `${ipOfBytes(network)}/${prefix}`);
    }
  }
  return { names, flags, broadcasts };
}

function flagsOf(bits: number): Ipv6Flags {
  return {
    isUnstable: (bits & (FLAG.temporary | FLAG.deprecated)) !== 0,
    isTentative: (bits & FLAG.tentative) !== 0,
    isDuplicate: (bits & FLAG.duplicate) !== 0,
  };
}
