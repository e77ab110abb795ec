/**
 * The limit of tunnels of each client, over all programs. Pure.
 *
 * A tunnel may last for days, so it has a limit of its own and does not count as a request.
 *
 * @module
 */
import type { Ip } from "../../base/address.ts";
import type { Limit } from "../../base/limit.ts";
import { clientOf } from "../client.ts";

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
