/**
 * Who counts as one client: an IPv4 address or the /64 of an IPv6 address, which one host can use as
 * a whole; a link-local address, whose /64 is the same for every host, is a client of its own. Pure.
 *
 * @module
 */
import { type Ip, ipBytes, isIpv4, isLinkLocal } from "../base/address.ts";

const SUBNET_BYTES = 8;

/** Returns the name by which the client at `ip` is counted. */
export function clientOf(ip: Ip): string {
  if (isIpv4(ip) || isLinkLocal(ip)) return ip;
  return ipBytes(ip).slice(0, SUBNET_BYTES).join(".");
}
