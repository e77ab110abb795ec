/**
 * The limit of tunnels of each client, over all programs. Pure.
 *
 * A tunnel may last for days, so it has a limit of its own and does not count as a request. A
 * client is an IPv4 address or the /64 of an IPv6 address, which one host can use as a whole; a
 * link-local address, whose /64 is the same for every host, is a client of its own.
 *
 * @module
 */
import { type Ip, ipBytes, isIpv4, isLinkLocal } from "../../base/address.ts";
import type { Limit } from "../../base/limit.ts";

const SUBNET_BYTES = 8;

export class TunnelLimits {
  readonly #perClient: Limit;

  constructor(perClient: Limit) {
    this.#perClient = perClient;
  }

  /** Counts a tunnel of the client at `ip`; false, and not counted, if it has too many. */
  admit(ip: Ip): boolean | Promise<boolean> {
    return this.#perClient.admit(clientOf(ip));
  }

  /** Ends what {@linkcode TunnelLimits.admit} has counted. */
  release(ip: Ip): void {
    this.#perClient.release(clientOf(ip));
  }
}

function clientOf(ip: Ip): string {
  if (isIpv4(ip) || isLinkLocal(ip)) return ip;
  return ipBytes(ip).slice(0, SUBNET_BYTES).join(".");
}
