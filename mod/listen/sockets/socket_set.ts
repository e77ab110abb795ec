/**
 * The listening sockets of the running service: opens and closes what a plan says.
 *
 * @module
 */
import { type Endpoint, formatEndpoint } from "../../base/address.ts";
import { Fault } from "../../base/fault.ts";
import { type OpenEndpoint, openEndpoint } from "./endpoint.ts";
import type { PortOwner } from "../machine/port_owner.ts";
import { cachedFindPortOwners } from "../machine/port_owners.ts";
import type { FailedBind, Plan } from "../plan/make_plan.ts";

interface SocketEvents {
  /** `isSecure`: TLS is spoken there. */
  onConnection(conn: Deno.TcpConn, isSecure: boolean): void;
  /** Out of file descriptors: make room. */
  onExhausted(): void;
  onFailure(endpoint: Endpoint, error: unknown): void;
}

interface OpenSocket {
  readonly endpoint: Endpoint;
  readonly socket: OpenEndpoint;
  readonly speech: { isSecure: boolean };
}

export class SocketSet {
  readonly #open = new Map<string, OpenSocket>();
  readonly #events: SocketEvents;
  readonly #lookUp: () => (endpoint: Endpoint) => readonly PortOwner[];

  /** `lookUp` makes what tells who is in the way, once for each {@linkcode SocketSet.open}. */
  constructor(
    events: SocketEvents,
    lookUp: () => (endpoint: Endpoint) => readonly PortOwner[] = cachedFindPortOwners,
  ) {
    this.#events = events;
    this.#lookUp = lookUp;
  }

  /** What listens now. */
  endpoints(): Endpoint[] {
    return [...this.#open.values()].map(({ endpoint }) => endpoint);
  }

  /** Opens what the plan wants opened; each failure is told, the others stay open. */
  open(plan: Pick<Plan, "endpoints">, tcpBacklog: number): FailedBind[] {
    const failed: FailedBind[] = [];
    const holdersOf = this.#lookUp();
    for (const planned of plan.endpoints) {
      if (planned.action !== "open") continue;
      const endpoint: Endpoint = { ip: planned.ip, port: planned.port };
      try {
        const speech = { isSecure: planned.secure };
        const socket = openEndpoint({ ...endpoint, tcpBacklog }, {
          onConnection: (conn) => this.#events.onConnection(conn, speech.isSecure),
          onExhausted: () => this.#events.onExhausted(),
          onFailure: (error) => this.#events.onFailure(endpoint, error),
        }, holdersOf);
        this.#open.set(formatEndpoint(endpoint), { endpoint, socket, speech });
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        failed.push({ endpoint, fault: error });
      }
    }
    return failed;
  }

  /** From now on the sockets that stay speak what `plan` says. */
  settle(plan: Plan): void {
    for (const planned of plan.endpoints) {
      const found = this.#open.get(formatEndpoint(planned));
      if (found !== undefined && planned.action === "keep") found.speech.isSecure = planned.secure;
    }
  }

  /** Closes the sockets of `endpoints`; connections that they accepted go on. */
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
