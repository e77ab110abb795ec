/**
 * The pool of idle connections to one upstream.
 *
 * A program may send more than its answer, at once or a moment later; what comes after the next
 * request was sent is taken for the answer to it. So a connection returns to the pool only if no
 * byte is left over, a read is pending while it is idle, and whatever arrives removes it. For a
 * moment it serves only the client whose request was the last one, and nobody if that answer had no
 * body: that is where programs send too much. A program that was seen to do so has no pool.
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
const IDLE_MAX = 128;
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
/**
 * With fewer idle connections than this, one that still rests is closed before another is opened:
 * a simple program serves one connection at a time.
 */
const FEW = 4;
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
  readonly restedAtMs: number;
}

export class UpstreamPool {
  readonly #connect: () => Promise<ByteStream>;
  readonly #deadlines: Deadlines;
  readonly #onSurplus: () => void;
  /** Those that rest, and those that have rested; the one that has been idle for longest first. */
  readonly #resting = new Set<Idle>();
  readonly #rested = new Set<Idle>();
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
    this.#moveRested();
    const [oldest] = this.#rested;
    const idle = this.#byClient.get(client) ?? oldest;
    return idle === undefined ? null : this.#remove(idle);
  }

  /** Opens a connection. Throws the error of the system, or {@linkcode ConnectTimeout}. */
  async open(): Promise<UpstreamConnection> {
    const [oldest] = this.#resting;
    if (oldest !== undefined && this.#size < FEW) this.#remove(oldest).close();
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
      return await Promise.race([connecting, late]);
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
    const idle: Idle = {
      connection,
      expiry: this.#deadlines.start(idleMs, () => this.#remove(idle).close()),
      client: hadBody ? client : null,
      restedAtMs: this.#deadlines.nowMs + REST_MS,
    };
    this.#resting.add(idle);
    if (hadBody) this.#byClient.set(client, idle);
    connection.becomeIdle((isSurplus) => {
      if (!this.#resting.has(idle) && !this.#rested.has(idle)) return;
      this.#remove(idle).close();
      // Later than that it may be a last word, such as 408 Request Timeout.
      if (isSurplus && this.#deadlines.nowMs < idle.restedAtMs) this.#closeForSurplus();
    });
  }

  /** Closes the idle connections, and from now on every released one. */
  close(): void {
    this.#isClosed = true;
    for (const idle of [...this.#resting, ...this.#rested]) this.#remove(idle).close();
  }

  get #size(): number {
    return this.#resting.size + this.#rested.size;
  }

  /** Ends all reuse: a program that has sent too much once will do it again. */
  #closeForSurplus(): void {
    if (this.#isClosed) return;
    this.close();
    this.#onSurplus();
  }

  #moveRested(): void {
    if (this.#resting.size === 0) return;
    const now = this.#deadlines.nowMs;
    for (const idle of this.#resting) {
      if (idle.restedAtMs > now) return;
      this.#resting.delete(idle);
      this.#rested.add(idle);
    }
  }

  #remove(idle: Idle): UpstreamConnection {
    const { connection, expiry, client } = idle;
    this.#deadlines.cancel(expiry);
    this.#resting.delete(idle);
    this.#rested.delete(idle);
    if (client !== null && this.#byClient.get(client) === idle) this.#byClient.delete(client);
    return connection;
  }
}
