/**
 * Edge: the listening sockets of the running service, opened and closed according to a plan.
 *
 * @module
 */
import {
  type Endpoint,
  isIpv4,
  isLinkLocal,
  isWildcard,
  parseIp,
  withZone,
  zoneOf,
} from "../../base/address.ts";
import { inSlices } from "../../base/work/slices.ts";
import { forEach, map } from "../../base/work/steps.ts";
import { type AddressTable, tableOf } from "../machine/address_table.ts";
import { type Binder, BindFault, bindFault } from "../machine/bind_fault.ts";
import type { Listeners } from "../machine/listeners.ts";
import type { Machine } from "../machine/machine_addresses.ts";
import { OwnerIndex } from "../machine/owner_index.ts";
import { isProcessOf } from "../machine/port_owner.ts";
import { findListeners, ownersAmong } from "../machine/port_owners.ts";
import type { FailedBind, Plan } from "../plan/make_plan.ts";
import { EndpointMap } from "../plan/endpoint_map.ts";
import type { PlannedEndpoint, SocketEndpoint } from "../plan/plan.ts";
import { ANY_BINDER } from "./endpoint.ts";
import { closeSockets, type OpenOptions, OpenSocket, type SocketOwner } from "./open_socket.ts";

/** Called for the events of sockets. None of these may throw. */
export interface SocketEvents {
  /** `isSecure`: the socket uses TLS. */
  onConnection(conn: Deno.TcpConn, isSecure: boolean): void;
  /** Out of file descriptors: close what is dispensable. */
  onExhausted(): void;
  onFailure(endpoint: SocketEndpoint, error: unknown): void;
  /** Sockets were opened or closed, or have another name. */
  onChanged?(): void;
}

const ANY = { IPv4: parseIp("0.0.0.0")!, IPv6: parseIp("::")! } as const;
/** Attempts at a port that is in use although no other process holds it. */
const ATTEMPTS_MAX = 3;
/** Sockets that are opened without a pause: each takes about 15 us. */
const OPENED_AT_ONCE = 16;

type FindListeners = (ports: ReadonlySet<number>) => Promise<Pick<Listeners, "owners">>;

/** What a change of the sockets needs of them. */
export type Sockets = Pick<
  SocketSet,
  "endpoints" | "open" | "acceptAll" | "settle" | "close"
>;

export class SocketSet {
  readonly #open = new EndpointMap<OpenSocket>();
  /** Those that do not accept yet. */
  #silent: OpenSocket[] = [];
  readonly #owner: SocketOwner;
  readonly #onChanged: () => void;
  readonly #findListeners: FindListeners;
  readonly #binder: Binder;
  /** For the zones of connections to a wildcard; null until a plan is settled. */
  #table: AddressTable | null = null;

