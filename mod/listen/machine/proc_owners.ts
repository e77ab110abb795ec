/**
 * Edge: the programs that own a port, on Linux, from `/proc`.
 *
 * @module
 */
import { ANY_V6, isLinkLocal, isWildcard, withoutZone, withZone } from "../../base/address.ts";
import { groupOwners, type HeldSocket, isBetween, needsCommands } from "./group_owners.ts";
import type { Processes, ProcessFacts } from "./group_owners.ts";
import type { Connections, Listeners } from "./listeners.ts";
import { readAddresses } from "./machine_addresses.ts";
import { readProcFiles } from "./proc_files.ts";
import type { ProcFiles } from "./proc_listing.ts";
import {
  type ListeningSocket,
  parseProcConnections,
  parseProcNet,
  parseScopedSockets,
} from "./proc_net.ts";
import { parseProcStatus } from "./proc_status.ts";

/** Returns every program that listens on one of `ports`, or on any port if `ports` is null. */
export async function procListeners(ports: ReadonlySet<number> | null): Promise<Listeners> {
  const found: HeldSocket[] = [];
  const proc = await readProcFiles();
  if (!hasTable(proc)) return { owners: [], unseen: NO_TABLE };
  const own = proc.link("/proc/self/ns/net");
  const users = userNames();
  for (const [namespace, pids] of namespaces(proc, own)) {
    const sockets = listeningSockets(proc, namespace === own ? "self" : pids[0]!)
      .filter(({ port }) => ports === null || ports.has(port));
    if (sockets.length === 0) continue;
    const owners = ownersOf(proc, new Set(sockets.map(({ socket }) => socket)), pids);
    for (const { ip, port, mapped, uid, socket } of sockets) {
      found.push({
        ip,
        port,
        mapped,
        v6only: null,
        device: null,
        user: users.get(uid) ?? String(uid),
        socket,
        namespace: namespace === own ? null : namespace,
        pids: (owners.get(socket) ?? []).map(Number),
      });
    }
  }
  const scoped = await withScopes(found, proc);
  return { owners: groupOwners(scoped, await readProcesses(scoped, proc, users)), unseen: null };
}

const NO_TABLE = "/proc/net/tcp cannot be read";

/** Reports whether the kernel's table is there: it has a heading, even if no socket is open. */
function hasTable(proc: ProcFiles): boolean {
  return proc.text("/proc/self/net/tcp") !== "";
}

/** Returns what is known of the processes that have `sockets`, and of their parents. */
async function readProcesses(
  sockets: readonly HeldSocket[],
  proc: ProcFiles,
  users: ReadonlyMap<number, string>,
): Promise<Processes> {
  const processes = new Map<number, ProcessFacts>();
  const add = (pid: number): void => {
    if (processes.has(pid)) return;
    const facts = parseProcStatus(proc.text(`/proc/${pid}/status`));
    if (facts === null) return;
    const { parent, program, uid } = facts;
    const user = users.get(uid) ?? String(uid);
    processes.set(pid, { parent, program, user, executable: null, commandLine: null });
  };
  const pids = new Set(sockets.flatMap((socket) => socket.pids));
  for (const pid of pids) add(pid);
  for (const pid of pids) {
    const parent = processes.get(pid)?.parent ?? 0;
    add(parent);
    const facts = processes.get(parent);
    if (facts !== undefined && isBetween(facts)) add(facts.parent);
  }
  if (!needsCommands(sockets, processes)) return processes;
  const commands = await proc.commands();
  for (const [pid, facts] of processes) {
    const executable = commands.link(`/proc/${pid}/exe`);
    const commandLine = commands.text(`/proc/${pid}/cmdline`) || null;
    processes.set(pid, { ...facts, executable, commandLine });
  }
  return processes;
}

/**
 * Adds what the tables in /proc lack, from `ss`: the zones of link-local sockets, the interface of a
 * wildcard, and whether one on `::` takes IPv4. Without `ss`, a zone is known if exactly one interface
 * has the address; a socket without one counts for each interface.
 */
async function withScopes(sockets: HeldSocket[], proc: ProcFiles): Promise<HeldSocket[]> {
  const needsScope = ({ ip, namespace }: HeldSocket): boolean => {
    return namespace === null && (isLinkLocal(ip) || isWildcard(ip));
  };
  if (!sockets.some(needsScope)) return sockets;
  const addresses = readAddresses();
  const names = new Set(addresses.map((address) => address.interface));
  const scopes = parseScopedSockets(await proc.scopedSockets(), names);
  return sockets.map((held) => {
    if (!needsScope(held)) return held;
    const scope = scopes.get(held.socket);
    if (isWildcard(held.ip)) {
      const v6only = held.ip === ANY_V6 ? scope?.v6only ?? null : null;
      return { ...held, v6only, device: scope?.zone || null };
    }
    const having = addresses.filter(({ ip }) => withoutZone(ip) === held.ip);
    const only = having.length === 1 ? having[0]!.interface : "";
    return { ...held, ip: withZone(held.ip, scope?.zone ?? only) };
  });
}

/** Returns the local ends of the connections established on `ports`, in this network namespace. */
export async function procConnections(ports: ReadonlySet<number>): Promise<Connections> {
  const proc = await readProcFiles();
  const connected = ["tcp", "tcp6"]
    .flatMap((name) => parseProcConnections(proc.text(`/proc/self/net/${name}`)))
    .filter(({ port }) => ports.has(port));
  return { connected, unseen: hasTable(proc) ? null : NO_TABLE };
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
