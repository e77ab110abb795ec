/**
 * Edge: reads the addresses of this machine.
 *
 * @module
 */
import ipaddr from "ipaddr.js";
import { type Ip, isIpv4, parseIp } from "../../base/address.ts";

/** One address on one interface. */
export interface MachineAddress {
  /** With its zone if it is link-local: `fe80::1%eth0`. */
  readonly ip: Ip;
  readonly interface: string;
  readonly family: 4 | 6;
  /** Length of the network prefix in bits. */
  readonly prefixBits: number;
  readonly scope: "host" | "link" | "global";
}

/** What the plan needs to know about the machine. */
export interface Machine {
  readonly addresses: readonly MachineAddress[];
  /** Whether a socket on `::` can be opened. */
  readonly hasIpv6: boolean;
  /**
   * Whether a socket on `::` accepts IPv4 too (the default on Linux), so that it conflicts with one
   * on 0.0.0.0.
   */
  readonly dualStack: boolean;
  /**
   * Whether every address in the prefix of a loopback interface is local, listed or not (Linux).
   */
  readonly wholeLoopback: boolean;
}

/** Reads the current state: one system call and a few small files. The order is the system's. */
export function readMachine(): Machine {
  const linux = Deno.build.os === "linux";
  const addresses = machineAddresses(Deno.networkInterfaces(), Deno.build.os);
  return {
    addresses,
    // On Linux the file exists if and only if the kernel has IPv6, even before there is an address.
    // The built program may not look: there, and on other systems, an IPv6 address shows it.
    hasIpv6: (linux && exists("/proc/net/if_inet6")) ||
      addresses.some(({ family }) => family === 6),
    dualStack: linux ? !containsOne("/proc/sys/net/ipv6/bindv6only") : Deno.build.os !== "windows",
    wholeLoopback: linux,
  };
}

/** Converts the records of {@linkcode Deno.networkInterfaces}; pure. */
export function machineAddresses(
  interfaces: readonly Deno.NetworkInterfaceInfo[],
  os: string,
): MachineAddress[] {
  const found: MachineAddress[] = [];
  for (const { name: label, address, cidr, scopeid } of interfaces) {
    // Linux reports the label of an address as its interface: `eth0:1` is on eth0.
    const name = os === "linux" ? label.replace(/:.*$/, "") : label;
    const bare = parseIp(address);
    if (bare === null) continue;
    // Windows knows a zone only by number; on other systems the name works and is clearer.
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
 * Returns a text that identifies the machine's current addresses: it is equal as long as none was
 * added, removed or moved. It is called again and again, so it parses nothing: with 10,000
 * addresses a call costs the system call and 5 ms.
 */
export function addressSnapshot(): string {
  const found = Deno.networkInterfaces();
  return found.map(({ name, address, scopeid }) => `${address}%${scopeid} ${name}`).sort()
    .join("\n");
}

/** Finds the interface of an address; built once for each plan. */
export interface AddressTable {
  /** Returns the interface that has `ip`; null if the machine does not have it. */
  interfaceOf(ip: Ip): string | null;
}

/**
 * Builds the table of the machine's addresses. On Linux it also knows 127.0.0.2 and the like: the
 * whole prefix of a loopback interface is local, although only one of its addresses is listed.
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

/** Reports whether an address is in fe80::/10, and so is meaningful only with an interface. */
export function isLinkLocal(ip: Ip): boolean {
  return /^fe[89ab]/.test(ip);
}

/** Reports whether an address is in 127.0.0.0/8, or is ::1. */
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

function containsOne(path: string): boolean {
  try {
    return Deno.readTextFileSync(path).trim() === "1";
  } catch {
    return false;
  }
}

/** Reports whether two addresses are equal, ignoring the zone if only one of them has one. */
export function equalsIgnoringZone(a: Ip, b: Ip): boolean {
  if (a === b) return true;
  const [left, leftZone] = a.split("%");
  const [right, rightZone] = b.split("%");
  return left === right && (leftZone === undefined || rightZone === undefined);
}
