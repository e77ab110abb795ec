/**
 * The listening sockets of the running service, opened and closed according to a plan.
 *
 * @module
 */
import { type Endpoint, formatEndpoint } from "../../base/address.ts";
import { Fault } from "../../base/fault.ts";
import { type OpenEndpoint, openEndpoint } from "./endpoint.ts";
import type { PortOwner } from "../machine/port_owner.ts";
import { cachedPortOwnerLookup } from "../machine/port_owners.ts";
import type { FailedBind, Plan } from "../plan/make_plan.ts";

interface SocketEvents {
  /** `isSecure`: the socket uses TLS. */
  onConnection(conn: Deno.TcpConn, isSecure: boolean): void;
  /** Out of file descriptors: close what is dispensable. */
  onExhausted(): void;
  onFailure(endpoint: Endpoint, error: unknown): void;
}

interface OpenSocket {
  readonly endpoint: Endpoint;
  readonly socket: OpenEndpoint;
  readonly protocol: { isSecure: boolean };
}

export class SocketSet {
  readonly #open = new Map<string, OpenSocket>();
  readonly #events: SocketEvents;
  readonly #makeLookup: () => (endpoint: Endpoint) => readonly PortOwner[];

  /** `makeLookup` makes the lookup of port owners, once for each {@linkcode SocketSet.open}. */
  constructor(
    events: SocketEvents,
    makeLookup: () => (endpoint: Endpoint) => readonly PortOwner[] = cachedPortOwnerLookup,
  ) {
    this.#events = events;
    this.#makeLookup = makeLookup;
  }

  /** Returns the endpoints of the sockets that now listen. */
  endpoints(): Endpoint[] {
    return [...this.#open.values()].map(({ endpoint }) => endpoint);
  }

  /** Opens what the plan says to open. Returns the failures; the other sockets stay open. */
  open(plan: Pick<Plan, "endpoints">, tcpBacklog: number): FailedBind[] {
    const failed: FailedBind[] = [];
    const findOwners = this.#makeLookup();
    for (const planned of plan.endpoints) {
      if (planned.action !== "open") continue;
      const endpoint: Endpoint = { ip: planned.ip, port: planned.port };
      try {
        const protocol = { isSecure: planned.secure };
        const socket = openEndpoint({ ...endpoint, tcpBacklog }, {
          onConnection: (conn) => this.#events.onConnection(conn, protocol.isSecure),
          onExhausted: () => this.#events.onExhausted(),
          onFailure: (error) => this.#events.onFailure(endpoint, error),
        }, findOwners);
        this.#open.set(formatEndpoint(endpoint), { endpoint, socket, protocol });
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        failed.push({ endpoint, fault: error });
      }
    }
    return failed;
  }

  /** Sets whether the sockets that stay open use TLS from now on, as `plan` says. */
  updateProtocols(plan: Plan): void {
    for (const planned of plan.endpoints) {
      const found = this.#open.get(formatEndpoint(planned));
      if (found !== undefined && planned.action === "keep") {
        found.protocol.isSecure = planned.secure;
      }
    }
  }

  /** Closes the sockets of `endpoints`; connections that they have accepted continue. */
  async close(endpoints: readonly Endpoint[]): Promise<void> {
    await Promise.all(endpoints.map(async (endpoint) => {
      const key = formatEndpoint(endpoint);
      const found = this.#open.get(key);
      if (found === undefined) return;
      this.#open.delete(key);
      await found.socket.close();
    }));
  }
}
