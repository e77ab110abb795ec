/**
 * Edge: reads the addresses of this machine.
 *
 * @module
 */
import { type Ip, isIpv4, isLinkLocal, parseIp, withZone } from "../../base/address.ts";

/** One address on one interface. */
export interface MachineAddress {
  /** With its zone if it is link-local: `fe80::1%eth0`. */
  readonly ip: Ip;
  readonly interface: string;
  /**
   * Index of the interface of a link-local address (sin6_scope_id), which with the bytes identifies
   * it: an interface that is removed and made again has another. 0 for any other address.
   */
  readonly scopeId: number;
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
  /** Names and flags of interfaces that the address list lacks; null until they are asked for. */
  readonly links: Links | null;
  /** Addresses that no interface has and that the system allows to be bound, of those asked for. */
  readonly unlisted: ReadonlySet<Ip>;
  /** Addresses that an interface has and that cannot be bound, each with the cause. */
  readonly unbindable: ReadonlyMap<Ip, string>;
}

/** What Linux knows about interfaces beyond their addresses. */
export interface Links {
  /** Every interface, also one without an address: its name -> its alternative names. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** IPv6 address with its zone, as in `MachineAddress.ip` -> the kernel's flags. */
  readonly flags: ReadonlyMap<string, Ipv6Flags>;
}

/** The flags of an IPv6 address. */
export interface Ipv6Flags {
  /** A temporary (privacy) address, or one whose preferred lifetime is over. */
  readonly isUnstable: boolean;
  /** Duplicate address detection has not finished. */
  readonly isTentative: boolean;
  /** Another machine has the address. */
  readonly isDuplicate: boolean;
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
    links: null,
    unlisted: new Set(),
    unbindable: new Map(),
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
    const isLink = isLinkLocal(bare);
    found.push({
      // Windows knows a zone only by number; on other systems the name works and is clearer.
      ip: withZone(bare, os === "windows" ? String(scopeid) : name),
      interface: name,
      scopeId: isLink ? scopeid ?? 0 : 0,
      family: isIpv4(bare) ? 4 : 6,
      prefixBits: Number(cidr.slice(cidr.lastIndexOf("/") + 1)),
      scope: isLink ? "link" : isLoopback(bare) ? "host" : "global",
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

/** Reports whether an address is in 127.0.0.0/8, or is ::1. */
export function isLoopback(ip: Ip): boolean {
  return ip === "::1" || (isIpv4(ip) && ip.startsWith("127."));
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
