/**
 * The limits of connections: of all, and of each client. A connection takes a place of both.
 *
 * @module
 */
import type { Ip } from "../base/address.ts";
import type { Limit } from "../base/limit.ts";

/** There is one service: its limit has one key. */
const ALL = "";

export class ConnectionLimits {
  readonly #all: Limit;
  readonly #perAddress: Limit;

  constructor(all: Limit, perAddress: Limit) {
    this.#all = all;
    this.#perAddress = perAddress;
  }

  /**
   * Takes the places of a connection from `client`; false if there is none. One that has too many
   * does not even ask for a place among all. Null stands for a proxy, which is no single client: it
   * needs a place among all only.
   */
  admit(client: Ip | null): boolean | Promise<boolean> {
    if (client === null) return this.#all.admit(ALL);
    const isAdmitted = this.#perAddress.admit(client);
    if (isAdmitted === true) return this.#admitToAll(client);
    return isAdmitted && isAdmitted.then((is) => is && this.#admitToAll(client));
  }

  /** Gives back the places of a connection from `client`. */
  release(client: Ip | null): void {
    this.#all.release(ALL);
    if (client !== null) this.#perAddress.release(client);
  }

  #admitToAll(client: Ip): boolean | Promise<boolean> {
    const isAdmitted = this.#all.admit(ALL);
    if (isAdmitted === true) return true;
    if (isAdmitted === false) return this.#leave(client);
    return isAdmitted.then((is) => is || this.#leave(client));
  }

  #leave(client: Ip): false {
    this.#perAddress.release(client);
    return false;
  }
}
