/**
 * The HTTP service as the host sees it: takes connections that were accepted, counts and limits
 * them, and lets them go in good order. It opens no socket itself.
 *
 * @module
 */
import { ANY_V4, ANY_V6, type Endpoint, endpointOf, type Ip } from "../base/address.ts";
import type { ByteStream, Handler, RefusedRecord, ServedRecord } from "../base/exchange.ts";
import type { Settings } from "../config/document/settings.ts";
import { type Clock, SystemClock, ticksOf } from "./clock.ts";
import { Connection } from "./connection.ts";
import { SharedState } from "./shared_state.ts";

/** A connection as `Deno.TcpConn` is one: bytes, and who is at its ends. */
export interface AcceptedStream extends ByteStream {
  readonly localAddr: NetworkAddress;
  readonly remoteAddr: NetworkAddress;
  /** Small answers must not wait for the client's acknowledgement of earlier ones. */
  setNoDelay?(noDelay?: boolean): void;
}

interface NetworkAddress {
  readonly hostname: string;
  readonly port: number;
}

interface HttpServerOptions {
  readonly settings: Settings;
  readonly handler: Handler;
  /** Once for each answered exchange; the record is reused. */
  readonly served?: (record: ServedRecord) => void;
  /** Once for each refusal of our own and each connection that was cut. */
  readonly refused?: (record: RefusedRecord) => void;
  /** With what a handler or a source threw: a bug, already answered 500 or cut. */
  readonly failed?: (error: unknown) => void;
  /** Once for each connection that ended, with the object that was its requests' `remote`. */
  readonly closed?: (remote: Endpoint) => void;
  readonly clock?: Clock;
}

/** Connections now, and how many of them wait for a request. */
interface ConnectionCounts {
  readonly connections: number;
  readonly idle: number;
}

/** Connections that came in at one address and port. */
interface LocalCount {
  readonly endpoint: Endpoint;
  readonly connections: number;
}

/** Connections over a limit that are told so at the same time; the rest is closed without a word. */
const REJECTED_MAX = 128;

interface Drain {
  readonly connections: Set<Connection>;
  /** Tick at which the rest is cut. */
  readonly until: number;
  readonly resolve: () => void;
}

/** All connections of one service. */
export class HttpServer {
  readonly #shared: SharedState;
  readonly #clock: Clock;
  readonly #connections = new Set<Connection>();
  /** Where the last connection came in: the next one most likely came in there too. */
  #local: Endpoint = { ip: ANY_V4, port: 0 };
  readonly #byClient = new Map<Ip, number>();
  readonly #drains = new Set<Drain>();
  readonly #closed: (remote: Endpoint) => void;
  readonly #expire = (connection: Connection): void => connection.expire(this.#clock.tick);
  readonly #ended = (connection: Connection): void => this.#onClosed(connection);
  /** Connections that are told that there are too many, and leave. */
  readonly #rejected = new Set<Connection>();
  #isDraining = false;

