/**
 * A process that holds a listening socket, and how people are told of it. Pure.
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
} from "../../base/address.ts";

/** One listening socket of one process. Several with one endpoint share it (SO_REUSEPORT or fork). */
export interface PortOwner extends Endpoint {
  /** `0.0.0.0` and `::` for a socket on every address. */
  readonly ip: Ip;
  /** True where the socket is an IPv6 one on an IPv4-mapped address; `ip` is the IPv4 address. */
  readonly mapped: boolean;
  /** Null where the system does not tell this user. */
  readonly pid: number | null;
  readonly program: string | null;
  /** User name, or the number where there is no name for it. */
  readonly user: string;
  /** Socket number (inode) of the system; the same in two processes where they share the socket. */
  readonly socket: number;
  /** Name of the network namespace where it is not the caller's, such as `net:[4026532281]`. */
  readonly namespace: string | null;
}

/** True where the two cannot both be bound. A `::` socket counts as taking IPv4 where `dualStack`. */
export function endpointsCollide(a: Endpoint, b: Endpoint, dualStack: boolean): boolean {
  if (a.port !== b.port) return false;
  if (a.ip === b.ip) return true;
  if (dualStack && (a.ip === ANY_V6 || b.ip === ANY_V6)) return true;
  if (isIpv4(a.ip) !== isIpv4(b.ip)) return false;
  const any = isIpv4(a.ip) ? ANY_V4 : ANY_V6;
  return a.ip === any || b.ip === any;
}

/** `nginx (pid 812, user root) on 0.0.0.0:80, every IPv4 address`. */
export function describeOwner(holder: PortOwner): string {
  const who = holder.pid === null
    ? `a process of user ${holder.user} that is not shown here`
    : `${holder.program ?? "a process"} (pid ${holder.pid}, user ${holder.user})`;
  const reach = holder.ip === ANY_V4
    ? ", every IPv4 address"
    : holder.ip === ANY_V6
    ? ", every address"
    : holder.mapped
    ? ", IPv4-mapped"
    : "";
  return `${who} on ${formatEndpoint(holder)}${reach}`;
}

/** The command that shows who holds a port where this program cannot tell. */
export function ownerCommand(port: number, os: string): string {
  if (os === "windows") return `netstat -ano | findstr :${port}`;
  if (os === "linux") return `sudo ss -ltnp 'sport = :${port}'`;
  return `sudo lsof -nP -iTCP:${port} -sTCP:LISTEN`;
}
