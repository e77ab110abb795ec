/**
 * The cost of the HTTP engine for one request: the whole path of a connection, without a socket. The
 * stream responds at once, so that only parsing, lookup, response and log record remain.
 *
 * @module
 */
import type { HttpResponse } from "../../../mod/base/exchange.ts";
import { DEFAULT_SETTINGS } from "../../../mod/config/document/settings.ts";
import type { AcceptedStream } from "../../../mod/base/exchange.ts";
import { HttpServer } from "../../../mod/http/server.ts";
import type { Bench, Measure, Row } from "../bench.ts";
import { FLOOR, OURS } from "../report/figures.ts";

const SMALL = "GET / HTTP/1.1\r\nHost: 127.0.0.1:18311\r\n\r\n";
const BROWSER = "GET /assets/app.css?v=3 HTTP/1.1\r\nHost: www.example.com\r\n" +
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n" +
  "Accept: text/css,*/*;q=0.1\r\nAccept-Language: en-US,en;q=0.5\r\n" +
  "Accept-Encoding: gzip, deflate, br, zstd\r\nConnection: keep-alive\r\n" +
  "Referer: http://www.example.com/\r\nCookie: session=0123456789abcdef0123456789abcdef\r\n" +
  "Sec-Fetch-Dest: style\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Site: same-origin\r\n" +
  'If-None-Match: "abc"\r\nPriority: u=2\r\n\r\n';

const REQUESTS = 20_000;
/** Rounds are short, and on a busy machine only the best of some counts. */
const BEST_OF = 8;

/** A client that sends `left` requests, each as soon as the previous one has its response. */
class InstantStream implements AcceptedStream {
  readonly localAddr = { hostname: "127.0.0.1", port: 18311 };
  readonly remoteAddr = { hostname: "127.0.0.1", port: 50000 };
  readonly done: Promise<void>;
  #close: () => void = () => {};
  #left: number;
  readonly #request: Uint8Array;

  constructor(request: Uint8Array, left: number) {
    this.#request = request;
    this.#left = left;
    this.done = new Promise((resolve) => this.#close = resolve);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    await undefined;
    if (this.#left-- === 0) return null;
    buffer.set(this.#request);
    return this.#request.length;
  }
  async write(bytes: Uint8Array): Promise<number> {
    await undefined;
    return bytes.length;
  }
  closeWrite(): Promise<void> {
    return Promise.resolve();
  }
  close(): void {
    this.#close();
  }
}

const response: HttpResponse = {
  status: 200,
  headers: [["Content-Type", "text/plain"]],
  body: new TextEncoder().encode("hello, world"),
};

async function round(request: Uint8Array, requests: number): Promise<number> {
  let logged = 0;
  const server = new HttpServer({
    settings: DEFAULT_SETTINGS,
    handler: () => response,
    onServed: (record) => {
      logged += record.request.header("user-agent") === null ? 1 : 2;
    },
  });
  const stream = new InstantStream(request, requests);
  const start = performance.now();
  server.serve(stream, { tls: false });
  await stream.done;
  const end = performance.now();
  await server.drain(0);
  if (logged < requests) throw new Error(`only ${logged} of ${requests} were logged`);
  return (end - start) * 1e6 / requests;
}

async function floor(request: Uint8Array, requests: number): Promise<number> {
  const stream = new InstantStream(request, requests);
  const buffer = new Uint8Array(1024);
  const start = performance.now();
  while (await stream.read(buffer) !== null) await stream.write(buffer);
  return (performance.now() - start) * 1e6 / requests;
}

export const ENGINE_ROWS: readonly Row[] = [{
  name: "engine",
  title: "The HTTP engine without a socket; the floor is a loop over the same stream",
  run: async (bench) => {
    await measure(bench, SMALL, { measure: "small head", unit: "ns", better: "less" });
    await measure(bench, BROWSER, { measure: "browser head", unit: "ns", better: "less" });
  },
}];

async function measure(bench: Bench, text: string, measure: Measure): Promise<void> {
  const request = new TextEncoder().encode(text);
  for (let i = 0; i < bench.options.rounds; i++) {
    let [best, bare] = [Infinity, Infinity];
    for (let j = 0; j < BEST_OF; j++) {
      best = Math.min(best, await round(request, REQUESTS));
      bare = Math.min(bare, await floor(request, REQUESTS));
    }
    bench.add(OURS, measure, best);
    bench.add(FLOOR, measure, bare);
  }
}