  constructor(options: HttpServerOptions) {
    this.#closed = options.closed ?? ignore;
    this.#clock = options.clock ?? new SystemClock();
    this.#shared = new SharedState({
      settings: options.settings,
      handler: options.handler,
      served: options.served ?? ignore,
      refused: options.refused ?? ignore,
      failed: options.failed ?? ignore,
      clock: this.#clock,
    });
  }

  /** From the next request on; what is not given stays. */
  reconfigure(change: { readonly settings?: Settings; readonly handler?: Handler }): void {
    const { settings, handler } = this.#shared;
    this.#shared.reconfigure(change.settings ?? settings, change.handler ?? handler);
  }

  /** Serves `stream` until it ends. Never throws: a connection that is dead already is closed. */
  serve(stream: AcceptedStream, options: { readonly tls: boolean }): void {
    const local = this.#localOf(stream.localAddr);
    const remote = endpointOf(stream.remoteAddr);
    const connection = new Connection(stream, this.#shared, { local, remote, isTls: options.tls });
    if (this.#isDraining) return connection.abort(null);
    if (this.#isOverLimit(remote.ip)) return this.#reject(connection);
    setNoDelay(stream);
    this.#startClock();
    this.#connections.add(connection);
    this.#byClient.set(remote.ip, (this.#byClient.get(remote.ip) ?? 0) + 1);
    connection.run(this.#ended);
  }

  /**
   * Ends the connections that came in at `endpoint` (a wildcard: at any address of its port): idle
   * ones at once, the others after their answer, all of them after `graceMs`.
   */
  drainEndpoint(endpoint: Endpoint, graceMs: number): Promise<void> {
    const { ip, port } = endpoint;
    const isAny = ip === ANY_V4 || ip === ANY_V6;
    const chosen = [...this.#connections].filter(({ local }) => {
      return local.port === port && (isAny || local.ip === ip);
    });
    return this.#drain(chosen, graceMs);
  }

  /** Ends every connection as {@linkcode HttpServer.drainEndpoint} does, and takes no new one. */
  drain(graceMs: number): Promise<void> {
    this.#isDraining = true;
    return this.#drain([...this.#connections], graceMs);
  }

  /** Takes connections again after {@linkcode HttpServer.drain}. */
  resume(): void {
    this.#isDraining = false;
  }

  /** Closes up to `count` connections that have waited longest for a request; says how many. */
  makeRoom(count: number): number {
    const idle = [...this.#connections].filter((connection) => connection.isIdle);
    idle.sort((a, b) => a.idleSince - b.idleSince);
    const chosen = idle.slice(0, count);
    for (const connection of chosen) connection.abort(null);
    return chosen.length;
  }

  /** Where connections have come in: the concrete addresses, and how many are there now. */
  locals(): LocalCount[] {
    const found = new Map<string, { endpoint: Endpoint; connections: number }>();
    for (const { local } of this.#connections) {
      const known = found.get(`${local.ip} ${local.port}`);
      if (known === undefined) {
        found.set(`${local.ip} ${local.port}`, { endpoint: local, connections: 1 });
      } else known.connections++;
    }
    return [...found.values()];
  }

  counts(): ConnectionCounts {
    let idle = 0;
    for (const connection of this.#connections) {
      if (connection.isIdle) idle++;
    }
    return { connections: this.#connections.size, idle };
  }

  #isOverLimit(client: Ip): boolean {
    const { MaxConnections, MaxConnectionsPerAddress } = this.#shared.settings;
    return this.#connections.size >= MaxConnections ||
      (this.#byClient.get(client) ?? 0) >= MaxConnectionsPerAddress;
  }

  #reject(connection: Connection): void {
    if (this.#rejected.size >= REJECTED_MAX) return connection.abort("ConnLimit");
    this.#startClock();
    this.#rejected.add(connection);
    connection.reject("ConnLimit", () => {
      this.#rejected.delete(connection);
      this.#stopClock();
    });
  }

  /** The clock runs while there is somebody whose time it counts. */
  #startClock(): void {
    if (this.#connections.size + this.#rejected.size > 0) return;
    this.#clock.start(() => this.#tick());
  }

  #stopClock(): void {
    if (this.#connections.size + this.#rejected.size === 0) this.#clock.stop();
  }

  #drain(connections: readonly Connection[], graceMs: number): Promise<void> {
    const until = this.#clock.tick + ticksOf(graceMs);
    return new Promise((resolve) => {
      this.#drains.add({ connections: new Set(connections), until, resolve });
      for (const connection of connections) {
        if (graceMs > 0) connection.closeGracefully();
        else connection.close();
      }
      this.#settleDrains();
    });
  }

  #tick(): void {
    const now = this.#clock.tick;
    this.#connections.forEach(this.#expire); // a loop over a Set makes an object for each
    for (const connection of this.#rejected) connection.expire(now);
    for (const { connections, until } of this.#drains) {
      if (now < until) continue;
      for (const connection of connections) connection.close();
    }
    this.#settleDrains();
  }

  /** A drain is over when each of its connections has ended or was cut, whatever its handler does. */
  #settleDrains(): void {
    for (const drain of this.#drains) {
      if ([...drain.connections].some((connection) => !connection.isAborted)) continue;
      this.#drains.delete(drain);
      drain.resolve();
    }
  }

  /** One object for all connections of an endpoint. */
  #localOf(address: NetworkAddress): Endpoint {
    const { ip, port } = this.#local;
    if (port === address.port && ip === address.hostname) return this.#local;
    return this.#local = endpointOf(address);
  }

  #onClosed(connection: Connection): void {
    this.#closed(connection.remote);
    const { ip } = connection.remote;
    const left = (this.#byClient.get(ip) ?? 1) - 1;
    if (left === 0) this.#byClient.delete(ip);
    else this.#byClient.set(ip, left);
    this.#connections.delete(connection);
    this.#stopClock();
    if (this.#drains.size === 0) return;
    for (const { connections } of this.#drains) connections.delete(connection);
    this.#settleDrains();
  }
}

function ignore(): void {
  // Nobody wants to know.
}

function setNoDelay(stream: AcceptedStream): void {
  try {
    stream.setNoDelay?.(true);
  } catch {
    // The client is gone already; the first read will say so.
  }
}
