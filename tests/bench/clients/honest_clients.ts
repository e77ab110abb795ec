/**
 * Honest clients at a low, steady rate, for as long as something else happens to the server: how
 * long they wait, and how long the server did nothing at all.
 *
 * @module
 */
import { type RunningServer, TEXT_HOST } from "../servers/server.ts";

/** What the clients saw; times in milliseconds. */
export interface Waits {
  /** From a request on a keep-alive connection to its response. */
  readonly keepAliveP99: number;
  /** From the start of a new connection to its response. */
  readonly newP99: number;
  /**
   * The longest wait for a fixed text on a connection that is open: no file, no handshake, no other
   * program delays it, so the event loop of the server did not come round for this long.
   */
  readonly longestStall: number;
  /** Requests without a response. */
  readonly errors: number;
}

interface HonestOptions {
  /** The target of requests on new connections. */
  readonly path: string;
  /** The certificate to trust, PEM, if the server speaks TLS. */
  readonly cert: string | null;
}

/** Milliseconds between two requests on the connection that stays open. */
const KEEP_ALIVE_EVERY_MS = 2;
/** Milliseconds between two new connections, whether or not the last one has its response. */
const NEW_EVERY_MS = 20;
/** A response that takes longer is an error. */
const PATIENCE_MS = 20_000;

/** Sends requests until `end` resolves. */
export async function honestClients(
  server: RunningServer,
  { path, cert }: HonestOptions,
  end: Promise<void>,
): Promise<Waits> {
  const state = { isOver: false, errors: 0 };
  void end.then(() => state.isOver = true);
  const connect = (): Promise<Deno.Conn> => connectTo(server, cert);
  const [kept, fresh] = await Promise.all([
    keepAlive(connect, state),
    newConnections(connect, path, state),
  ]);
  return {
    keepAliveP99: p99(withUnsent(kept)),
    newP99: p99(fresh),
    longestStall: Math.max(...kept),
    errors: state.errors,
  };
}

interface State {
  isOver: boolean;
  errors: number;
}

async function keepAlive(connect: () => Promise<Deno.Conn>, state: State): Promise<number[]> {
  const waits: number[] = [];
  let connection = await connect();
  while (!state.isOver) {
    const start = performance.now();
    try {
      await exchange(connection, TEXT_HOST, "/");
    } catch {
      state.errors++;
      connection = await connect();
    }
    waits.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, KEEP_ALIVE_EVERY_MS));
  }
  connection.close();
  return waits;
}

async function newConnections(
  connect: () => Promise<Deno.Conn>,
  path: string,
  state: State,
): Promise<number[]> {
  const waits: number[] = [];
  const all: Promise<void>[] = [];
  const one = async (due: number): Promise<void> => {
    try {
      using connection = await connect();
      await exchange(connection, "bench", path);
    } catch {
      state.errors++;
    }
    waits.push(performance.now() - due);
  };
  for (let due = performance.now(); !state.isOver; due += NEW_EVERY_MS) {
    all.push(one(due));
    const pause = Math.max(0, due + NEW_EVERY_MS - performance.now());
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  await Promise.all(all);
  return waits;
}

async function connectTo(
  { hostname, port }: RunningServer,
  cert: string | null,
): Promise<Deno.Conn> {
  if (cert === null) return await Deno.connect({ hostname, port });
  return await Deno.connectTls({ hostname, port, caCerts: [cert], alpnProtocols: ["http/1.1"] });
}

/** Sends one request and reads its response, which is small. */
async function exchange(connection: Deno.Conn, host: string, path: string): Promise<void> {
  const timer = setTimeout(() => connection.close(), PATIENCE_MS);
  try {
    const head = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    await connection.write(new TextEncoder().encode(head));
    const buffer = new Uint8Array(8192);
    const count = await connection.read(buffer) ?? 0;
    const start = new TextDecoder().decode(buffer.subarray(0, count));
    if (!start.startsWith("HTTP/1.1 200")) throw new Error(`unexpected: ${start.slice(0, 40)}`);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Adds the requests that were not sent because the client was waiting: otherwise a stall of a
 * second would count as one slow request among hundreds of fast ones.
 */
function withUnsent(waits: readonly number[]): number[] {
  return waits.flatMap((wait) => {
    const all = [wait];
    for (let rest = wait - KEEP_ALIVE_EVERY_MS; rest > 0; rest -= KEEP_ALIVE_EVERY_MS) {
      all.push(rest);
    }
    return all;
  });
}

function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? NaN;
}
