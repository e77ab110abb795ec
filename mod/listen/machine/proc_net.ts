/**
 * Reads the text of Linux's /proc/net/tcp and tcp6. Pure: the text comes in, records go out.
 *
 * Source: proc_net_tcp of the kernel's documentation. Addresses are 32-bit words in the byte order of
 * the machine, which on every platform that Deno runs on is little-endian.
 *
 * @module
 */
import ipaddr from "ipaddr.js";
import { type Endpoint, type Ip, parseIp } from "../../base/address.ts";

/** One listening socket as the kernel's table has it. */
export interface ListeningSocket extends Endpoint {
  readonly mapped: boolean;
  /** User number of the owner. */
  readonly uid: number;
  readonly socket: number;
}

/** Address, port, state, and further on user and socket. */
const ROW =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) \S+ ([0-9A-F]{2}) \S+ \S+ \S+ +(\d+) +\d+ (\d+)/;
const ESTABLISHED = "01";
const LISTEN = "0A";

/** The sockets that listen, in the order of the table. Lines of other states or shapes are skipped. */
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

/** The near ends of the connections that are established. */
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
  const address = ipaddr.fromByteArray(bytes);
  const mapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress();
  return { ip: parseIp(address.toString()) as Ip, mapped };
}
