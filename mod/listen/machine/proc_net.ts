/**
 * Parses the text of /proc/net/tcp and tcp6 on Linux. Pure.
 *
 * Source: proc_net_tcp in the kernel's documentation. Addresses are 32-bit words in the byte order
 * of the machine, which is little-endian on every platform on which Deno runs.
 *
 * @module
 */
import { type Endpoint, type Ip, ipOfBytes, isIpv4 } from "../../base/address.ts";

/** One listening socket, as in the kernel's table. */
export interface ListeningSocket extends Endpoint {
  readonly mapped: boolean;
  /** User id of the owner. */
  readonly uid: number;
  readonly socket: number;
}

/** Matches address, port, state, and later in the row user and socket. */
const ROW =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) \S+ ([0-9A-F]{2}) \S+ \S+ \S+ +(\d+) +\d+ (\d+)/;
const ESTABLISHED = "01";
const LISTEN = "0A";

/**
 * Returns the listening sockets in the order of the table. Lines of another state or form are
 * skipped.
 */
export function parseProcNet(text: string): ListeningSocket[] {
  const found: ListeningSocket[] = [];
  for (const line of text.split("\n")) {
    const match = ROW.exec(line);
    const [, address = "", port = "", state, uid = "", socket = ""] = match ?? [];
    if (state !== LISTEN) continue;
    const { ip, mapped } = decodeAddress(address);
    found.push({
      ip,
      port: parseInt(port, 16),
      mapped,
      uid: Number(uid),
      socket: Number(socket),
    });
  }
  return found;
}

/** Returns the local ends of the established connections. */
export function parseProcConnections(text: string): Endpoint[] {
  const found: Endpoint[] = [];
  for (const line of text.split("\n")) {
    const [, address = "", port = "", state] = ROW.exec(line) ?? [];
    if (state !== ESTABLISHED) continue;
    found.push({ ip: decodeAddress(address).ip, port: parseInt(port, 16) });
  }
  return found;
}

function decodeAddress(hex: string): { ip: Ip; mapped: boolean } {
  const bytes: number[] = [];
  for (let word = 0; word < hex.length; word += 8) {
    for (let at = word + 6; at >= word; at -= 2) bytes.push(parseInt(hex.slice(at, at + 2), 16));
  }
  const ip = ipOfBytes(bytes);
  return { ip, mapped: bytes.length === 16 && isIpv4(ip) };
}

/** What `ss` says of a socket that the tables in /proc do not. */
interface SocketScope {
  /**
   * The name of the interface that the socket is bound to, or the index of one that no longer exists;
   * "" for none.
   */
  readonly zone: string;
  readonly v6only: boolean;
}

/** Matches a row of `ss -e`: the interface, `%if3` if there is none any more, and the inode. */
const SCOPED_ROW = /^LISTEN +\S+ +\S+ +\S+?(?:%([^%\s]+))?:[0-9]+ .* ino:([0-9]+) (.*)$/;

/** Returns socket -> scope of the listening sockets. `interfaces` are the names that exist. */
export function parseScopedSockets(
  text: string,
  interfaces: ReadonlySet<string>,
): Map<number, SocketScope> {
  const scopes = new Map<number, SocketScope>();
  for (const line of text.split("\n")) {
    const [, name = "", socket, rest = ""] = SCOPED_ROW.exec(line) ?? [];
    if (socket === undefined) continue;
    const zone = interfaces.has(name) ? name : name.replace(/^if([0-9]+)$/, "$1");
    scopes.set(Number(socket), { zone, v6only: /\bv6only:1\b/.test(rest) });
  }
  return scopes;
}