  constructor(
    events: SocketEvents,
    findOwners: FindListeners = findListeners,
    binder: Binder = ANY_BINDER,
  ) {
    this.#owner = {
      onConnection: (conn, { endpoint }) => {
        if (conn.localAddr.hostname.startsWith("fe")) this.#addZones(conn, endpoint);
        events.onConnection(conn, endpoint.secure);
      },
      onExhausted: () => events.onExhausted(),
      onFailure: ({ endpoint }, error) => events.onFailure(endpoint, error),
    };
    this.#onChanged = () => events.onChanged?.();
    this.#binder = binder;
    this.#findListeners = findOwners;
  }

  /** Returns the endpoints of the sockets that now listen. */
  endpoints(): SocketEndpoint[] {
    return Array.from(this.#open.values(), ({ endpoint }) => endpoint);
  }

  /** Returns the socket that accepts who connects to `local`; null if none listens there any more. */
  listenerOf({ ip, port }: Endpoint): SocketEndpoint | null {
    const zone = zoneOf(ip);
    for (const one of zone === "" ? [] : this.#open.values()) {
      if (one.endpoint.ip === ip && one.endpoint.port === port) return one.endpoint;
    }
    for (const wanted of [ip, ANY[isIpv4(ip) ? "IPv4" : "IPv6"], ANY.IPv6]) {
      const found = this.#open.get({ ip: wanted, port, scopeId: 0 });
      if (found !== undefined) return found.endpoint;
    }
    return null;
  }

  /** Returns those of a kind, with whether they use TLS. */
  socketsOf(kind: "shared" | "exclusive"): (SocketEndpoint & { readonly secure: boolean })[] {
    const some = [...this.#open.values()].filter(({ isShared }) =>
      isShared === (kind === "shared")
    );
    return some.map(({ endpoint: { ip, port, scopeId, secure } }) => ({
      ip,
      port,
      scopeId,
      secure,
    }));
  }

  /**
   * Opens what the plan says to open. Returns the failures; the other sockets stay open. Who connects
   * to a new one waits until {@linkcode acceptAll}. Shared ones can be opened by several processes of
   * this user.
   */
  async open(
    plan: Pick<Plan, "endpoints">,
    tcpBacklog: number,
    { isShared = false }: { readonly isShared?: boolean } = {},
  ): Promise<FailedBind[]> {
    const wanted = plan.endpoints.filter(({ action }) => action === "open");
    const options = { tcpBacklog, isShared };
    let failed = await this.#openEach(wanted, options);
    for (let attempt = 1; failed.some(isInUse); attempt++) {
      const ports = new Set(failed.filter(isInUse).map(({ endpoint }) => endpoint.port));
      const { owners } = await this.#findListeners(ports);
      const others = new OwnerIndex(owners.filter((owner) => !isProcessOf(Deno.pid, owner)));
      const explained = await inSlices(
        map(failed, (one) => isInUse(one) ? this.#withHolders(one, others) : one),
      );
      if (attempt === ATTEMPTS_MAX) return explained;
      // What nobody holds any more was a holder that has just ended, or a socket of ours that was
      // being closed.
      const free = new EndpointMap<FailedBind>();
      for (const one of explained) {
        if (isInUse(one) && one.fault.holders.length === 0) free.set(one.endpoint, one);
      }
      if (free.size === 0) return explained;
      const again = wanted.filter((one) => free.has(one));
      failed = [
        ...explained.filter(({ endpoint }) => !free.has(endpoint)),
        ...await this.#openEach(again, options),
      ];
    }
    return failed;
  }

  /** Accepts on every open socket from now on: what its clients will be served with is in force. */
  async acceptAll(): Promise<void> {
    const silent = this.#silent;
    this.#silent = [];
    this.#onChanged();
    await inSlices(forEach(silent, (one) => one.accept()));
  }

  /**
   * Sets what the plan says of the sockets that stay open: whether they use TLS from now on, and the
   * present name of their interface.
   */
  async settle(plan: Pick<Plan, "endpoints">, machine: Machine): Promise<void> {
    const table = await inSlices(tableOf(machine));
    const changed: (readonly [OpenSocket, PlannedEndpoint])[] = [];
    await inSlices(forEach(plan.endpoints, (planned) => {
      const found = planned.action === "keep" ? this.#open.get(planned) : undefined;
      if (found !== undefined && found.endpoint !== planned) changed.push([found, planned]);
    }));
    // Without a pause: no connection may find some of them as they will be, others as they were.
    for (const [socket, planned] of changed) socket.endpoint = planned;
    if (changed.length > 0) this.#onChanged();
    this.#table = table;
  }

  /**
   * Closes the sockets of `endpoints`; connections that they have accepted continue, and those that
   * wait to be accepted are accepted first.
   */
  async close(endpoints: readonly SocketEndpoint[]): Promise<void> {
    const closing: OpenSocket[] = [];
    await inSlices(forEach(endpoints, (endpoint) => {
      const found = this.#open.get(endpoint);
      if (found === undefined) return;
      this.#open.delete(endpoint);
      closing.push(found);
    }));
    this.#onChanged();
    await closeSockets(closing);
  }

  async #openEach(
    wanted: readonly PlannedEndpoint[],
    options: OpenOptions,
  ): Promise<FailedBind[]> {
    const failed: FailedBind[] = [];
    await inSlices(forEach(wanted, (one) => {
      const failure = this.#openOne(one, options);
      if (failure !== null) failed.push(failure);
    }, OPENED_AT_ONCE));
    return failed;
  }

  #openOne(planned: PlannedEndpoint, options: OpenOptions): FailedBind | null {
    const { ip, port, scopeId } = planned;
    try {
      const opened = new OpenSocket(planned, options, this.#owner);
      this.#open.set(planned, opened);
      this.#silent.push(opened);
      return null;
    } catch (error) {
      if (!(error instanceof BindFault)) throw error;
      const endpoint: SocketEndpoint = { ip, port, scopeId };
      return { endpoint, fault: bindFault(endpoint, error.cause, [], this.#binder) };
    }
  }

  #withHolders({ endpoint, fault }: FailedBind, others: OwnerIndex): FailedBind {
    const holders = ownersAmong(others.near(endpoint), endpoint);
    return { endpoint, fault: bindFault(endpoint, fault.cause, holders, this.#binder) };
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
