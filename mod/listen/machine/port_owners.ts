/**
 * Edge: who owns a port of this machine. It reads Linux's /proc; elsewhere it knows nothing and says so
 * with an empty answer, and {@linkcode ownerCommand} names the command that does know.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import { endpointsCollide, type PortOwner } from "./port_owner.ts";
import { readProcFiles } from "./proc_files.ts";
import type { ProcFiles } from "./proc_listing.ts";
import { type ListeningSocket, parseProcConnections, parseProcNet } from "./proc_net.ts";

/** Every process that listens on a port of `ports`; on any port where it is null. */
export function findListeners(ports: ReadonlySet<number> | null): PortOwner[] {
  if (Deno.build.os !== "linux") return [];
  const found: PortOwner[] = [];
  const proc = readProcFiles();
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
  return found;
}

/** The near ends of the connections that are established on a port of `ports`, in this namespace. */
export function findConnections(ports: ReadonlySet<number>): Endpoint[] {
  if (Deno.build.os !== "linux") return [];
  const proc = readProcFiles();
  return ["tcp", "tcp6"]
    .flatMap((name) => parseProcConnections(proc.text(`/proc/self/net/${name}`)))
    .filter(({ port }) => ports.has(port));
}

/** Who keeps `endpoint` from being bound in this network namespace. */
export function findPortOwners(endpoint: Endpoint): PortOwner[] {
  return holdersAmong(findListeners(new Set([endpoint.port])), endpoint);
}

/** {@linkcode findPortOwners} that looks once a port, for many endpoints in a row. */
export function cachedFindPortOwners(): (endpoint: Endpoint) => PortOwner[] {
  const known = new Map<number, PortOwner[]>();
  return (endpoint) => {
    const listeners = known.get(endpoint.port) ?? findListeners(new Set([endpoint.port]));
    known.set(endpoint.port, listeners);
    return holdersAmong(listeners, endpoint);
  };
}

function holdersAmong(listeners: readonly PortOwner[], endpoint: Endpoint): PortOwner[] {
  const here = listeners.filter((held) => held.namespace === null);
  const exact = here.filter((held) => endpointsCollide(held, endpoint, false));
  return exact.length > 0 ? exact : here.filter((held) => endpointsCollide(held, endpoint, true));
}

/** Process ids by network namespace, the caller's own first; what may not be read is left out. */
function namespaces(proc: ProcFiles, own: string | null): Map<string, string[]> {
  const found = new Map<string, string[]>(own === null ? [] : [[own, []]]);
  for (const pid of processIds(proc)) {
    // Where the link cannot be read the process is another user's: its sockets may still be ours to see.
    const namespace = proc.link(`/proc/${pid}/ns/net`);
    if (namespace === null) continue;
    const pids = found.get(namespace);
    if (pids === undefined) found.set(namespace, [pid]);
    else pids.push(pid);
  }
  return found;
}

/** The kernel may repeat a row while its table changes under the reader: each socket counts once. */
function listeningSockets(proc: ProcFiles, pid: string): ListeningSocket[] {
  const rows = ["tcp", "tcp6"].flatMap((name) =>
    parseProcNet(proc.text(`/proc/${pid}/net/${name}`))
  );
  return [...new Map(rows.map((row) => [row.socket, row])).values()];
}

/** Processes by the sockets that they have open. */
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

function programOf(proc: ProcFiles, pid: string): string | null {
  return proc.text(`/proc/${pid}/comm`).trim() || null;
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
