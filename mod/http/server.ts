/**
 * The HTTP server as the host sees it: it serves accepted connections, counts and limits them, and
 * drains them. It does not open sockets itself.
 *
 * @module
 */
import { ClientEndpoints, type Endpoint, LocalEndpoints, withoutZone } from "../base/address.ts";
import type {
  AcceptedStream,
  Handler,
  RefusalPage,
  RefusedRecord,
  RequestTracer,
  ServedRecord,
} from "../base/exchange.ts";
import { LinkedList } from "../base/linked_list.ts";
import type { Settings } from "../config/document/settings.ts";
import { closeQuietly } from "../wire/byte_stream.ts";
import { type Clock, SystemClock, ticksOf } from "./clock.ts";
import { Connection } from "./connection.ts";
import type { ConnectionLimits } from "./connection_limits.ts";
import { SharedState } from "./shared_state.ts";

interface HttpServerOptions {
  readonly settings: Settings;
  readonly handler: Handler;
  /** By default, there are none. */
  readonly limits?: ConnectionLimits;
  /** By default, every refusal gets the response of HTTP.sys, or one in its form. */
  readonly refusalPage?: RefusalPage;
  /** Called once for each completed exchange; the record is reused. */
  readonly onServed?: (record: ServedRecord) => void;
  /** Called once for each error response of the engine and each aborted connection. */
  readonly onRefused?: (record: RefusedRecord) => void;
  /** Called with an error of a handler or source: a bug. The client got a 500 or an abort. */
  readonly onError?: (error: unknown) => void;
  /** Called once for each connection that ended, with the `remote` object of its requests. */
  readonly onClosed?: (remote: Endpoint) => void;
  readonly clock?: Clock;
  /** By default, requests are not traced. */
  readonly tracer?: RequestTracer | null;
}

type ConnectionEnds = ConstructorParameters<typeof Connection>[2];

/** The current connections: how many wait for a request, and how many were upgraded. */
interface ConnectionCounts {
  /** All that there have been, refused ones included. */
  readonly accepted: number;
  readonly connections: number;
  readonly idle: number;
  readonly tunnels: number;
}

/** The number of connections to one local address and port. */
interface LocalCount {
  readonly endpoint: Endpoint;
  readonly connections: number;
}

/** Connections over a limit that get an error response at a time; the others are just closed. */
const REJECTING_MAX = 128;
/** Ticks after which a client that has sent nothing counts as one that sends nothing. */
const NEW_TICKS = 2;

/** The limits of a server that has none. */
const UNLIMITED: Pick<ConnectionLimits, "admit" | "release"> = {
  admit: () => true,
  release: ignore,
};

interface Drain {
  /** Those that have neither ended nor been aborted. */
  readonly connections: Set<Connection>;
  /** The tick at which the remaining connections are closed. */
  readonly deadline: number;
  readonly resolve: () => void;
}

/** Ends a response that would not end by itself. */
function drainSource(connection: Connection): void {
  connection.drainSource();
}

