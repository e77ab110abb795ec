/**
 * A process that has a listening socket, and how messages describe it. Pure.
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
  withoutZone,
  zoneOf,
} from "../../base/address.ts";
import type { ForeignText } from "../../base/printable.ts";
import { needsZone } from "./address_table.ts";

/**
 * One listening socket of one process. Several processes may share an endpoint (SO_REUSEPORT or
 * fork).
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
  /** Null if the system does not show it to this user. */
  readonly pid: number | null;
  readonly program: ForeignText | null;
  /** User name, or the user id if it has no name. */
  readonly user: string;
  /** Inode number of the socket; processes that share the socket have the same. */
  readonly socket: number;
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

/** Describes an owner: `nginx (pid 812, user root) on 0.0.0.0:80, every IPv4 address`. */
export function describeOwner(owner: PortOwner): string {
  const process = owner.pid === null
    ? `an unidentified process of user ${owner.user}`
    : `${owner.program ?? "a process"} (pid ${owner.pid}, user ${owner.user})`;
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

/** Returns the command that ends the programs that have a port, or the one that finds them. */
export function endOwners(owners: readonly PortOwner[], port: number, os: string): string {
  const pids = [...new Set(owners.flatMap(({ pid }) => pid ?? []))];
  if (pids.length === 0 || owners.some(({ pid }) => pid === null)) return ownerCommand(port, os);
  return os === "windows"
    ? `taskkill ${pids.map((pid) => `/PID ${pid}`).join(" ")}`
    : `kill ${pids.join(" ")}`;
}

/**
 * Returns how a program that has a port on every address leaves all but `ip` to others: nothing that
 * is typed here can do it, because the system gives the port to one of the two.
 */
export function moveOwner(owner: PortOwner, port: number, ip: Ip): string {
  const { program, pid } = owner;
  const name = program === null ? "the program" : String(program);
  const which = pid === null ? name : `${name} (pid ${pid})`;
  const endpoint = formatEndpoint({ ip, port });
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
