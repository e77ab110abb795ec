/**
 * An HTTP server over connections in memory, with a clock that a test moves.
 *
 * @module
 */
import type {
  Handler,
  HttpResponse,
  RefusalPage,
  RefusedRecord,
  RequestTracer,
} from "../../mod/base/exchange.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../mod/config/document/settings.ts";
import { type Clock, TICK_MS } from "../../mod/http/clock.ts";
import { SharedState, type SharedStateOptions } from "../../mod/http/shared_state.ts";
import { ConnectionLimits } from "../../mod/http/connection_limits.ts";
import { HttpServer } from "../../mod/http/server.ts";
import { FakeStream } from "./fake_stream.ts";
import { limitOf } from "./workers/limits.ts";

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  tick = 7;
  #ms = 1000;
  date = "Sun, 22 Nov 2026 12:00:00 GMT";
  #onTick: (() => void) | null = null;

  nowMs(): number {
    return this.#ms;
  }
  start(onTick: () => void): void {
    this.#onTick = onTick;
  }
  stop(): void {
    this.#onTick = null;
  }
  get isRunning(): boolean {
    return this.#onTick !== null;
  }

  /** Advances by whole ticks, then calls the tick listener. */
  pass(ms: number): void {
    this.#ms += ms;
    this.tick += Math.floor(ms / TICK_MS);
    this.#onTick?.();
  }
}

/** Makes the state that connections share, for tests of one part of a connection. */
export function engineOf(options: Partial<SharedStateOptions> = {}): SharedState {
  return new SharedState({
    settings: DEFAULT_SETTINGS,
    handler: () => HELLO,
    onServed: () => {},
    refusalPage: () => null,
    onRefused: () => {},
    onError: (error) => {
      throw error;
    },
    clock: new FakeClock(),
    tracer: null,
    ...options,
  });
}

/** The log record of one served exchange. */
export interface Served {
  readonly method: string;
  readonly path: string;
  readonly siteId: number | null;
  readonly status: number;
  readonly sentBytes: number;
  readonly contentBytes: number;
  readonly receivedBytes: number;
  readonly win32Status: number;
}

/** A server and everything that it logged. */
export class TestEngine {
  readonly clock = new FakeClock();
  readonly served: Served[] = [];
  readonly refused: RefusedRecord[] = [];
  readonly failures: unknown[] = [];
  readonly server: HttpServer;

  constructor(
    handler: Handler = echo,
    settings: Partial<Settings> = {},
    refusalPage?: RefusalPage,
    limits?: ConnectionLimits,
    tracer: RequestTracer | null = null,
  ) {
    const all = { ...DEFAULT_SETTINGS, ...settings };
    this.server = new HttpServer({
      settings: all,
      handler,
      limits: limits ?? new ConnectionLimits(
        limitOf(all.MaxConnections),
        limitOf(all.MaxConnectionsPerAddress),
      ),
      ...refusalPage && { refusalPage },
      clock: this.clock,
      tracer,
      onServed: ({ request, ...numbers }) => {
        const { method, path, siteId } = request;
        const { status, sentBytes, contentBytes, receivedBytes, win32Status } = numbers;
        this.served.push({
          method,
          path,
          siteId,
          status,
          sentBytes,
          contentBytes,
          receivedBytes,
          win32Status,
        });
      },
      onRefused: (record) => void this.refused.push(record),
      onError: (error) => void this.failures.push(error),
    });
  }

  /** Connects a new client to the server. */
  connect(stream: FakeStream = new FakeStream(), tls = false): FakeStream {
    this.server.serve(stream, { tls });
    return stream;
  }

  /** Resolves once every connection has ended and been logged. */
  async quiet(): Promise<void> {
    while (this.server.counts().connections > 0) await Promise.resolve();
  }

  /** Returns all that the server writes to a client that sends `pieces`, ends, and reads it all. */
  async talk(...pieces: (string | Uint8Array)[]): Promise<string> {
    const stream = this.connect();
    for (const piece of pieces) stream.send(piece);
    stream.end();
    await stream.closed();
    await this.quiet();
    return stream.text;
  }
}

export const HELLO: HttpResponse = {
  status: 200,
  headers: [["Content-Type", "text/plain"]],
  body: new TextEncoder().encode("hello"),
};

/** Responds with 200 and `hello`, or with the content of the request. */
export const echo: Handler = async (request) => {
  if (!request.body.exists) return HELLO;
  const body: number[] = [];
  for (let piece = await request.body.read(); piece !== null; piece = await request.body.read()) {
    for (const byte of piece) body.push(byte);
  }
  return { ...HELLO, body: Uint8Array.from(body) };
};

/** Returns the status codes of a sequence of responses. */
export function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n/g)].map((match) => Number(match[1]));
}

/** Lets everything run that is ready to run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 30; i++) await Promise.resolve();
}
