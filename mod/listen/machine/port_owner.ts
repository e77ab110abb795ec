/**
 * A program that has a listening socket, and how messages describe it. Pure.
 *
 * @module
 */
import {
  ANY_V4,
  ANY_V6,
  type Endpoint,
  formatEndpoint,
  type Ip,
  isIpv4,
  isWildcard,
  withoutZone,
  zoneOf,
} from "../../base/address.ts";
import type { ForeignText } from "../../base/printable.ts";
import { needsZone } from "./address_table.ts";

/**
 * What one program has on one endpoint: a process, or a server with its workers, which share the
 * socket. Several owners may share an endpoint (SO_REUSEPORT) or a socket (as a service and the
 * systemd that passed it on). Its fields are its JSON form.
 */
export interface PortOwner extends Endpoint {
  /** `0.0.0.0` and `::` for a socket on every address. */
  readonly ip: Ip;
  /** True for an IPv6 socket on an IPv4-mapped address; `ip` is the IPv4 address. */
  readonly mapped: boolean;
  /** For a socket on `::`, whether it takes no IPv4; null if the system does not say. */
  readonly v6only: boolean | null;
  /** The interface that a socket on a wildcard is bound to; null for none. */
  readonly device: string | null;
  /**
   * The process; the parent of `workers`, if there are any. Null if the system does not show it to
   * this user, or if the parent of the workers is another program, or has ended.
   */
  readonly pid: number | null;
  readonly program: ForeignText | null;
  /**
   * User of the process, by name, or the user id if it has no name; if hidden, of the socket. Null if
   * the system does not say.
   */
  readonly user: string | null;
  /** The processes of the same program that share the socket with `pid`, in order. */
  readonly workers: readonly number[];
  /** The parent of `workers`, where the system says no more of it than this; 0 if not even that. */
  readonly hiddenParent?: number;
  /** A number of the socket, on Linux its inode; owners that share the socket have the same. */
  readonly socket: number;
  /** All sockets, if it has several on the endpoint. */
  readonly sockets?: readonly number[];
  /** Name of the network namespace, such as `net:[4026532281]`; null if it is the caller's. */
  readonly namespace: string | null;
}

/** Reports whether two endpoints cannot both be bound. If `dualStack`, `::` accepts IPv4 too. */
export function endpointsCollide(a: Endpoint, b: Endpoint, dualStack: boolean): boolean {
  if (a.port !== b.port) return false;
  if (a.ip === b.ip) return true;
  // A link-local address without a zone may be on the other's interface.
  if ((needsZone(a.ip) || needsZone(b.ip)) && withoutZone(a.ip) === withoutZone(b.ip)) return true;
  if (dualStack && (a.ip === ANY_V6 || b.ip === ANY_V6)) return true;
  if (isIpv4(a.ip) !== isIpv4(b.ip)) return false;
  const any = isIpv4(a.ip) ? ANY_V4 : ANY_V6;
  return a.ip === any || b.ip === any;
}

/**
 * Reports whether another process's socket keeps `endpoint` from being bound where the system lets an
 * address be bound beside the wildcard ({@linkcode Machine.besideWildcard}): if it is on the same
 * address, or if both are on every address of a family.
 */
export function keepsFromBeside(owner: PortOwner, endpoint: Endpoint, dualStack: boolean): boolean {
  if (!keepsFrom(owner, endpoint, dualStack)) return false;
  return isWildcard(owner.ip) === isWildcard(endpoint.ip);
}

/**
 * Reports whether another process's socket keeps `endpoint` from being bound. `dualStack` is what
 * holds for a socket on `::` of which the system does not say.
 */
export function keepsFrom(owner: PortOwner, endpoint: Endpoint, dualStack: boolean): boolean {
  const isOther = owner.device !== null && zoneOf(endpoint.ip) !== "" &&
    zoneOf(endpoint.ip) !== owner.device;
  if (isOther) return false;
  const isDual = owner.v6only === null ? dualStack : !owner.v6only;
  // Our own socket on `::` takes IPv4 if the system's sockets do.
  return endpointsCollide(owner, endpoint, owner.ip === ANY_V6 ? isDual : dualStack);
}

/** Reports whether `pid` is one of the processes of an owner. */
export function isProcessOf(pid: number, owner: PortOwner): boolean {
  return owner.pid === pid || owner.workers.includes(pid);
}

/** Names the processes of an owner: `nginx (pid 16328 and 8 workers)`. */
function describeProcesses(
  { pid, program, workers, sockets, hiddenParent }: PortOwner,
): string {
  const name = program ?? "a process";
  const count = workers.length;
  if (pid !== null && count === 0) return `${name} (pid ${pid})`;
  if (pid !== null) return `${name} (pid ${pid} and ${count} worker${count === 1 ? "" : "s"})`;
  if (count === 0) {
    return sockets === undefined ? "an unidentified process" : "one or more unidentified processes";
  }
  const shown = count > NAMED_WORKERS_MAX
    ? `${workers.slice(0, NAMED_WORKERS_MAX).join(", ")} and ${count - NAMED_WORKERS_MAX} more`
    : workers.join(", ");
  return hiddenParent === undefined
    ? `${name} (pids ${shown})`
    : hiddenParent === 0
    ? `${name} (pids ${shown}; their parent is hidden)`
    : `${name} (pids ${shown}; their parent, pid ${hiddenParent}, is hidden)`;
}

