/**
 * Edge: finds the processes that own a port of this machine. It reads /proc on Linux; on other
 * systems it finds none, and {@linkcode ownerCommand} returns the command that does.
 *
 * @module
 */
import {
  ANY_V6,
  type Endpoint,
  isLinkLocal,
  isWildcard,
  withoutZone,
  withZone,
} from "../../base/address.ts";
import { ForeignText } from "../../base/printable.ts";
import { readAddresses } from "./machine_addresses.ts";
import { endpointsCollide, keepsFrom, type PortOwner } from "./port_owner.ts";
import { readProcFiles } from "./proc_files.ts";
import type { ProcFiles } from "./proc_listing.ts";
import {
  type ListeningSocket,
  parseProcConnections,
  parseProcNet,
  parseScopedSockets,
} from "./proc_net.ts";

/** Returns every process that listens on one of `ports`, or on any port if `ports` is null. */
export async function findListeners(ports: ReadonlySet<number> | null): Promise<PortOwner[]> {
  if (Deno.build.os !== "linux") return [];
  const found: PortOwner[] = [];
  const proc = await readProcFiles();
  const own = proc.link("/proc/self/ns/net");
  const users = userNames();
  for (const [namespace, pids] of namespaces(proc, own)) {
    const sockets = listeningSockets(proc, namespace === own ? "self" : pids[0]!)
      .filter(({ port }) => ports === null || ports.has(port));
    if (sockets.length === 0) continue;
    const owners = ownersOf(proc, new Set(sockets.map(({ socket }) => socket)), pids);
    for (const socket of sockets) {
      const shared = {
        ip: socket.ip,
        port: socket.port,
        mapped: socket.mapped,
        v6only: null,
        device: null,
        user: users.get(socket.uid) ?? String(socket.uid),
        socket: socket.socket,
        namespace: namespace === own ? null : namespace,
      };
      const processes = owners.get(socket.socket);
      if (processes === undefined) found.push({ ...shared, pid: null, program: null });
      for (const pid of processes ?? []) {
        found.push({ ...shared, pid: Number(pid), program: programOf(proc, pid) });
      }
    }
  }
  return await withScopes(found, proc);
}

/**
 * Adds what the tables in /proc lack, from `ss`: the zones of link-local sockets, the interface of a
 * wildcard, and whether one on `::` takes IPv4. Without `ss`, a zone is known if exactly one interface
 * has the address; a socket without one counts for each interface.
 */
async function withScopes(owners: PortOwner[], proc: ProcFiles): Promise<PortOwner[]> {
  const needsScope = ({ ip, namespace }: PortOwner): boolean => {
    return namespace === null && (isLinkLocal(ip) || isWildcard(ip));
  };
  if (!owners.some(needsScope)) return owners;
  const addresses = readAddresses();
  const names = new Set(addresses.map((address) => address.interface));
  const scopes = parseScopedSockets(await proc.scopedSockets(), names);
  return owners.map((owner) => {
    if (!needsScope(owner)) return owner;
    const scope = scopes.get(owner.socket);
    if (isWildcard(owner.ip)) {
      const v6only = owner.ip === ANY_V6 ? scope?.v6only ?? null : null;
      return { ...owner, v6only, device: scope?.zone || null };
    }
    const having = addresses.filter(({ ip }) => withoutZone(ip) === owner.ip);
    const only = having.length === 1 ? having[0]!.interface : "";
    return { ...owner, ip: withZone(owner.ip, scope?.zone ?? only) };
  });
}

/** Returns the local ends of the connections established on `ports`, in this network namespace. */
export async function findConnections(ports: ReadonlySet<number>): Promise<Endpoint[]> {
  if (Deno.build.os !== "linux") return [];
  const proc = await readProcFiles();
  return ["tcp", "tcp6"]
    .flatMap((name) => parseProcConnections(proc.text(`/proc/self/net/${name}`)))
    .filter(({ port }) => ports.has(port));
}

/** Returns those of `listeners` that prevent `endpoint` from being bound in this network namespace. */
export function ownersAmong(
  listeners: readonly PortOwner[],
  endpoint: Endpoint,
): readonly PortOwner[] {
  const own = listeners.filter(({ namespace }) => namespace === null);
  const exact = own.filter((owner) => endpointsCollide(owner, endpoint, false));
  return exact.length > 0 ? exact : own.filter((owner) => keepsFrom(owner, endpoint, true));
}

/** Returns process ids by network namespace, the caller's own first, without those not readable. */
function namespaces(proc: ProcFiles, own: string | null): Map<string, string[]> {
  const found = new Map<string, string[]>(own === null ? [] : [[own, []]]);
  for (const pid of processIds(proc)) {
    // If the link cannot be read, the process is another user's. Its sockets may still be visible.
    const namespace = proc.link(`/proc/${pid}/ns/net`);
    if (namespace === null) continue;
    const pids = found.get(namespace);
    if (pids === undefined) found.set(namespace, [pid]);
    else pids.push(pid);
  }
  return found;
}

/** The kernel may repeat a row if its table changes during the reading; each socket counts once. */
function listeningSockets(proc: ProcFiles, pid: string): ListeningSocket[] {
  const rows = ["tcp", "tcp6"].flatMap((name) =>
    parseProcNet(proc.text(`/proc/${pid}/net/${name}`))
  );
  return [...new Map(rows.map((row) => [row.socket, row])).values()];
}

/** Returns the processes that have each socket open. */
function ownersOf(
  proc: ProcFiles,
  wanted: ReadonlySet<number>,
  pids: readonly string[],
): Map<number, string[]> {
  const owners = new Map<number, string[]>();
  for (const pid of pids) {
    const seen = new Set<number>();
    for (const descriptor of proc.list(`/proc/${pid}/fd`)) {
      const target = proc.link(`/proc/${pid}/fd/${descriptor}`);
      if (target === null || !target.startsWith("socket:[")) continue;
      const socket = Number(target.slice("socket:[".length, -1));
      if (!wanted.has(socket) || seen.has(socket)) continue;
      seen.add(socket);
      const known = owners.get(socket);
      if (known === undefined) owners.set(socket, [pid]);
      else known.push(pid);
    }
  }
  return owners;
}

function processIds(proc: ProcFiles): string[] {
  return proc.list("/proc").filter((name) => /^[0-9]+$/.test(name));
}

function programOf(proc: ProcFiles, pid: string): ForeignText | null {
  const name = proc.text(`/proc/${pid}/comm`).replace(/\n$/, "");
  return name === "" ? null : new ForeignText(name);
}

function userNames(): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of passwd().split("\n")) {
    const [name = "", , uid = ""] = line.split(":");
    if (name !== "" && uid !== "" && !names.has(Number(uid))) names.set(Number(uid), name);
  }
  return names;
}

function passwd(): string {
  try {
    return Deno.readTextFileSync("/etc/passwd");
  } catch {
    return "";
  }
}
