/**
 * Edge: clock and timer. Accepted connections whose client has to do something before it is served: a
 * TLS handshake, a PROXY header.
 *
 * One coarse tick checks all of them. If too many are waiting, the one that has waited longest is
 * closed: what they have to do takes milliseconds, so that client is not making progress.
 *
 * @module
 */
import { type Endpoint, endpointOf, withoutZone } from "../../base/address.ts";
import type { NetworkAddress, RefusedRecord } from "../../base/exchange.ts";
import { type Linked, LinkedList } from "../../base/linked_list.ts";
import { closeQuietly } from "../../wire/byte_stream.ts";

/** How long clients may take, and who is told of those that fail. */
interface EarlyClientsOptions {
  /** Returns the time that a client has; called each time, so that a reload can change it. */
  timeoutMs(): number;
  /** The reason for the HTTPERR log if it takes longer. */
  readonly timeoutReason: string;
  /** Returns how many connections may wait at the same time; called each time, as above. */
  waitingMax(): number;
  refused(record: RefusedRecord): void;
}

/** A connection that waits for its client. */
export interface EarlyClient extends Linked<EarlyClient> {
  readonly conn: Deno.TcpConn;
  /** Who is at its other end, as far as is known. */
  readonly remote: NetworkAddress;
  readonly sinceMs: number;
  /** Whether anything has been received. */
  hasSent: boolean;
  /** Closes the connection. */
  abort(): void;
  /** The reason for the log when it ends; set by the code that ends it. */
  reason: string | null;
}

const TICK_MS = 500;

export class EarlyClients {
  readonly #options: EarlyClientsOptions;
  /** In order of arrival. */
  readonly #waiting = new LinkedList<EarlyClient>();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Called when there are none. */
  readonly #whenIdle: (() => void)[] = [];

  constructor(options: EarlyClientsOptions) {
    this.#options = options;
  }

  /** Adds a connection until {@linkcode EarlyClients.end} is called. */
  begin(conn: Deno.TcpConn, remote: NetworkAddress): EarlyClient {
    if (this.#waiting.size >= this.#options.waitingMax()) this.makeRoom(1);
    const client: EarlyClient = {
      previous: null,
      next: null,
      conn,
      remote,
      sinceMs: performance.now(),
      hasSent: false,
      abort: () => closeQuietly(conn),
      reason: null,
    };
    this.#waiting.add(client);
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
    return client;
  }

  /** The connection does not wait any more; if it has failed, that is logged. */
  end(client: EarlyClient): void {
    this.#waiting.delete(client);
    this.#tellIdle();
    if (client.reason !== null) this.#report(client);
  }

  /** Reports whether a connection from `client` waits. */
  has({ ip, port }: Endpoint): boolean {
    return this.#waiting.some(({ remote }) => {
      return remote.port === port && withoutZone(endpointOf(remote).ip) === withoutZone(ip);
    });
  }

  /**
   * Aborts up to `count` connections, those that have waited longest and for at least `waitedMs`;
   * returns how many.
   */
  makeRoom(count: number, waitedMs = 0): number {
    const latestMs = performance.now() - waitedMs;
    let dropped = 0;
    for (; dropped < count; dropped++) {
      const { first } = this.#waiting;
      if (first === null || first.sinceMs > latestMs) break; // the others arrived later
      this.#drop(first, "Connection_Dropped");
    }
    return dropped;
  }

  /** Resolves when there are none; those that succeed have been passed on. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
      this.#tellIdle();
    });
  }

  /** Aborts all. */
  clear(): void {
    this.makeRoom(Infinity);
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Whoever began with it sees that it is closed, and calls {@linkcode EarlyClients.end}. */
  #drop(client: EarlyClient, reason: string): void {
    this.#waiting.delete(client);
    client.reason = reason;
    client.abort();
    this.#tellIdle();
  }

  #tellIdle(): void {
    if (this.#waiting.size > 0) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #tick(): void {
    const latestMs = performance.now() - this.#options.timeoutMs();
    for (let client = this.#waiting.first; client !== null; client = this.#waiting.first) {
      if (client.sinceMs > latestMs) break; // the others arrived later
      this.#drop(client, this.#options.timeoutReason);
    }
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #report({ conn, remote, reason }: EarlyClient): void {
    this.#options.refused({
      local: endpointOf(conn.localAddr as Deno.NetAddr),
      remote: endpointOf(remote),
      version: null,
      method: null,
      target: null,
      status: null,
      siteId: null,
      reason: reason!,
    });
  }
}
