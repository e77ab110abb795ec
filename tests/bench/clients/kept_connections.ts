/**
 * Connections that are kept from one turn of load to the next: a turn can be short, because nothing is
 * started for it. The client takes more CPU time than wrk, so that CPU time of the server is what can
 * be measured, and not how much it can do.
 *
 * @module
 */
import type { RunningServer } from "../servers/server.ts";

const REQUEST = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: bench\r\n\r\n");
const OK = new TextEncoder().encode("HTTP/1.1 200");
/** More than a response has; one that is read in parts counts as an error. */
const RESPONSE_BYTES_MAX = 4096;

/** Connections to one server. */
export class KeptConnections implements Disposable {
  readonly #connections: readonly Deno.TcpConn[];

  private constructor(connections: readonly Deno.TcpConn[]) {
    this.#connections = connections;
  }

  static async open({ hostname, port }: RunningServer, count: number): Promise<KeptConnections> {
    const all: Deno.TcpConn[] = [];
    for (let i = 0; i < count; i++) all.push(await Deno.connect({ hostname, port }));
    return new KeptConnections(all);
  }

  /**
   * Asks for the small text again and again, on all connections, for so many milliseconds; returns the
   * number of responses. Throws an error for anything but the text.
   */
  async load(milliseconds: number): Promise<number> {
    const end = performance.now() + milliseconds;
    const each = this.#connections.map((one) => exchanges(one, end));
    await Promise.allSettled(each); // whoever closes a connection then interrupts nobody
    return (await Promise.all(each)).reduce((sum, count) => sum + count, 0);
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection.close();
  }
}

async function exchanges(connection: Deno.TcpConn, end: number): Promise<number> {
  const buffer = new Uint8Array(RESPONSE_BYTES_MAX);
  let count = 0;
  for (; performance.now() < end; count++) {
    await connection.write(REQUEST);
    await connection.read(buffer);
    if (OK.some((byte, i) => byte !== buffer[i])) throw new Error("a response is not the text");
  }
  return count;
}
