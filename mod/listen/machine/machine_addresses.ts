/**
 * Edge: the addresses of this machine, as plain records.
 *
 * @module
 */
import ipaddr from "ipaddr.js";
import { type Ip, isIpv4, parseIp } from "../../base/address.ts";

/** One address on one interface. */
export interface MachineAddress {
  /** With its zone where it is link-local: `fe80::1%eth0`. */
  readonly ip: Ip;
  readonly interface: string;
  readonly family: 4 | 6;
  /** Length of the network prefix in bits. */
  readonly prefixBits: number;
  readonly scope: "host" | "link" | "global";
}

/** What the plan has to know about the machine. */
export interface Machine {
  readonly addresses: readonly MachineAddress[];
  /** A socket on `::` can be had. */
  readonly hasIpv6: boolean;
  /** A socket on `::` takes IPv4 too (Linux as it comes), so it cannot stand beside one on 0.0.0.0. */
  readonly dualStack: boolean;
  /** Every address in a loopback interface's prefix is local, listed or not (Linux). */
  readonly wholeLoopback: boolean;
}

/** What the system says now. One system call and a few small files; the order is the system's. */
export function readMachine(): Machine {
  const linux = Deno.build.os === "linux";
  const addresses = machineAddresses(Deno.networkInterfaces(), Deno.build.os);
  return {
    addresses,
    // On Linux the file is there exactly when the kernel has IPv6, also before an address comes. The
    // built program may not look: there, and elsewhere, an address tells.
    hasIpv6: (linux && exists("/proc/net/if_inet6")) ||
      addresses.some(({ family }) => family === 6),
    dualStack: linux ? !readsOne("/proc/sys/net/ipv6/bindv6only") : Deno.build.os !== "windows",
    wholeLoopback: linux,
  };
}

/** The records of {@linkcode Deno.networkInterfaces} in the program's own form; pure. */
export function machineAddresses(
  interfaces: readonly Deno.NetworkInterfaceInfo[],
  os: string,
): MachineAddress[] {
  const found: MachineAddress[] = [];
  for (const { name: label, address, cidr, scopeid } of interfaces) {
    // Linux gives the label of an address for its interface: `eth0:1` is on eth0.
    const name = os === "linux" ? label.replace(/:.*$/, "") : label;
    const bare = parseIp(address);
    if (bare === null) continue;
    // Windows knows a zone by its number only; elsewhere the name says more and works as well.
    const zone = os === "windows" ? String(scopeid) : name;
    const ip = isLinkLocal(bare) ? parseIp(`${address}%${zone}`) : bare;
    found.push({
      ip: ip ?? bare,
      interface: name,
      family: isIpv4(bare) ? 4 : 6,
      prefixBits: Number(cidr.slice(cidr.lastIndexOf("/") + 1)),
      scope: isLinkLocal(bare) ? "link" : isLoopback(bare) ? "host" : "global",
    });
  }
  return found;
}

/**
 * One text for what the machine has now: equal where nothing has come, gone or moved. Asked again and
 * again, so it parses nothing: with 10,000 addresses a look costs the system call and 5 ms.
 */
export function machineKey(): string {
  const found = Deno.networkInterfaces();
  return found.map(({ name, address, scopeid }) => `${address}%${scopeid} ${name}`).sort()
    .join("\n");
}

/** Looks addresses up by name; made once for a plan. */
export interface AddressTable {
  /** The interface that has `ip`; null where the machine has it not. */
  interfaceOf(ip: Ip): string | null;
}

/**
 * Table of the machine's addresses. On Linux it also knows 127.0.0.2 and its like: the whole prefix
 * of a loopback interface is local, though only one address of it is listed.
 */
export function addressTable(machine: Machine): AddressTable {
  const byIp = new Map<string, string>();
  for (const address of machine.addresses) byIp.set(address.ip, address.interface);
  const loopbacks = machine.wholeLoopback ? machine.addresses.filter(isLoopbackBlock) : [];
  const blocks = loopbacks.map((address) => ({
    interface: address.interface,
    base: ipaddr.IPv4.parse(address.ip),
    bits: address.prefixBits,
  }));
  return {
    interfaceOf(ip: Ip): string | null {
      const listed = byIp.get(ip);
      if (listed !== undefined) return listed;
      if (blocks.length === 0 || !isIpv4(ip)) return null;
      const address = ipaddr.IPv4.parse(ip);
      return blocks.find(({ base, bits }) => address.match(base, bits))?.interface ?? null;
    },
  };
}

/** True for fe80::/10, whose addresses mean something together with an interface only. */
export function isLinkLocal(ip: Ip): boolean {
  return /^fe[89ab]/.test(ip);
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopback(ip: Ip): boolean {
  return ip === "::1" || (isIpv4(ip) && ip.startsWith("127."));
}

function isLoopbackBlock(address: MachineAddress): boolean {
  return address.family === 4 && address.interface === "lo" && address.prefixBits > 0;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function readsOne(path: string): boolean {
  try {
    return Deno.readTextFileSync(path).trim() === "1";
  } catch {
    return false;
  }
}

/** True where both are one address, the zone of either left aside when only one has it. */
export function isSameButZone(a: Ip, b: Ip): boolean {
  if (a === b) return true;
  const [left, leftZone] = a.split("%");
  const [right, rightZone] = b.split("%");
  return left === right && (leftZone === undefined || rightZone === undefined);
}
