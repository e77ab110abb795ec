/**
 * One attack on a server, in a process of its own, so that its work is not taken for that of the
 * honest clients.
 *
 * Run: `deno run -A tests/bench/clients/attacker.ts ATTACK`. It prints the port of a local program for
 * servers that are reverse proxies, then waits for one line of JSON on stdin, an {@linkcode Order},
 * attacks, and prints a line when every hostile connection is open. It ends when its stdin does.
 *
 * @module
 */

/** The server to attack, and how. */
export interface Order {
  readonly hostname: string;
  readonly port: number;
  readonly connections: number;
  /** The target of requests. */
  readonly path: string;
}

/** Connections that are opened every {@linkcode STEP_MS}: 2,000 a second. */
const STEP = 20;
const STEP_MS = 10;
/** How much of its body a stalled upload sends, and how much it declares. */
const UPLOAD_BYTES = 65536;
const UPLOAD_LENGTH = 1024 * 1024;

/** Opens one hostile connection; null if it closes again by itself. */
type Attack = (order: Order, i: number) => Promise<Deno.Conn | null>;

export const ATTACKS = {
  none: () => Promise.resolve(null),
  heads: (order) => opened(order, `GET ${order.path} HTTP/1.1\r\nHost: be`),
  unread: (order) => opened(order, `GET ${order.path} HTTP/1.1\r\nHost: bench\r\n\r\n`),
  uploads: async (order) => {
    const head = `POST ${order.path} HTTP/1.1\r\nHost: bench\r\nContent-Length: ${UPLOAD_LENGTH}`;
    return await opened(order, `${head}\r\n\r\n${"x".repeat(UPLOAD_BYTES)}`);
  },
  tunnels: async (order) => {
    const fields = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    const connection = await opened(
      order,
      `GET ${order.path} HTTP/1.1\r\nHost: bench\r\n${fields}\r\n`,
    );
    const buffer = new Uint8Array(1024);
    const count = await connection.read(buffer);
    const status = new TextDecoder().decode(buffer.subarray(0, count ?? 0)).slice(9, 12);
    if (status !== "101") throw new Error(`a tunnel was answered with ${status}`);
    return connection;
  },
  /** The first half of a ClientHello, or the whole of one, and then nothing. */
  "half-tls": async (order, i) => {
    const hello = await clientHello();
    return await opened(order, i % 2 === 0 ? hello.subarray(0, hello.length >> 1) : hello);
  },
  /** Garbage, half a ClientHello and the end, or a whole one and the end. */
  "failed-tls": async (order, i) => {
    const hello = await clientHello();
    const sent = [new Uint8Array(10).fill(7), hello.subarray(0, hello.length >> 1), hello][i % 3]!;
    const connection = await opened(order, sent);
    try {
      await connection.closeWrite();
      while (await connection.read(new Uint8Array(4096)) !== null); // an alert, or nothing
    } catch {
      // A reset is an end as well.
    }
    connection.close();
    return null;
  },
} as const satisfies Record<string, Attack>;

export type AttackName = keyof typeof ATTACKS;

async function opened(
  { hostname, port }: Order,
  data: string | Uint8Array,
): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname, port });
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  void writeAll(connection, bytes).catch(ignore); // a server may read nothing of it
  return connection;
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

let hello: Promise<Uint8Array> | undefined;

/** Returns the first message of the runtime's own client. */
function clientHello(): Promise<Uint8Array> {
  return hello ??= (async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const client = Deno.connectTls({ hostname: "127.0.0.1", port }).catch(ignore);
    using server = await listener.accept();
    const buffer = new Uint8Array(4096);
    const handshake = client.then((tls) => tls?.handshake().catch(ignore));
    const count = await server.read(buffer);
    server.close();
    await handshake;
    return buffer.slice(0, count ?? 0);
  })();
}

/** A program behind a reverse proxy: it accepts every tunnel, and reads every body. */
async function serveTunnels(listener: Deno.TcpListener): Promise<void> {
  for await (const connection of listener) {
    void (async () => {
      const buffer = new Uint8Array(UPLOAD_BYTES);
      const count = await connection.read(buffer);
      if (new TextDecoder().decode(buffer.subarray(0, count ?? 0)).startsWith("GET")) {
        const head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" +
          "Connection: Upgrade\r\nSec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n\r\n";
        await connection.write(new TextEncoder().encode(head));
      }
      while (await connection.read(buffer) !== null);
      connection.close();
    })().catch(ignore);
  }
}

/** Connections that stay open; one that nothing refers to could be collected and closed. */
const held: Deno.Conn[] = [];

async function attack(name: AttackName, order: Order): Promise<void> {
  const failures: unknown[] = [];
  const all: Promise<void>[] = [];
  const open: Attack = ATTACKS[name];
  for (let i = 0; i < order.connections; i++) {
    const keep = (connection: Deno.Conn | null): void => void (connection && held.push(connection));
    all.push(open(order, i).then(keep, (error) => void failures.push(error)));
    if (i % STEP === STEP - 1) await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
  await Promise.all(all);
  say(failures.length === 0 ? "ready" : `${failures.length} failed: ${failures[0]}`);
}

function ignore(): void {
  // The server ended the connection, as it may.
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) {
  const name = Deno.args[0] as AttackName;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  void serveTunnels(listener);
  say(String((listener.addr as Deno.NetAddr).port));
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await lines.read();
  void lines.read().then(() => Deno.exit()); // the end: its connections close with it
  await attack(name, JSON.parse(value));
}
