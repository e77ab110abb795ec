/**
 * The floor: the least that a program on this runtime can do for the same bytes. It parses nothing
 * and logs nothing.
 *
 * Run with a file that has an {@linkcode Order} as JSON. It reads as many bytes as the first request has, and writes
 * one canned answer for each; or it forwards bytes from one socket to another.
 *
 * @module
 */

export interface Order {
  readonly hostnames: readonly string[];
  readonly port: number;
  /** Files of a certificate and its key: the loop is behind `Deno.listenTls` then. */
  readonly tls?: { readonly pem: string; readonly key: string };
  /** The file of the answer. */
  readonly answer?: string;
  /** Whether the answer ends the connection. */
  readonly closes?: boolean;
  /** The port on 127.0.0.1 to forward to, instead of answering. */
  readonly forward?: number;
  /** Bytes read at a time. */
  readonly bufferBytes: number;
  /** Whether several processes share the port. */
  readonly reusePort?: boolean;
}

type Serve = (connection: Deno.Conn) => Promise<void>;

/** Bytes that one write may have at most, unless one answer has more. */
const WRITE_BYTES = 65_536;

/** Bytes of one request: every client sends the same. Known after the first one. */
let requestBytes = 0;

function answering({ answer, closes = false, bufferBytes }: Order): Serve {
  const one = answer === undefined ? new Uint8Array() : Deno.readFileSync(answer);
  const room = Math.max(1, Math.floor(WRITE_BYTES / Math.max(one.length, 1)));
  const many = new Uint8Array(room * one.length);
  for (let i = 0; i < room; i++) many.set(one, i * one.length);
  return async (connection) => {
    const buffer = new Uint8Array(bufferBytes);
    let unanswered = 0;
    for (let count; (count = await connection.read(buffer)) !== null;) {
      requestBytes ||= lengthOfRequest(buffer.subarray(0, count));
      unanswered += count;
      while (unanswered >= requestBytes) {
        const answers = Math.min(room, Math.floor(unanswered / requestBytes));
        unanswered -= answers * requestBytes;
        await writeAll(connection, many.subarray(0, answers * one.length));
        if (closes) return;
      }
    }
  };
}

function forwarding({ forward = 0, bufferBytes }: Order): Serve {
  return async (connection) => {
    using program = await Deno.connect({ hostname: "127.0.0.1", port: forward });
    await Promise.race([
      pump(connection, program, bufferBytes),
      pump(program, connection, bufferBytes),
    ]);
  };
}

async function pump(from: Deno.Conn, to: Deno.Conn, bufferBytes: number): Promise<void> {
  const buffer = new Uint8Array(bufferBytes);
  for (let count; (count = await from.read(buffer)) !== null;) {
    await writeAll(to, buffer.subarray(0, count));
  }
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  let sent = await connection.write(bytes);
  while (sent < bytes.length) sent += await connection.write(bytes.subarray(sent));
}

function lengthOfRequest(bytes: Uint8Array): number {
  const text = new TextDecoder("latin1").decode(bytes);
  const body = Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? 0);
  return text.indexOf("\r\n\r\n") + 4 + body;
}

async function accept(listener: Deno.Listener, serve: Serve): Promise<void> {
  for await (const connection of listener) {
    serve(connection).catch(ignore).finally(() => close(connection));
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}

function ignore(): void {
  // The client has ended the connection.
}

if (import.meta.main) {
  const order = JSON.parse(Deno.readTextFileSync(Deno.args[0]!)) as Order;
  const { hostnames, port, tls, reusePort = false } = order;
  const serve = order.forward === undefined ? answering(order) : forwarding(order);
  const certificate = tls === undefined
    ? null
    : { cert: Deno.readTextFileSync(tls.pem), key: Deno.readTextFileSync(tls.key) };
  for (const hostname of hostnames) {
    const options = { hostname, port, reusePort };
    const listener = certificate === null
      ? Deno.listen(options)
      : Deno.listenTls({ ...options, ...certificate });
    void accept(listener, serve);
  }
}
