/**
 * The pool of idle connections to one upstream.
 *
 * A program may send more than its answer, at once or a moment later; what comes after the next
 * request was sent is taken for the answer to it. So a connection returns to the pool only if no
 * byte is left over, a read is pending while it is idle, and whatever arrives removes it. It rests
 * for a moment, in which it serves only the client whose request was the last one, and nobody if
 * that answer had no body: that is where programs send too much. The moment is short once the
 * program has kept quiet often enough. A program that was seen to send too much has no pool.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import type { ByteStream } from "../../base/exchange.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { UpstreamConnection } from "./upstream_connection.ts";

/**
 * Idle connections that are kept, 16 KB each. Responses come in bursts: with 32, a load of 64
 * concurrent requests kept closing and opening connections, for a third of its CPU time.
 */
const IDLE_MAX = 256;
/**
 * How long a connection stays idle, unless the program says how long it keeps one. Common programs
 * close it after 5 s, and a request that is sent at that time is lost.
 */
const IDLE_MS = 4_000;
/** A program may say anything; a connection that it closes is noticed anyway. */
const ANNOUNCED_MS_MAX = 30_000;
/** The program's time-out for idle connections begins before ours. */
const ANNOUNCED_MARGIN_MS = 1_000;
/** How long a connection must have been quiet before it serves another client. */
const REST_MS = 100;
/** The same after an answer with a body, once so many connections were quiet for all that time. */
const PROVEN_REST_MS = 5;
const PROVEN_RESTS = 100;
/** How long a program may take to answer beside idle connections, before they may be the cause. */
const PROBE_MS = 250;
/** A program on loopback that does not accept within this time does not accept at all. */
const CONNECT_MS = 5_000;

/** The upstream did not accept the connection in time. */
export class ConnectTimeout extends Error {
  override readonly name = "ConnectTimeout";
}

/** The last request and response of a connection that is released. */
export interface LastUse {
  /** The client, by the object that all requests of its connection have. */
  readonly client: Endpoint;
  /** The response had a body: one without rests before it is used again. */
  readonly hadBody: boolean;
  /** Seconds that the program keeps an idle connection; null if it did not say. */
  readonly keepAliveSeconds: number | null;
}

interface Idle {
  readonly connection: UpstreamConnection;
  readonly expiry: Deadline;
  /** The client that may use it before it has rested; null for none. */
  readonly client: Endpoint | null;
  readonly idleSinceMs: number;
}

export class UpstreamPool {
  readonly #connect: () => Promise<ByteStream>;
  readonly #deadlines: Deadlines;
  readonly #onSurplus: () => void;
  /** Those that rest, by how long; and those that have rested. The longest idle one comes first. */
  readonly #resting = { long: new Set<Idle>(), short: new Set<Idle>() };
  readonly #rested = new Set<Idle>();
  /**
   * Whether the program serves several connections at a time; null until it is known. For one that
   * does not, a connection that rests keeps it from answering on another.
   */
  #servesMany: boolean | null = null;
  /** How often a connection was quiet for the long time, after an answer with a body. */
  #quietRests = 0;
  /** The same ones by the client that may use them at once. */
  readonly #byClient = new Map<Endpoint, Idle>();
  #isClosed = false;

  /** `onSurplus` is called once, when the program has sent more than its answer. */
  constructor(connect: () => Promise<ByteStream>, deadlines: Deadlines, onSurplus: () => void) {
    this.#connect = connect;
    this.#deadlines = deadlines;
    this.#onSurplus = onSurplus;
  }

  /** Removes an idle connection that `client` may use from the pool; null if there is none. */
  acquireIdle(client: Endpoint): UpstreamConnection | null {
    const own = this.#byClient.get(client);
    if (own !== undefined) return this.#remove(own);
    this.#moveRested();
    const [oldest] = this.#rested;
    return oldest === undefined ? null : this.#remove(oldest);
  }

