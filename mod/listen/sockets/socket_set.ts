/**
 * Edge: the listening sockets of the running service, opened and closed according to a plan.
 *
 * @module
 */
import { isLinkLocal, isWildcard, parseIp, withZone, zoneOf } from "../../base/address.ts";
import { AddressTable } from "../machine/address_table.ts";
import { type Binder, BindFault, bindFault } from "../machine/bind_fault.ts";
import type { Machine } from "../machine/machine_addresses.ts";
import { OwnerIndex } from "../machine/owner_index.ts";
import { isProcessOf, type PortOwner } from "../machine/port_owner.ts";
import { findListeners, ownersAmong } from "../machine/port_owners.ts";
import type { FailedBind, Plan } from "../plan/make_plan.ts";
import { type PlannedEndpoint, type SocketEndpoint, socketKey } from "../plan/plan.ts";
import { ANY_BINDER, type OpenEndpoint, openEndpoint } from "./endpoint.ts";

/** Called for the events of sockets. None of these may throw. */
export interface SocketEvents {
  /** `isSecure`: the socket uses TLS. */
  onConnection(conn: Deno.TcpConn, isSecure: boolean): void;
  /** Out of file descriptors: close what is dispensable. */
  onExhausted(): void;
  onFailure(endpoint: SocketEndpoint, error: unknown): void;
}

interface OpenSocket {
  /** With the current name of its interface. */
  endpoint: SocketEndpoint;
  isSecure: boolean;
  readonly isShared: boolean;
  readonly socket: OpenEndpoint;
}

interface OpenOptions {
  readonly tcpBacklog: number;
  readonly isShared: boolean;
}

/** Attempts at a port that is in use although no other process holds it. */
const ATTEMPTS_MAX = 3;

/** What a change of the sockets needs of them. */
export type Sockets = Pick<SocketSet, "endpoints" | "open" | "settle" | "close">;

export class SocketSet {
  readonly #open = new Map<string, OpenSocket>();
  readonly #events: SocketEvents;
  readonly #findListeners: (ports: ReadonlySet<number>) => Promise<readonly PortOwner[]>;
  readonly #binder: Binder;
  /** For the zones of connections to a wildcard; null until a plan is settled. */
  #table: AddressTable | null = null;

  constructor(
    events: SocketEvents,
    findOwners: (ports: ReadonlySet<number>) => Promise<readonly PortOwner[]> = findListeners,
    binder: Binder = ANY_BINDER,
  ) {
    this.#events = events;
    this.#binder = binder;
    this.#findListeners = findOwners;
  }

  /** Returns the endpoints of the sockets that now listen. */
  endpoints(): SocketEndpoint[] {
    return [...this.#open.values()].map(({ endpoint }) => endpoint);
  }

  /** Returns those of a kind, with whether they use TLS. */
  socketsOf(kind: "shared" | "exclusive"): (SocketEndpoint & { readonly secure: boolean })[] {
    return [...this.#open.values()].flatMap(({ endpoint, isSecure, isShared }) => {
      return isShared === (kind === "shared") ? [{ ...endpoint, secure: isSecure }] : [];
    });
  }

