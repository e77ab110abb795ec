/**
 * The number of tunnels of each client, over all programs. Pure.
 *
 * A tunnel may last for days, so it has a limit of its own and does not count as a request. A
 * client is an IPv4 address or the /64 of an IPv6 address, which one host can use as a whole; a
 * link-local address, whose /64 is the same for every host, is a client of its own.
 *
 * @module
 */
import { type Ip, ipBytes, isIpv4, isLinkLocal } from "../../base/address.ts";

const SUBNET_BYTES = 8;

export class TunnelLimits {
  readonly #maxPerClient: () => number;
  readonly #counts = new Map<string, number>();

  constructor(maxPerClient: () => number) {
    this.#maxPerClient = maxPerClient;
  }

  /** Counts a tunnel of the client at `ip`; false, and not counted, if it has too many. */
  admit(ip: Ip): boolean {
    const client = clientOf(ip);
    const count = this.#counts.get(client) ?? 0;
    if (count >= this.#maxPerClient()) return false;
    this.#counts.set(client, count + 1);
    return true;
  }

  /** Ends what {@linkcode TunnelLimits.admit} has counted. */
  release(ip: Ip): void {
    const client = clientOf(ip);
    const remaining = (this.#counts.get(client) ?? 1) - 1;
    if (remaining === 0) this.#counts.delete(client);
    else this.#counts.set(client, remaining);
  }
}

function clientOf(ip: Ip): string {
  if (isIpv4(ip) || isLinkLocal(ip)) return ip;
  return ipBytes(ip).slice(0, SUBNET_BYTES).join(".");
}