  /** Opens a connection. Throws the error of the system, or {@linkcode ConnectTimeout}. */
  async open(): Promise<UpstreamConnection> {
    if (this.#servesMany === false) this.#closeIdle();
    const { promise: late, reject } = Promise.withResolvers<never>();
    let isLate = false;
    const deadline = this.#deadlines.start(CONNECT_MS, () => {
      isLate = true;
      reject(new ConnectTimeout("connect timed out"));
    });
    const connecting = this.#connect().then((conn) => {
      if (isLate) conn.close();
      return new UpstreamConnection(conn);
    });
    try {
      const connection = await Promise.race([connecting, late]);
      if (this.#servesMany === null && this.#size > 0) this.#probe(connection);
      return connection;
    } finally {
      this.#deadlines.cancel(deadline);
      connecting.catch(() => {}); // it may fail after the time-out
    }
  }

  /** Returns `connection`, whose response was read to its end, to the pool. */
  release(connection: UpstreamConnection, { client, hadBody, keepAliveSeconds }: LastUse): void {
    if (connection.start !== connection.end) this.#closeForSurplus();
    const idleMs = keepAliveSeconds === null
      ? IDLE_MS
      : Math.min(keepAliveSeconds * 1000 - ANNOUNCED_MARGIN_MS, ANNOUNCED_MS_MAX);
    const isKept = !this.#isClosed && !connection.isClosed && this.#size < IDLE_MAX && idleMs > 0;
    if (!isKept) return connection.close();
    if (this.#size > 0) this.#servesMany = true;
    const isShort = hadBody && this.#quietRests >= PROVEN_RESTS;
    const resting = isShort ? this.#resting.short : this.#resting.long;
    const expiry = this.#deadlines.start(idleMs, () => this.#remove(idle).close());
    const idleSinceMs = expiry.dueMs - idleMs;
    const idle: Idle = { connection, expiry, client: hadBody ? client : null, idleSinceMs };
    resting.add(idle);
    if (hadBody) this.#byClient.set(client, idle);
    connection.becomeIdle((isSurplus) => {
      if (!resting.has(idle) && !this.#rested.has(idle)) return;
      // Later than that it may be a last word, such as 408 Request Timeout.
      const isSoon = this.#deadlines.nowMs < idle.idleSinceMs + REST_MS;
      this.#remove(idle).close();
      if (isSurplus && isSoon) this.#closeForSurplus();
    });
  }

  /** Closes the idle connections, and from now on every released one. */
  close(): void {
    this.#isClosed = true;
    this.#closeIdle();
  }

  get #size(): number {
    return this.#resting.long.size + this.#resting.short.size + this.#rested.size;
  }

  #closeIdle(): void {
    const { long, short } = this.#resting;
    for (const idle of [...long, ...short, ...this.#rested]) this.#remove(idle).close();
  }

  /** Finds out whether the program answers on `connection` while others are open. */
  #probe(connection: UpstreamConnection): void {
    this.#deadlines.start(PROBE_MS, () => {
      if (this.#servesMany !== null || connection.isClosed || connection.end > 0) return;
      this.#servesMany = false;
      this.#closeIdle();
    });
  }

  /** Ends all reuse: a program that has sent too much once will do it again. */
  #closeForSurplus(): void {
    if (this.#isClosed) return;
    this.close();
    this.#onSurplus();
  }

  #moveRested(): void {
    const { long, short } = this.#resting;
    if (long.size + short.size === 0) return;
    const now = this.#deadlines.nowMs;
    this.#moveIdleSince(now - PROVEN_REST_MS, short);
    this.#moveIdleSince(now - REST_MS, long);
  }

  #moveIdleSince(timeMs: number, resting: Set<Idle>): void {
    for (const idle of resting) {
      if (idle.idleSinceMs > timeMs) return;
      resting.delete(idle);
      this.#rested.add(idle);
      if (idle.client !== null && resting === this.#resting.long) this.#quietRests++;
    }
  }

  #remove(idle: Idle): UpstreamConnection {
    const { connection, expiry, client } = idle;
    this.#deadlines.cancel(expiry);
    this.#resting.long.delete(idle);
    this.#resting.short.delete(idle);
    this.#rested.delete(idle);
    if (client !== null && this.#byClient.get(client) === idle) this.#byClient.delete(client);
    return connection;
  }
}
