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
import { LinkedList } from "../../base/linked_list.ts";
import type { Deadlines } from "./deadlines.ts";
import type { UpstreamConnection } from "./upstream_connection.ts";

/**
 * Idle connections that are kept, 19 KB each. Responses come in bursts: with 32, a load of 64
 * concurrent requests kept closing and opening connections, for a third of its CPU time.
 */
const IDLE_MAX = 256;
/** Clients that are remembered at once, so that most of them have gone when they are looked at. */
const CLIENTS_MAX = 4 * IDLE_MAX;
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

/** The upstream did not accept the connection in time. */
export class ConnectTimeout extends Error {
  override readonly name = "ConnectTimeout";
}

/** How a connection that is released was used last. */
interface LastUse {
  /**
   * The client, by the object that all requests of its connection have; null if the response had no
   * body: then the connection rests before anybody uses it again.
   */
  readonly client: Endpoint | null;
  /** Seconds that the program keeps an idle connection; null if it did not say. */
  readonly keepAliveSeconds: number | null;
}

/** Idle connections in the order in which they became idle. */
type IdleList = LinkedList<UpstreamConnection>;

export class UpstreamPool {
  readonly #connect: () => Promise<UpstreamConnection>;
  readonly #deadlines: Deadlines;
  readonly #connectMs: number;
  readonly #onSurplus: () => void;
  /** Those that rest, by how long; and those that have rested. The longest idle one comes first. */
  readonly #resting: { readonly long: IdleList; readonly short: IdleList } = {
    long: new LinkedList(),
    short: new LinkedList(),
  };
  readonly #rested: IdleList = new LinkedList();
  /**
   * Whether the program serves several connections at a time; null until it is known. For one that
   * does not, a connection that rests keeps it from answering on another.
   */
  #servesMany: boolean | null = null;
  /** How often a connection was quiet for the long time, after an answer with a body. */
  #quietRests = 0;
  /**
   * The same ones by the client that may use them at once, and some that are no longer idle: to
   * delete each of them would leave garbage, as `base/linked_list.ts` says.
   */
  #byClient = new Map<Endpoint, UpstreamConnection>();
  #isClosed = false;
  /** Connections of an earlier generation lead to addresses that the upstream does not have now. */
  #generation = 0;

  /**
   * `onSurplus` is called once, when the program has sent more than its answer. A connection that
   * takes longer than `connectMs` has failed.
   */
  constructor(
    connect: () => Promise<UpstreamConnection>,
    deadlines: Deadlines,
    { connectMs, onSurplus }: { readonly connectMs: number; readonly onSurplus: () => void },
  ) {
    this.#connect = connect;
    this.#deadlines = deadlines;
    this.#connectMs = connectMs;
    this.#onSurplus = onSurplus;
  }

  /** Removes an idle connection that `client` may use from the pool; null if there is none. */
  acquireIdle(client: Endpoint): UpstreamConnection | null {
    const own = this.#byClient.get(client);
    if (own?.client === client) return this.#remove(own);
    this.#moveRested();
    const oldest = this.#rested.first;
    return oldest === null ? null : this.#remove(oldest);
  }

  /** Opens a connection. Throws the error of the system, or {@linkcode ConnectTimeout}. */
  async open(): Promise<UpstreamConnection> {
    if (this.#servesMany === false) this.#closeIdle();
    const { promise: late, reject } = Promise.withResolvers<never>();
    let isLate = false;
    const deadline = this.#deadlines.start(this.#connectMs, () => {
      isLate = true;
      reject(new ConnectTimeout(`no connection within ${this.#connectMs / 1000} s`));
    });
    const generation = this.#generation;
    const connecting = this.#connect();
    connecting.then((connection) => isLate && connection.close(), () => {});
    try {
      const connection = await Promise.race([connecting, late]);
      connection.generation = generation;
      if (this.#servesMany === null && this.size > 0) this.#probe(connection);
      return connection;
    } finally {
      deadline.end();
    }
  }

  /** Returns `connection`, whose response was read to its end, to the pool. */
  release(connection: UpstreamConnection, { client, keepAliveSeconds }: LastUse): void {
    if (connection.start !== connection.end) this.#closeForSurplus();
    const idleMs = keepAliveSeconds === null
      ? IDLE_MS
      : Math.min(keepAliveSeconds * 1000 - ANNOUNCED_MARGIN_MS, ANNOUNCED_MS_MAX);
    const isKept = !this.#isClosed && !connection.isClosed && this.size < IDLE_MAX &&
      idleMs > 0 && connection.generation === this.#generation;
    if (!isKept) return connection.close();
    if (this.size > 0) this.#servesMany = true;
    const isShort = client !== null && this.#quietRests >= PROVEN_RESTS;
    connection.idleIn = isShort ? this.#resting.short : this.#resting.long;
    connection.idleIn.add(connection);
    connection.idleSinceMs = this.#deadlines.nowMs;
    connection.client = client;
    if (client !== null) this.#remember(client, connection);
    connection.deadline.set(idleMs);
    connection.becomeIdle(this);
  }

  /** For an idle connection. */
  onIdleEnd(connection: UpstreamConnection, hasBytes: boolean): void {
    this.#remove(connection).close();
    // Later than that it may be a last word, such as 408 Request Timeout.
    const soonMs = connection.idleSinceMs + REST_MS;
    if (hasBytes && this.#deadlines.nowMs < soonMs) this.#closeForSurplus();
  }

  /** Keeps no connection that was opened before: the upstream has other addresses. */
  renew(): void {
    this.#generation++;
    this.#closeIdle();
  }

  /** Closes the idle connections, and from now on every released one. */
  close(): void {
    this.#isClosed = true;
    this.#closeIdle();
  }

  /** The number of idle connections. */
  get size(): number {
    return this.#resting.long.size + this.#resting.short.size + this.#rested.size;
  }

  #closeIdle(): void {
    const { long, short } = this.#resting;
    for (const idle of [long, short, this.#rested]) {
      idle.forEach((connection) => connection.close());
    }
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

  #remember(client: Endpoint, connection: UpstreamConnection): void {
    this.#byClient.set(client, connection);
    if (this.#byClient.size <= CLIENTS_MAX) return;
    this.#byClient = new Map([...this.#byClient].filter(([client, own]) => own.client === client));
  }

  #moveRested(): void {
    const { long, short } = this.#resting;
    if (long.size + short.size === 0) return;
    const now = this.#deadlines.nowMs;
    this.#moveIdleSince(now - PROVEN_REST_MS, short);
    this.#moveIdleSince(now - REST_MS, long);
  }

  #moveIdleSince(timeMs: number, resting: IdleList): void {
    for (let connection = resting.first; connection !== null; connection = resting.first) {
      if (connection.idleSinceMs > timeMs) return;
      resting.delete(connection);
      connection.idleIn = this.#rested;
      this.#rested.add(connection);
      if (connection.client !== null && resting === this.#resting.long) this.#quietRests++;
    }
  }

  #remove(connection: UpstreamConnection): UpstreamConnection {
    connection.leaveIdle();
    connection.idleIn?.delete(connection);
    connection.idleIn = null;
    connection.client = null;
    return connection;
  }
}
