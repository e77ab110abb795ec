/**
 * Edge: reads the addresses of this machine.
 *
 * @module
 */
import { type Ip, isIpv4, isLinkLocal, isLoopback, parseIp, withZone } from "../../base/address.ts";
import { messageOf } from "../../base/fault.ts";
import { inSlices } from "../../base/work/slices.ts";
import { atOnce, forEach, map, type Steps } from "../../base/work/steps.ts";
import { listInterfaces, listInterfacesAside } from "./interface_listing.ts";

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
  /**
   * The listing that the addresses were read from, which is equal as long as none was added, removed
   * or moved; absent if made up.
   */
  readonly listing?: string;
  readonly addresses: readonly MachineAddress[];
  /** Whether a socket on `::` can be opened. */
  readonly hasIpv6: boolean;
  /**
   * Whether a socket on `::` accepts IPv4 too (the default on Linux), so that it conflicts with one
   * on 0.0.0.0.
   */
  readonly dualStack: boolean;
  /**
   * Whether a socket on one address and another process's on every address may have the same port
   * (macOS, the BSDs, Windows): who connects to the address reaches the former.
   */
  readonly besideWildcard: boolean;
  /**
   * Whether every address in the prefix of a loopback interface is local, listed or not (Linux,
   * Windows). On macOS and the BSDs only those are that the interface was given.
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
  /** IPv6 address, a space and the interface -> the kernel's flags. */
  readonly flags: ReadonlyMap<string, Ipv6Flags>;
  /** Broadcast address -> the network, `10.0.0.0/24`. */
  readonly broadcasts: ReadonlyMap<Ip, string>;
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
  return atOnce(machineFrom(listInterfaces()));
}

/** Does the same, and lets clients be served meanwhile: thousands of addresses take 40 ms. */
export async function readMachineAside(): Promise<Machine> {
  return await inSlices(machineFrom(await listInterfacesAside()));
}

/** Reads the addresses alone. */
export function readAddresses(): readonly MachineAddress[] {
  return atOnce(machineAddresses(listInterfaces(), Deno.build.os, isInterface));
}

function* machineFrom(listing: string): Steps<Machine> {
  const { os } = Deno.build;
  return {
    listing,
    addresses: yield* machineAddresses(listing, os, isInterface),
    ...askAboutWildcards(),
    besideWildcard: os === "windows" ? bindsBesideWildcard() : os !== "linux",
    wholeLoopback: os === "linux" || os === "windows",
    links: null,
    unlisted: new Set(),
    unbindable: new Map(),
  };
}

/** Reports whether an interface has the name: the resolver knows it as a zone, or does not. */
function isInterface(name: string): boolean {
  try {
    Deno.listenDatagram({ transport: "udp", hostname: `fe80::%${name}`, port: 0 }).close();
    return true;
  } catch (error) {
    return !NO_LOOKUP.test(messageOf(error));
  }
}

/** The text of a name that no interface has, for which Deno has no code. */
const NO_LOOKUP = /failed to lookup address/;

/** Asks the system whether a socket on `::` can be opened, and whether it would accept IPv4 too. */
function askAboutWildcards(): Pick<Machine, "hasIpv6" | "dualStack"> {
  let port: number;
  let any6: Deno.DatagramConn;
  try {
    any6 = Deno.listenDatagram({ transport: "udp", hostname: "::", port: 0 });
    port = (any6.addr as Deno.NetAddr).port;
  } catch {
    return { hasIpv6: false, dualStack: false };
  }
  try {
    Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port }).close();
    return { hasIpv6: true, dualStack: false };
  } catch {
    return { hasIpv6: true, dualStack: true };
  } finally {
    any6.close();
  }
}

/**
 * Asks Windows whether an address can be bound beside the wildcard, which for its sockets means the
 * same with datagrams; under Wine the system below decides. The BSDs allow it for TCP alone, for which
 * the runtime sets SO_REUSEADDR.
 */
function bindsBesideWildcard(): boolean {
  try {
    const any = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: 0 });
    try {
      const { port } = any.addr as Deno.NetAddr;
      Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port }).close();
      return true;
    } catch {
      return false;
    } finally {
      any.close();
    }
  } catch {
    return true;
  }
}

/**
 * Parses a listing of interfaces. Linux reports the label of an IPv4 address as its interface, and a
 * label only has to begin with the name: `eth0:1`, `eth0-web`. `isInterface` tells a name from a label.
 * Pure.
 */
export function* machineAddresses(
  listing: string,
  os: string,
  isInterface: (name: string) => boolean,
): Steps<readonly MachineAddress[]> {
  const records = yield* map(listing === "" ? [] : listing.split("\n"), recordOf);
  const names = new Map<string, string>();
  yield* forEach(records, ({ label, ip }) => {
    if (ip !== null && !isIpv4(ip)) names.set(label, label);
  });
  const nameOf = (label: string): string => {
    const name = names.get(label) ?? (os === "linux" ? interfaceOf(label, isInterface) : label);
    names.set(label, name);
    return name;
  };
  const found: MachineAddress[] = [];
  yield* forEach(records, ({ label, ip: bare, prefixBits, scopeId }) => {
    const name = nameOf(label);
    if (bare === null) return;
    const isLink = isLinkLocal(bare);
    found.push({
      // Windows knows a zone only by number; on other systems the name works and is clearer.
      ip: withZone(bare, os === "windows" ? String(scopeId) : name),
      interface: name,
      scopeId: isLink ? scopeId : 0,
      family: isIpv4(bare) ? 4 : 6,
      prefixBits,
      scope: isLink ? "link" : isLoopback(bare) ? "host" : "global",
    });
  });
  return found;
}

interface InterfaceRecord {
  readonly label: string;
  /** Null if it is no address. */
  readonly ip: Ip | null;
  readonly prefixBits: number;
  readonly scopeId: number;
}

function recordOf(line: string): InterfaceRecord {
  const [label = "", address = "", bits, scopeId] = line.split("\t");
  return { label, ip: parseIp(address), prefixBits: Number(bits), scopeId: Number(scopeId) };
}

/** Returns the longest beginning of a label that is an interface; the label if there is none. */
function interfaceOf(label: string, isInterface: (name: string) => boolean): string {
  for (let length = label.length; length > 0; length--) {
    const name = label.slice(0, length);
    if (!name.includes(":") && isInterface(name)) return name;
  }
  return label.replace(/:.*$/, "");
}
