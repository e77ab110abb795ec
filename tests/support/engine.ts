/**
 * An HTTP server over connections in memory, with a clock that a test moves.
 *
 * @module
 */
import type { Handler, HttpResponse, RefusedRecord } from "../../mod/base/exchange.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../mod/config/document/settings.ts";
import { type Clock, TICK_MS } from "../../mod/http/clock.ts";
import { SharedState, type SharedStateOptions } from "../../mod/http/shared_state.ts";
import { HttpServer } from "../../mod/http/server.ts";
import { FakeStream } from "./fake_stream.ts";

/** A clock that stands until it is moved. */
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

  /** Moves on by whole ticks, then tells. */
  pass(ms: number): void {
    this.#ms += ms;
    this.tick += Math.floor(ms / TICK_MS);
    this.#onTick?.();
  }
}

/** What connections share, for tests of one part of them. */
export function engineOf(options: Partial<SharedStateOptions> = {}): SharedState {
  return new SharedState({
    settings: DEFAULT_SETTINGS,
    handler: () => HELLO,
    onServed: () => {},
    onRefused: () => {},
    onError: (error) => {
      throw error;
    },
    clock: new FakeClock(),
    ...options,
  });
}

/** What one served exchange left. */
export interface Served {
  readonly method: string;
  readonly path: string;
  readonly siteId: number | null;
  readonly status: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly win32Status: number;
}

/** A server and all that it told the logs. */
export class TestEngine {
  readonly clock = new FakeClock();
  readonly served: Served[] = [];
  readonly refused: RefusedRecord[] = [];
  readonly failures: unknown[] = [];
  readonly server: HttpServer;

  constructor(handler: Handler = echo, settings: Partial<Settings> = {}) {
    this.server = new HttpServer({
      settings: { ...DEFAULT_SETTINGS, ...settings },
      handler,
      clock: this.clock,
      onServed: ({ request, ...numbers }) => {
        const { method, path, siteId } = request;
        const { status, sentBytes, receivedBytes, win32Status } = numbers;
        this.served.push({
          method,
          path,
          siteId,
          status,
          sentBytes,
          receivedBytes,
          win32Status,
        });
      },
      onRefused: (record) => void this.refused.push(record),
      onError: (error) => void this.failures.push(error),
    });
  }

  /** A new client of the server. */
  connect(stream: FakeStream = new FakeStream(), tls = false): FakeStream {
    this.server.serve(stream, { tls });
    return stream;
  }

  /** Resolves once every connection is over and told to the logs. */
  async quiet(): Promise<void> {
    while (this.server.counts().connections > 0) await Promise.resolve();
  }

  /** All that the server writes to a client that sends `pieces`, ends, and reads to the end. */
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

/** 200 `hello`, or the body as it came. */
export const echo: Handler = async (request) => {
  if (!request.body.exists) return HELLO;
  const body: number[] = [];
  for (let piece = await request.body.read(); piece !== null; piece = await request.body.read()) {
    for (const byte of piece) body.push(byte);
  }
  return { ...HELLO, body: Uint8Array.from(body) };
};

/** Status lines of a run of answers. */
export function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n/g)].map((match) => Number(match[1]));
}

/** Lets everything that is ready happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 30; i++) await Promise.resolve();
}