/** Workers that are named one by one if there is no parent to stand for them. */
const NAMED_WORKERS_MAX = 4;

/** Describes an owner: `nginx (pid 812, user root) on 0.0.0.0:80, every IPv4 address`. */
export function describeOwner(owner: PortOwner): string {
  const isSingle = owner.pid !== null && owner.workers.length === 0;
  const { user } = owner;
  const process = isSingle && user !== null
    ? `${owner.program ?? "a process"} (pid ${owner.pid}, user ${user})`
    : `${describeProcesses(owner)}${user === null ? "" : ` of user ${user}`}`;
  const where = owner.device === null ? "" : ` of ${owner.device}`;
  const scope = owner.ip === ANY_V4
    ? `, every IPv4 address${where}`
    : owner.ip === ANY_V6
    ? `, every ${owner.v6only ? "IPv6 " : ""}address${where}`
    : owner.mapped
    ? ", IPv4-mapped"
    : "";
  return `${process} on ${formatEndpoint(owner)}${scope}`;
}

/** Describes the owners of a port in one sentence. */
export function describeOwners(owners: readonly PortOwner[]): string {
  return owners.map(describeOwner).join(" and ");
}

/** Returns the command that ends the programs that have a port, or the one that finds them. */
export function endOwners(owners: readonly PortOwner[], port: number, os: string): string {
  if (owners.some(isSystemd)) return FIND_SOCKET_UNIT;
  const pids = processesToStop(owners);
  if (pids === null) return ownerCommand(port, os);
  if (os !== "windows") return `kill ${pids.join(" ")}`;
  // A program of the console ends only by force: it has no window to close.
  return owners.some(isWindowsKernel)
    ? KERNEL_QUEUES
    : `taskkill /F ${pids.map((pid) => `/PID ${pid}`).join(" ")}`;
}

/** Shows the unit that keeps a socket open for a service. */
const FIND_SOCKET_UNIT = "systemctl list-sockets";

/** The process "System" of Windows, which has the sockets of its own HTTP.sys. */
const KERNEL_PID = 4;
/** Shows which programs have URLs at the HTTP.sys of Windows. */
export const KERNEL_QUEUES = "netsh http show servicestate view=requestq";

/** Reports whether the owner is the kernel of Windows, behind which other programs may be. */
export function isWindowsKernel({ pid, program }: PortOwner): boolean {
  return pid === KERNEL_PID && program?.raw === "System";
}

/** Reports whether the owner is systemd, which keeps a socket that it passes to a service. */
export function isSystemd({ pid, program }: PortOwner): boolean {
  return pid === 1 && program?.raw === "systemd";
}

/**
 * Returns the processes whose end frees the port: of a server its parent, which would start workers
 * again. Null if one of them is not known.
 */
function processesToStop(owners: readonly PortOwner[]): number[] | null {
  const isKnown = owners.every(({ pid, workers, hiddenParent }) => {
    return pid !== null || (workers.length > 0 && hiddenParent === undefined);
  });
  if (owners.length === 0 || !isKnown) return null;
  return [...new Set(owners.flatMap(({ pid, workers }) => pid ?? workers))];
}

/**
 * Returns how a program that has a port on every address leaves all but `ip` to others: nothing that
 * is typed here can do it, because the system gives the port to one of the two.
 */
export function moveOwner(owner: PortOwner, port: number, ip: Ip): string {
  const { program, pid, workers } = owner;
  const endpoint = formatEndpoint({ ip, port });
  if (isSystemd(owner)) {
    return `in the socket unit that has the port (${FIND_SOCKET_UNIT}): ` +
      `"ListenStream=${endpoint}" in place of "ListenStream=${port}"; then restart it`;
  }
  const name = program === null ? "the program" : String(program);
  const which = pid === null && workers.length === 0 ? name : describeProcesses(owner);
  const how = DIRECTIVES.find(([pattern]) => pattern.test(name))?.[1](endpoint, ip, port) ??
    `give it the address ${ip} to listen on, in place of every address`;
  return `in the configuration of ${which}: ${how}; then restart it`;
}

type Directive = (endpoint: string, ip: Ip, port: number) => string;

/** By program: what its configuration says in place of every address. */
const DIRECTIVES: readonly (readonly [name: RegExp, directive: Directive])[] = [
  [/^nginx/, (endpoint, _ip, port) => `"listen ${endpoint};" in place of "listen ${port};"`],
  [/^(?:apache2|httpd)/, (endpoint, _ip, port) => {
    return `"Listen ${endpoint}" in place of "Listen ${port}"`;
  }],
  [/^caddy/, (_endpoint, ip) => `"default_bind ${ip}" in the global options`],
  [/^haproxy/, (endpoint, _ip, port) => `"bind ${endpoint}" in place of "bind *:${port}"`],
  [/^lighttpd/, (_endpoint, ip) => `server.bind = "${ip}"`],
  [/^python/, (_endpoint, ip, port) => `python3 -m http.server ${port} --bind ${ip}`],
];

/** Returns the command that shows the owner of a port if this program cannot determine it. */
export function ownerCommand(port: number, os: string): string {
  if (os === "windows") return `netstat -ano | findstr :${port}`;
  if (os === "linux") return `sudo ss -atnp 'sport = :${port}'`;
  return `sudo lsof -nP -iTCP:${port} -sTCP:LISTEN`;
}
