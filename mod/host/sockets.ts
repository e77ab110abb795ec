/**
 * The listening sockets of the running service: opens and closes what a plan says.
 *
 * @module
 */
import { type Endpoint, formatEndpoint } from "../base/address.ts";
import { Fault } from "../base/fault.ts";
import { type OpenEndpoint, openEndpoint } from "../listen/endpoint.ts";
import type { Holder } from "../listen/holder.ts";
import { rememberingFindHolders } from "../listen/holders.ts";
import type { FailedBind, Plan } from "../listen/plan.ts";

export interface SocketEvents {
  onConnection(conn: Deno.TcpConn, endpoint: Endpoint): void;
  /** Out of file descriptors: make room. */
  onExhausted(): void;
  onFailure(endpoint: Endpoint, error: unknown): void;
}

export class Sockets {
  readonly #open = new Map<string, { endpoint: Endpoint; socket: OpenEndpoint }>();
  readonly #events: SocketEvents;
  readonly #lookUp: () => (endpoint: Endpoint) => readonly Holder[];

  /** `lookUp` makes what tells who is in the way, once for each {@linkcode Sockets.open}. */
  constructor(
    events: SocketEvents,
    lookUp: () => (endpoint: Endpoint) => readonly Holder[] = rememberingFindHolders,
  ) {
    this.#events = events;
    this.#lookUp = lookUp;
  }

  /** What listens now. */
  endpoints(): Endpoint[] {
    return [...this.#open.values()].map(({ endpoint }) => endpoint);
  }

  /** Opens what the plan wants opened; each failure is told, the others stay open. */
  open(plan: Plan, tcpBacklog: number): FailedBind[] {
    const failed: FailedBind[] = [];
    const holdersOf = this.#lookUp();
    for (const planned of plan.endpoints) {
      if (planned.action !== "open") continue;
      const endpoint: Endpoint = { ip: planned.ip, port: planned.port };
      try {
        const socket = openEndpoint({ ...endpoint, tcpBacklog }, {
          onConnection: (conn) => this.#events.onConnection(conn, endpoint),
          onExhausted: () => this.#events.onExhausted(),
          onFailure: (error) => this.#events.onFailure(endpoint, error),
        }, holdersOf);
        this.#open.set(formatEndpoint(endpoint), { endpoint, socket });
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        failed.push({ endpoint, fault: error });
      }
    }
    return failed;
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
