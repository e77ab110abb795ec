/**
 * The pool of idle connections to one upstream, reused last in, first out.
 *
 * @module
 */
import type { ByteStream } from "../../base/exchange.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { UpstreamConnection } from "./upstream_connection.ts";

/**
 * Idle connections that are kept, 16 KB each. Responses come in bursts: with 32, a load of 64
 * concurrent requests kept closing and opening connections, for a third of its CPU time.
 */
const IDLE_MAX = 128;
/**
 * How long a connection stays idle; programs commonly close it after 5 to 75 s, which is noticed.
 */
const IDLE_MS = 30_000;
/** A program on loopback that does not accept within this time does not accept at all. */
const CONNECT_MS = 5_000;

/** The upstream did not accept the connection in time. */
export class ConnectTimeout extends Error {
  override readonly name = "ConnectTimeout";
}

export class UpstreamPool {
  readonly #connect: () => Promise<ByteStream>;
  readonly #deadlines: Deadlines;
  readonly #idle = new Map<UpstreamConnection, Deadline>();
  /** The same connections, the last used one at the end; some may have been discarded. */
  readonly #stack: UpstreamConnection[] = [];
  #isClosed = false;

  constructor(connect: () => Promise<ByteStream>, deadlines: Deadlines) {
    this.#connect = connect;
    this.#deadlines = deadlines;
  }

  /** Removes an idle connection from the pool; null if there is none. */
  acquireIdle(): UpstreamConnection | null {
    for (;;) {
      const connection = this.#stack.pop();
      if (connection === undefined) return null;
      if (!this.#idle.has(connection)) continue;
      this.#removeIdle(connection);
      return connection;
    }
  }

  /** Opens a connection. Throws the error of the system, or {@linkcode ConnectTimeout}. */
  async open(): Promise<UpstreamConnection> {
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
  release(connection: UpstreamConnection): void {
    const isSurplus = this.#isClosed || this.#idle.size >= IDLE_MAX;
    if (isSurplus || connection.isClosed || connection.start !== connection.end) {
      connection.close();
      return;
    }
    this.#idle.set(connection, this.#deadlines.start(IDLE_MS, () => this.#discard(connection)));
    this.#stack.push(connection);
    connection.becomeIdle(() => {
      if (this.#idle.has(connection)) this.#discard(connection);
    });
  }

  /** Closes the idle connections, and from now on every released one. */
  close(): void {
    this.#isClosed = true;
    for (const connection of [...this.#idle.keys()]) this.#discard(connection);
  }

  #discard(connection: UpstreamConnection): void {
    this.#removeIdle(connection);
    connection.close();
  }

  #removeIdle(connection: UpstreamConnection): void {
    const deadline = this.#idle.get(connection);
    if (deadline !== undefined) this.#deadlines.cancel(deadline);
    this.#idle.delete(connection);
  }
}
