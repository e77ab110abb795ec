/**
 * Listening sockets and the processes that have them -> the owners of ports, in which a server with
 * all its workers is one. Pure.
 *
 * Processes are one owner if they have the same socket, are parent and children, and run the same
 * program: the parent stands for them. The parent need not have the socket, as haproxy's, or that of
 * workers which listen beside each other (SO_REUSEPORT). It counts if its children
 *
 *   - share the socket, which can only come from it;
 *   - have its command line, or the same one, but for numbers, at the same endpoint;
 *   - say that they are workers, as `nginx: worker process` does.
 *
 * A parent of the same name alone proves nothing: the listener of sshd is not what has a port that a
 * session forwards. Between the two there may be a shell, or a process that says what it does for its
 * program, as `httpcfg: spawner` does. Programs that a shell started are not one because of it.
 *
 * @module
 */
import { ForeignText } from "../../base/printable.ts";
import type { PortOwner } from "./port_owner.ts";

/** A listening socket with the processes that have it, of those that this user may look into. */
export interface HeldSocket extends Omit<PortOwner, "pid" | "program" | "workers" | "sockets"> {
  /** The user that made the socket; null if the system does not say. */
  readonly user: string | null;
  readonly pids: readonly number[];
}

/** What the system tells of one process. */
export interface ProcessFacts {
  /** Process id of its parent; 0 if that is in another PID namespace. */
  readonly parent: number;
  readonly program: ForeignText | null;
  readonly user: string | null;
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
  const beside = Map.groupBy(sockets, placeOf);
  for (const held of sockets) {
    const { pids, user, ...socket } = held;
    const place = placeOf(held);
    const others = beside.get(place)!.filter((other) => other !== held);
    const peers = others.flatMap((other) => other.pids);
    const groups = pids.length === 0
      ? [{ pid: null, workers: [] }]
      : groupsOf(pids, peers, processes);
    for (const group of groups) {
      const who = group.pid ?? (pids.length === 0 ? `of ${user}` : `socket ${socket.socket}`);
      const key = `${place} ${who}`;
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
      if (pids.includes(process.parent) !== (nameOf(process) === nameOf(parent))) return true;
      const above = processes.get(parent.parent);
      return isBetween(parent) && above !== undefined && nameOf(above) === nameOf(process);
    })
  );
}

/** Reports whether a process may stand between the workers of a server and their parent. */
export function isBetween({ program }: Pick<ProcessFacts, "program">): boolean {
  return program !== null && (SHELL.test(program.raw) || TITLED.test(program.raw));
}

const SHELL = /^(?:ba|da|a|k|mk|z)?sh$/;
/** A process that says what it does for its program. */
const TITLED = /.: /;
/** A process that says that it is a worker: `nginx: worker process`, `puma: cluster worker 0: 17`. */
const WORKER = /^[^ :]+: (?:[a-z]+ )?worker\b/;

/** Returns what the sockets that listen beside each other have in common. */
function placeOf({ ip, port, mapped, v6only, device, namespace }: HeldSocket): string {
  return [ip, port, mapped, v6only, device, namespace].join(" ");
}

function ownerOf(
  socket: Omit<HeldSocket, "pids" | "user">,
  user: string | null,
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

/** `peers` are the processes that have another socket at the same endpoint. */
function groupsOf(
  pids: readonly number[],
  peers: readonly number[],
  processes: Processes,
): Group[] {
  const have = new Set(pids);
  const families = Map.groupBy(sorted(have), (pid) => topOf(pid, have, processes));
  const siblings = Map.groupBy(families.keys(), (top) => {
    const process = processes.get(top);
    return process === undefined ? `${top}` : `child of ${process.parent}: ${nameOf(process)}`;
  });
  return [...siblings.values()].flatMap((tops): Group[] => {
    const above = processes.get(tops[0]!)?.parent ?? 0;
    const all = sorted(tops.flatMap((top) => families.get(top)!));
    const parent = parentOf(tops, peers, processes);
    if (parent !== null) return [{ pid: parent, workers: all }];
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

/** Returns the parent of `tops` that is their server, although it does not have their socket. */
function parentOf(
  tops: readonly number[],
  peers: readonly number[],
  processes: Processes,
): number | null {
  const pid = processes.get(tops[0]!)?.parent ?? 0;
  const parent = processes.get(pid);
  if (parent === undefined) return null;
  const siblings = peers.filter((peer) => processes.get(peer)?.parent === pid);
  const isServer = (above: number): boolean => isServerOf(above, tops, siblings, processes);
  if (isBetween(parent) && isServer(parent.parent)) return parent.parent;
  return isServer(pid) ? pid : null;
}

function isServerOf(
  pid: number,
  tops: readonly number[],
  siblings: readonly number[],
  processes: Processes,
): boolean {
  const server = processes.get(pid);
  const children = tops.flatMap((top) => processes.get(top) ?? []);
  if (server === undefined || !children.every((one) => isSameProgram(one, server))) return false;
  const [child] = children;
  return children.length > 1 || children.some(isWorker) ||
    hasSameCommand(child, server) ||
    siblings.some((sibling) => hasSameCommand(child, processes.get(sibling)));
}

function isWorker({ program, commandLine }: ProcessFacts): boolean {
  return WORKER.test(program?.raw ?? "") || WORKER.test(commandLine ?? "");
}

/** Reports whether two processes have the same command line, but for numbers: each its own socket. */
function hasSameCommand(a: ProcessFacts | undefined, b: ProcessFacts | undefined): boolean {
  const [one, other] = [a, b].map((process) => process?.commandLine?.replace(/\d+/g, "0") ?? null);
  return one !== null && one === other;
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
