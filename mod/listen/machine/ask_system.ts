/**
 * Edge: asks the system what the list of addresses does not say: which addresses it allows to be
 * bound, the alternative names of interfaces, and the flags of IPv6 addresses.
 *
 * The kernel is the authority. It allows addresses that no interface has (`ip route add local`,
 * `net.ipv4.ip_nonlocal_bind`), and refuses some that an interface has (IPv6 detects duplicates
 * first).
 *
 * @module
 */
import { type Ip, isIpv4, isLoopback, withoutZone } from "../../base/address.ts";
import { messageOf } from "../../base/fault.ts";
import type { Progress } from "../../base/progress.ts";
import { inSlices } from "../../base/work/slices.ts";
import { forEach } from "../../base/work/steps.ts";
import { type AddressTable, tableOf } from "./address_table.ts";
import { IFCONFIG_SCRIPT, parseIfconfig } from "./ifconfig_listing.ts";
import { LINK_LISTING_SCRIPT, parseLinkListing } from "./link_listing.ts";
import { LOCAL_ROUTES_SCRIPT, type LocalRoutes, parseLocalRoutes } from "./local_routes.ts";
import type { Ipv6Flags, Links, Machine } from "./machine_addresses.ts";
import { runListing } from "./run_listing.ts";

/** What to ask about. */
interface MachineQuestions {
  /** Addresses that entries, bindings or a person name. */
  readonly named: readonly Ip[];
  /** Addresses of the machine that would be opened. */
  readonly wanted: readonly Ip[];
  readonly progress?: Progress | undefined;
}

/** For more addresses than this the table of routes is read: that takes as long as so many attempts. */
const ATTEMPTS_MAX = 500;

/** Returns `machine` with the system's answers. */
export async function askSystem(
  machine: Machine,
  { named, wanted, progress }: MachineQuestions,
): Promise<Machine> {
  const table = await inSlices(tableOf(machine));
  const unlisted = new Set<Ip>();
  const refused: Ip[] = [];
  const opened = new Set(wanted);
  const asked = new Set([...named, ...wanted].map((ip) => table.canonical(ip)));
  const routes = asked.size > ATTEMPTS_MAX ? await readLocalRoutes() : null;
  let count = 0;
  await inSlices(forEach(asked, (ip) => {
    progress?.("checking", "addresses", count++, asked.size);
    const isListed = table.recordsOf(ip).length > 0;
    const isBindable = routes?.isLocal(ip) || canBind(ip, table.scopeIdOf(ip));
    if (isBindable && !isListed) unlisted.add(ip);
    if (!isBindable && isListed && opened.has(ip)) refused.push(ip);
  }));
  // The kernel lets a program bind a broadcast address too, which then gets no connection.
  const mayBroadcast = [...unlisted].some((ip) => isIpv4(ip) && !isLoopback(ip));
  if (refused.length === 0 && !mayBroadcast) return { ...machine, unlisted };
  const links = machine.links ?? await readLinks();
  const unbindable = new Map(refused.map((ip) => {
    return [ip, causeOf(ip, links.flags.get(flagsKey(ip, table)))];
  }));
  return { ...machine, links, unlisted, unbindable };
}

/** Reports whether the system lets a program use an address; a datagram socket disturbs nobody. */
export function canBind(ip: Ip, scopeId: number): boolean {
  try {
    Deno.listenDatagram({ transport: "udp", hostname: bindName(ip, scopeId), port: 0 }).close();
    return true;
  } catch (error) {
    const { code } = error as { readonly code?: string };
    // Anything else, such as a full file table, says nothing about the address.
    return !REFUSALS.has(code ?? "") && !NO_DEVICE.test(messageOf(error));
  }
}

/** Codes of an address that cannot be bound. */
const REFUSALS: ReadonlySet<string> = new Set([
  "EADDRNOTAVAIL",
  "EINVAL",
  "EAFNOSUPPORT",
  "EACCES",
]);
/**
 * The texts of an index and of a name that no interface has, for which Deno has no code; on Windows
 * they are in the language of the system, with the number of WSAHOST_NOT_FOUND.
 */
export const NO_DEVICE = /No such device|failed to lookup address|\(os error 11001\)/;

/** Returns the address as the system reads it: with the index of its interface, which is unique. */
export function bindName(ip: Ip, scopeId: number): string {
  return scopeId === 0 ? ip : `${withoutZone(ip)}%${scopeId}`;
}

/** Reads the alternative names of interfaces and the flags of addresses; none on Windows. */
export async function readLinks(): Promise<Links> {
  switch (Deno.build.os) {
    case "linux":
      return parseLinkListing(await runListing("links", LINK_LISTING_SCRIPT));
    case "windows":
      return parseLinkListing(""); // what its programs print is in the language of the system
    default:
      return parseIfconfig(await runListing("links", IFCONFIG_SCRIPT));
  }
}

/** Reads which addresses the kernel takes for its own; null if it does not say so. */
async function readLocalRoutes(): Promise<LocalRoutes | null> {
  if (Deno.build.os !== "linux") return null;
  return await inSlices(parseLocalRoutes(await runListing("routes", LOCAL_ROUTES_SCRIPT)));
}

function flagsKey(ip: Ip, table: AddressTable): string {
  return `${withoutZone(ip)} ${table.interfacesOf(ip)[0]}`;
}

function causeOf(ip: Ip, found: Ipv6Flags | undefined): string {
  if (found?.isDuplicate) {
    return "another machine has the address: IPv6 duplicate address detection failed";
  }
  if (found?.isTentative) return "IPv6 duplicate address detection has not finished";
  return `an interface has the address, but the system does not allow it to be bound${
    isIpv4(ip) ? "" : " yet"
  }`;
}
