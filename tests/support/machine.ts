/**
 * Machines made by hand, for tests of the code that decides by the machine's addresses.
 *
 * @module
 */
import {
  type Ip,
  isIpv4,
  isLinkLocal,
  isLoopback,
  parseIp,
  withZone,
} from "../../mod/base/address.ts";
import { AddressTable } from "../../mod/listen/machine/address_table.ts";
import type { Links, Machine, MachineAddress } from "../../mod/listen/machine/machine_addresses.ts";

/**
 * Makes a machine from lines such as `10.0.0.5/24 eth0`, or `fe80::1/64 eth0 3` with the index of
 * the interface. Everything else is as on Linux with IPv6.
 */
export function machineOf(lines: readonly string[], more: Partial<Machine> = {}): Machine {
  return {
    addresses: lines.map(addressOf),
    hasIpv6: true,
    dualStack: true,
    besideWildcard: false,
    wholeLoopback: true,
    links: null,
    unlisted: new Set(),
    unbindable: new Map(),
    ...more,
  };
}

export function tableOf(lines: readonly string[], more: Partial<Machine> = {}): AddressTable {
  return new AddressTable(machineOf(lines, more));
}

/**
 * Makes what Linux says of interfaces: name -> alternative names, `ADDRESS INTERFACE` -> whether
 * the address is unstable, broadcast address -> network.
 */
export function linksOf(
  names: Readonly<Record<string, readonly string[]>>,
  unstable: Readonly<Record<string, boolean>> = {},
  broadcasts: Readonly<Record<string, string>> = {},
): Links {
  return {
    names: new Map(Object.entries(names)),
    flags: new Map(
      Object.entries(unstable).map(([ip, isUnstable]) => {
        return [ip, { isUnstable, isTentative: false, isDuplicate: false }];
      }),
    ),
    broadcasts: new Map(Object.entries(broadcasts) as [Ip, string][]),
  };
}

function addressOf(line: string): MachineAddress {
  const [cidr = "", name = "eth0", index = "2"] = line.split(" ");
  const [text = "", prefix = "24"] = cidr.split("/");
  const bare = parseIp(text) as Ip;
  const isLink = isLinkLocal(bare);
  return {
    ip: withZone(bare, name),
    interface: name,
    scopeId: isLink ? Number(index) : 0,
    family: isIpv4(bare) ? 4 : 6,
    prefixBits: Number(prefix),
    scope: isLink ? "link" : isLoopback(bare) ? "host" : "global",
  };
}