  /**
   * Opens what the plan says to open. Returns the failures; the other sockets stay open. Shared ones
   * can be opened by several processes of this user.
   */
  async open(
    plan: Pick<Plan, "endpoints">,
    tcpBacklog: number,
    { isShared = false }: { readonly isShared?: boolean } = {},
  ): Promise<FailedBind[]> {
    const wanted = plan.endpoints.filter(({ action }) => action === "open");
    const options = { tcpBacklog, isShared };
    let failed = wanted.flatMap((one) => this.#openOne(one, options) ?? []);
    for (let attempt = 1; failed.some(isInUse); attempt++) {
      const ports = new Set(failed.filter(isInUse).map(({ endpoint }) => endpoint.port));
      const owners = await this.#findListeners(ports);
      const others = new OwnerIndex(owners.filter((owner) => !isProcessOf(Deno.pid, owner)));
      const explained = failed.map((one) => isInUse(one) ? this.#withHolders(one, others) : one);
      if (attempt === ATTEMPTS_MAX) return explained;
      // What nobody holds any more was a holder that has just ended, or a socket of ours that was
      // being closed.
      const free = new Set(
        explained.filter((one) => isInUse(one) && one.fault.holders.length === 0)
          .map(({ endpoint }) => socketKey(endpoint)),
      );
      if (free.size === 0) return explained;
      const again = wanted.filter((one) => free.has(socketKey(one)));
      const stillFailed = again.flatMap((one) => this.#openOne(one, options) ?? []);
      failed = [
        ...explained.filter(({ endpoint }) => !free.has(socketKey(endpoint))),
        ...stillFailed,
      ];
    }
    return failed;
  }

  /**
   * Sets what the plan says of the sockets that stay open: whether they use TLS from now on, and the
   * present name of their interface.
   */
  settle(plan: Pick<Plan, "endpoints">, machine: Machine): void {
    this.#table = new AddressTable(machine);
    for (const planned of plan.endpoints) {
      const found = this.#open.get(socketKey(planned));
      if (found === undefined || planned.action !== "keep") continue;
      found.isSecure = planned.secure;
      found.endpoint = { ip: planned.ip, port: planned.port, scopeId: planned.scopeId };
    }
  }

  /** Closes the sockets of `endpoints`; connections that they have accepted continue. */
  async close(endpoints: readonly SocketEndpoint[]): Promise<void> {
    await Promise.all(endpoints.map(async (endpoint) => {
      const key = socketKey(endpoint);
      const found = this.#open.get(key);
      if (found === undefined) return;
      this.#open.delete(key);
      await found.socket.close();
    }));
  }

  #openOne(planned: PlannedEndpoint, options: OpenOptions): FailedBind | null {
    const { ip, port, scopeId, secure: isSecure } = planned;
    const endpoint: SocketEndpoint = { ip, port, scopeId };
    try {
      const socket = openEndpoint({ ...endpoint, ...options }, {
        onConnection: (conn) => this.#accepted(conn, opened),
        onExhausted: () => this.#events.onExhausted(),
        onFailure: (error) => this.#events.onFailure(opened.endpoint, error),
      });
      const opened: OpenSocket = { endpoint, socket, isSecure, isShared: options.isShared };
      this.#open.set(socketKey(endpoint), opened);
      return null;
    } catch (error) {
      if (!(error instanceof BindFault)) throw error;
      return { endpoint, fault: bindFault(endpoint, error.cause, [], this.#binder) };
    }
  }

  #withHolders({ endpoint, fault }: FailedBind, others: OwnerIndex): FailedBind {
    const holders = ownersAmong(others.near(endpoint), endpoint);
    return { endpoint, fault: bindFault(endpoint, fault.cause, holders, this.#binder) };
  }

  #accepted(conn: Deno.TcpConn, { endpoint, isSecure }: OpenSocket): void {
    if (conn.localAddr.hostname.startsWith("fe")) this.#addZones(conn, endpoint);
    this.#events.onConnection(conn, isSecure);
  }

  /**
   * Adds the zone to the link-local addresses of a connection: Deno reports them without. The zone
   * is that of the socket or, on a wildcard, of the only interface that has the address.
   */
  #addZones(conn: Deno.TcpConn, { ip }: SocketEndpoint): void {
    const local = parseIp(conn.localAddr.hostname);
    if (local === null || !isLinkLocal(local)) return;
    const records = isWildcard(ip) ? this.#table?.recordsOf(local) ?? [] : [];
    const zone = records.length === 1 ? zoneOf(records[0]!.ip) : zoneOf(ip);
    for (const side of ["localAddr", "remoteAddr"] as const) {
      const address = conn[side];
      const bare = parseIp(address.hostname);
      if (bare === null) continue;
      const value = { ...address, hostname: withZone(bare, zone) };
      Object.defineProperty(conn, side, { value });
    }
  }
}

function isInUse({ fault }: FailedBind): boolean {
  return fault.code === "EADDRINUSE";
}