/** All connections of one service. */
export class HttpServer {
  readonly #shared: SharedState;
  readonly #clock: Clock;
  readonly #connections = new LinkedList<Connection>();
  readonly #local = new LocalEndpoints();
  readonly #clients = new ClientEndpoints();
  readonly #limits: Pick<ConnectionLimits, "admit" | "release">;
  /** Connections that are not admitted yet. */
  #waiting = 0;
  readonly #drains = new Set<Drain>();
  readonly #onClosed: (remote: Endpoint) => void;
  readonly #checkDeadlines = (connection: Connection): void =>
    connection.checkDeadlines(this.#clock.tick);
  readonly #onEnd = (connection: Connection): void => this.#remove(connection);
  /** Connections over a limit that are being sent an error response. */
  readonly #rejecting = new LinkedList<Connection>();
  #isDraining = false;
  #accepted = 0;
  /** Called when the last connection has ended. */
  readonly #whenEmpty: (() => void)[] = [];

  constructor(options: HttpServerOptions) {
    this.#onClosed = options.onClosed ?? ignore;
    this.#limits = options.limits ?? UNLIMITED;
    this.#clock = options.clock ?? new SystemClock();
    this.#shared = new SharedState({
      settings: options.settings,
      handler: options.handler,
      refusalPage: options.refusalPage ?? ((): null => null),
      onServed: options.onServed ?? ignore,
      onRefused: options.onRefused ?? ignore,
      onError: options.onError ?? ignore,
      clock: this.#clock,
      tracer: options.tracer ?? null,
    });
  }

  /** Changes the settings or the handler from the next request on; what is omitted stays. */
  reconfigure(change: { readonly settings?: Settings; readonly handler?: Handler }): void {
    const { settings, handler } = this.#shared;
    this.#shared.reconfigure(change.settings ?? settings, change.handler ?? handler);
  }

  /** Serves `stream` until it ends. Never throws: a connection that is already dead is closed. */
  serve(stream: AcceptedStream, options: { readonly tls: boolean }): void {
    const local = this.#local.of(stream.localAddr);
    const remote = this.#clients.of(stream.remoteAddr);
    if (this.#isDraining) return closeQuietly(stream);
    this.#accepted++;
    // A trusted proxy is many clients, which its requests name.
    const counted = this.#shared.trusted?.includes(remote) ? null : remote.ip;
    const { proxy = null, clientCertificate = null } = stream;
    const ends = { local, remote, proxy, clientCertificate, isTls: options.tls, counted };
    const isAdmitted = this.#limits.admit(counted);
    if (typeof isAdmitted === "boolean") this.#begin(stream, ends, isAdmitted);
    else void this.#serveLater(stream, ends, isAdmitted);
  }

  /**
   * Closes the connections whose local address is one of `endpoints`: idle ones immediately, the
   * others after their response, and all of them after `graceMs`. Returns the end of each endpoint.
   */
  drainEndpoints(endpoints: readonly Endpoint[], graceMs: number): Promise<void>[] {
    if (endpoints.length === 0) return [];
    const byLocal = Map.groupBy(this.#connections.toArray(), ({ local }) => endpointKey(local));
    return endpoints.map((one) => this.#drain(byLocal.get(endpointKey(one)) ?? [], graceMs));
  }

  /** Closes all connections like {@linkcode HttpServer.drainEndpoints}, and accepts no new ones. */
  drain(graceMs: number): Promise<void> {
    this.#isDraining = true;
    return this.#drain(this.#connections.toArray(), graceMs);
  }

  /**
   * Makes the next response of each connection the last one: clients that come back find another
   * server, and none loses a request. Resolves when there is no connection any more.
   */
  retire(): Promise<void> {
    this.#shared.isRetiring = true;
    this.#connections.forEach(drainSource);
    return new Promise((resolve) => {
      this.#whenEmpty.push(resolve);
      this.#tellEmpty();
    });
  }

  /** Serves again as before {@linkcode HttpServer.drain} or {@linkcode HttpServer.retire}. */
  resume(): void {
    this.#isDraining = false;
    this.#shared.isRetiring = false;
  }

  /**
   * Closes up to `count` connections, those idle for longest first; returns how many. A new one stays
   * for two ticks: until then its request may have arrived and wait for its turn to be read.
   */
  makeRoom(count: number): number {
    const oldest = this.#clock.tick - NEW_TICKS;
    const idle = this.#connections.toArray().filter(({ isIdle, isNew, idleSince }) => {
      return isIdle && (!isNew || idleSince <= oldest);
    });
    idle.sort((a, b) => a.idleSince - b.idleSince);
    const chosen = idle.slice(0, count);
    for (const connection of chosen) connection.abort(null);
    return chosen.length;
  }

  /** Reports whether a connection from `client` is open. */
  hasClient({ ip, port }: Endpoint): boolean {
    const isIt = ({ remote }: Connection): boolean => {
      return remote.port === port && withoutZone(remote.ip) === withoutZone(ip);
    };
    return this.#connections.some(isIt) || this.#rejecting.some(isIt);
  }

  /** Returns the local endpoints of the current connections, with the number of each. */
  localEndpoints(): LocalCount[] {
    const found = new Map<string, { endpoint: Endpoint; connections: number }>();
    for (const { local } of this.#connections.toArray()) {
      const key = endpointKey(local);
      const known = found.get(key);
      if (known === undefined) found.set(key, { endpoint: local, connections: 1 });
      else known.connections++;
    }
    return [...found.values()];
  }

  counts(): ConnectionCounts {
    let [idle, tunnels] = [0, 0];
    this.#connections.forEach((connection) => {
      if (connection.isIdle) idle++;
      if (connection.isTunnel) tunnels++;
    });
    return { accepted: this.#accepted, connections: this.#connections.size, idle, tunnels };
  }

  #begin(stream: AcceptedStream, ends: ConnectionEnds, isAdmitted: boolean): void {
    const connection = new Connection(stream, this.#shared, ends);
    if (!isAdmitted) return this.#reject(connection);
    this.#startClock();
    this.#connections.add(connection);
    connection.run(this.#onEnd);
  }

  async #serveLater(
    stream: AcceptedStream,
    ends: ConnectionEnds,
    isAdmitted: Promise<boolean>,
  ): Promise<void> {
    this.#waiting++;
    const is = await isAdmitted;
    this.#waiting--;
    if (!this.#isDraining) return this.#begin(stream, ends, is);
    if (is) this.#limits.release(ends.counted);
    closeQuietly(stream);
    this.#tellEmpty();
  }

  #reject(connection: Connection): void {
    if (this.#rejecting.size >= REJECTING_MAX) {
      connection.abort("ConnLimit");
      return connection.input.release();
    }
    this.#startClock();
    this.#rejecting.add(connection);
    connection.reject("ConnLimit", () => {
      this.#rejecting.delete(connection);
      this.#stopClock();
    });
  }

  /** Starts the clock with the first connection: it runs only while there are any. */
  #startClock(): void {
    if (this.#connections.size + this.#rejecting.size > 0) return;
    this.#clock.start(() => this.#tick());
  }

  #stopClock(): void {
    if (this.#connections.size + this.#rejecting.size === 0) this.#clock.stop();
  }

  #drain(connections: readonly Connection[], graceMs: number): Promise<void> {
    const deadline = this.#clock.tick + ticksOf(graceMs);
    return new Promise((resolve) => {
      const drain: Drain = { connections: new Set(), deadline, resolve };
      this.#drains.add(drain);
      for (const connection of connections) {
        if (graceMs > 0) connection.closeGracefully();
        else connection.close();
        if (!connection.isAborted) drain.connections.add(connection);
      }
      this.#settle(drain);
    });
  }

  #tick(): void {
    const now = this.#clock.tick;
    this.#connections.forEach(this.#checkDeadlines);
    this.#rejecting.forEach(this.#checkDeadlines);
    for (const { connections, deadline } of this.#drains) {
      if (now < deadline) continue;
      for (const connection of connections) connection.close();
    }
    for (const drain of this.#drains) {
      for (const connection of drain.connections) {
        if (connection.isAborted) drain.connections.delete(connection);
      }
      this.#settle(drain);
    }
  }

  /** Ends a drain whose connections have all ended or been aborted, whatever the handlers do. */
  #settle(drain: Drain): void {
    if (drain.connections.size > 0) return;
    this.#drains.delete(drain);
    drain.resolve();
  }

  #remove(connection: Connection): void {
    this.#onClosed(connection.remote);
    this.#limits.release(connection.counted);
    this.#connections.delete(connection);
    this.#stopClock();
    for (const drain of this.#drains) {
      if (drain.connections.delete(connection)) this.#settle(drain);
    }
    this.#tellEmpty();
  }

  #tellEmpty(): void {
    if (this.#connections.size + this.#waiting > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}

function endpointKey({ ip, port }: Endpoint): string {
  return `${ip} ${port}`;
}

function ignore(): void {
  // No listener.
}
