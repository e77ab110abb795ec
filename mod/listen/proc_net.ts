/**
 * Reads the text of Linux's /proc/net/tcp and tcp6. Pure: the text comes in, records go out.
 *
 * Source: proc_net_tcp of the kernel's documentation. Addresses are 32-bit words in the byte order of
 * the machine, which on every platform that Deno runs on is little-endian.
 *
 * @module
 */
import ipaddr from "ipaddr.js";
import { type Endpoint, type Ip, parseIp } from "../base/address.ts";

/** One listening socket as the kernel's table has it. */
export interface ListeningSocket extends Endpoint {
  readonly mapped: boolean;
  /** User number of the owner. */
  readonly uid: number;
  readonly socket: number;
}

/** State 0A is TCP_LISTEN. */
const ROW =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) \S+ 0A \S+ \S+ \S+ +(\d+) +\d+ (\d+)/;

/** The sockets that listen, in the order of the table. Lines of other states or shapes are skipped. */
export function parseProcNet(text: string): ListeningSocket[] {
  const found: ListeningSocket[] = [];
  for (const line of text.split("\n")) {
    const match = ROW.exec(line);
    if (match === null) continue;
    const [, address = "", port = "", uid = "", socket = ""] = match;
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

function decodeAddress(hex: string): { ip: Ip; mapped: boolean } {
  const bytes: number[] = [];
  for (let word = 0; word < hex.length; word += 8) {
    for (let at = word + 6; at >= word; at -= 2) bytes.push(parseInt(hex.slice(at, at + 2), 16));
  }
  const address = ipaddr.fromByteArray(bytes);
  const mapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress();
  return { ip: parseIp(address.toString()) as Ip, mapped };
}
