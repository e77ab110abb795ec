/**
 * Listening sockets and the processes that have them -> the owners of ports, in which a server with
 * all its workers is one. Pure.
 *
 * Processes are one owner if they have the same socket, are parent and children, and run the same
 * program: the parent stands for them. The parent need not have the socket any more, as haproxy's:
 * it counts if several children share the socket, which can only come from it, or if the only one
 * has its command line. A parent of the same name alone proves nothing: the listener of sshd is not
 * what has a port that a session forwards.
 *
 * @module
 */
import { ForeignText } from "../../base/printable.ts";
import type { PortOwner } from "./port_owner.ts";

/** A listening socket with the processes that have it, of those that this user may look into. */
export interface HeldSocket extends Omit<PortOwner, "pid" | "program" | "workers" | "sockets"> {
  /** The user that made the socket. */
  readonly user: string;
  readonly pids: readonly number[];
}

/** What the system tells of one process. */
export interface ProcessFacts {
  /** Process id of its parent; 0 if that is in another PID namespace. */
  readonly parent: number;
  readonly program: ForeignText | null;
  readonly user: string;
  /** Path of the executable; null if it is not known. */
  readonly executable: string | null;
  /** Null if it is not known. */
  readonly commandLine: string | null;
}

/** Process id -> facts. The system hides a process that is missing. */
export type Processes = ReadonlyMap<number, ProcessFacts>;

/** Processes of one program that have a socket. */
interface Group extends Pick<PortOwner, "pid" | "workers" | "hiddenParent"> {}

/** Returns the owners of `sockets`, in their order. */
export function groupOwners(sockets: readonly HeldSocket[], processes: Processes): PortOwner[] {
  const owners = new Map<string, PortOwner>();
  for (const { pids, user, ...socket } of sockets) {
    const groups = pids.length === 0 ? [{ pid: null, workers: [] }] : groupsOf(pids, processes);
    for (const group of groups) {
      const { ip, port, mapped, v6only, device, namespace } = socket;
      const who = group.pid ?? (pids.length === 0 ? `of ${user}` : `socket ${socket.socket}`);
      const key = [ip, port, mapped, v6only, device, namespace, who].join(" ");
      const owner = ownerOf(socket, user, group, processes);
      const known = owners.get(key);
      owners.set(key, known === undefined ? owner : joined(known, owner));
    }
  }
  return [...owners.values()];
}

/**
 * Reports whether {@linkcode groupOwners} needs the executables and command lines, which are read
 * only then.
 */
export function needsCommands(sockets: readonly HeldSocket[], processes: Processes): boolean {
  return sockets.some(({ pids }) =>
    pids.some((pid) => {
      const process = processes.get(pid);
      const parent = processes.get(process?.parent ?? 0);
      if (process === undefined || parent === undefined) return false;
      return pids.includes(process.parent) !== (nameOf(process) === nameOf(parent));
    })
  );
}

function ownerOf(
  socket: Omit<HeldSocket, "pids" | "user">,
  user: string,
  { pid, workers, hiddenParent }: Group,
  processes: Processes,
): PortOwner {
  const process = processes.get(pid ?? workers[0] ?? -1);
  const name = process === undefined || workers.length === 0 ? null : nameOf(process);
  return {
    ...socket,
    pid,
    program: name === null ? process?.program ?? null : new ForeignText(name),
    user: process?.user ?? user,
    workers,
    ...(hiddenParent === undefined ? {} : { hiddenParent }),
  };
}

/** Joins what one owner has on an endpoint: a server may have a socket there for each worker. */
function joined(one: PortOwner, other: PortOwner): PortOwner {
  return {
    ...one,
    workers: sorted(new Set([...one.workers, ...other.workers])),
    sockets: [...one.sockets ?? [one.socket], other.socket],
  };
}

function groupsOf(pids: readonly number[], processes: Processes): Group[] {
  const have = new Set(pids);
  const families = Map.groupBy(sorted(have), (pid) => topOf(pid, have, processes));
  const siblings = Map.groupBy(families.keys(), (top) => {
    const process = processes.get(top);
    return process === undefined ? `${top}` : `child of ${process.parent}: ${nameOf(process)}`;
  });
  return [...siblings.values()].flatMap((tops): Group[] => {
    const above = processes.get(tops[0]!)?.parent ?? 0;
    const all = sorted(tops.flatMap((top) => families.get(top)!));
    if (isParentOf(above, tops, processes)) return [{ pid: above, workers: all }];
    if (tops.length === 1) {
      return [{
        pid: tops[0]!,
        workers: all.filter((pid) => pid !== tops[0]),
      }];
    }
    const isHidden = above !== 1 && !processes.has(above);
    return [{ pid: null, workers: all, ...(isHidden ? { hiddenParent: above } : {}) }];
  });
}

/** Returns the farthest ancestor of `pid`, through parents that have the socket and its program. */
function topOf(pid: number, have: ReadonlySet<number>, processes: Processes): number {
  const seen = new Set<number>();
  for (let top = pid;;) {
    seen.add(top);
    const process = processes.get(top);
    const parent = processes.get(process?.parent ?? 0);
    if (process === undefined || parent === undefined || !have.has(process.parent)) return top;
    if (!isSameProgram(process, parent)) return top;
    top = process.parent;
    // Ids of processes that ended are given again while the table is read.
    if (seen.has(top)) return Math.min(...seen);
  }
}

/** Reports whether the parent of `tops`, which does not have their socket, is their server. */
function isParentOf(pid: number, tops: readonly number[], processes: Processes): boolean {
  const parent = processes.get(pid);
  const children = tops.flatMap((top) => processes.get(top) ?? []);
  if (parent === undefined || !children.every((one) => isSameProgram(one, parent))) return false;
  const { commandLine } = parent;
  return children.length > 1 ||
    (commandLine !== null && children[0]?.commandLine === commandLine);
}

function isSameProgram(a: ProcessFacts, b: ProcessFacts): boolean {
  return nameOf(a) === nameOf(b) || (a.executable !== null && a.executable === b.executable);
}

/** Returns the name of the program: a process may call itself `gunicorn: worker`. */
function nameOf({ program }: ProcessFacts): string | null {
  return program === null ? null : program.raw.replace(/(.): .*$/s, "$1");
}

function sorted(pids: Iterable<number>): number[] {
  return [...pids].sort((a, b) => a - b);
}
