/**
 * Connections to one program behind us: those that wait for a request, used again last in first out.
 *
 * @module
 */
import type { ByteStream } from "../../base/exchange.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { UpstreamConnection } from "./upstream_connection.ts";

/**
 * Waiting connections that are kept, 16 KB each. Answers come in bursts: with 32, a load of 64 at once
 * closed and opened connections all the time, for a third of its CPU time.
 */
const IDLE_MAX = 128;
/** How long one waits; programs commonly hang up after 5 to 75 s, which is noticed. */
const IDLE_MS = 30_000;
/** A loopback program that does not accept within this time does not accept at all. */
const CONNECT_MS = 5_000;

/** The program did not accept in time. */
export class ConnectTimeout extends Error {
  override readonly name = "ConnectTimeout";
}

export class UpstreamPool {
  readonly #connect: () => Promise<ByteStream>;
  readonly #deadlines: Deadlines;
  readonly #idle = new Map<UpstreamConnection, Deadline>();
  /** The same connections, the one that was used last at the end; some of them are dropped already. */
  readonly #stack: UpstreamConnection[] = [];
  #isClosed = false;

  constructor(connect: () => Promise<ByteStream>, deadlines: Deadlines) {
    this.#connect = connect;
    this.#deadlines = deadlines;
  }

  /** A connection that waits; null where none does. */
  acquireIdle(): UpstreamConnection | null {
    for (;;) {
      const connection = this.#stack.pop();
      if (connection === undefined) return null;
      if (!this.#idle.has(connection)) continue;
      this.#removeIdle(connection);
      return connection;
    }
  }

  /** A new connection. Throws what the system says, or {@linkcode ConnectTimeout}. */
  async open(): Promise<UpstreamConnection> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    let isLate = false;
    const deadline = this.#deadlines.start(CONNECT_MS, () => {
      isLate = true;
      reject(new ConnectTimeout("it does not accept"));
    });
    const connecting = this.#connect().then((conn) => {
      if (isLate) conn.close();
      return new UpstreamConnection(conn);
    });
    try {
      return await Promise.race([connecting, late]);
    } finally {
      this.#deadlines.cancel(deadline);
      connecting.catch(() => {}); // it may fail after it was given up
    }
  }

  /** Keeps `connection`, whose answer was read to its end, for the next request. */
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

  /** Closes what waits, and from now on what is given back. */
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
