/**
 * Load for a service with several workers: clients that keep their connections, clients that use a
 * new one for each request, both also over TLS, and WebSockets. It knows of each connection whether
 * it had a response before it broke: one that never had is counted as a connect to repeat, as a
 * browser does by itself, and one that had is a request lost.
 *
 * @module
 */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { Buffer } from "node:buffer";
import type { Target } from "../raw_client.ts";

/** How many clients of each kind. */
interface LoadOptions {
  /** Http clients that keep their connection. */
  readonly kept?: number;
  /** Http clients with a connection for each request. */
  readonly fresh?: number;
  readonly http: Target;
  readonly https?: Target & { readonly kept: number; readonly fresh: number };
  /** WebSockets, each of which sends one message after the other. */
  readonly sockets?: { readonly count: number; readonly path: string };
}

interface LoadResult {
  readonly responses: number;
  readonly connects: number;
  /** Connects without any response, which the client repeated; each counts once, however often. */
  readonly repeated: number;
  /** Connections that broke under a client, because the test said that they may. */
  readonly excused: number;
  /** Requests lost on connections that had no reason to break, and responses that are wrong. */
  readonly failures: readonly string[];
}

/** Milliseconds between two requests of one client: the service is to be busy, not the machine full. */
const PAUSE_MS = 4;
/** Milliseconds for one response, on a busy machine. */
const ANSWER_MS = 30_000;

export class Load {
  readonly #loops: Promise<void>[] = [];
  readonly #excused = new Set<number>();
  readonly #failures: string[] = [];
  #responses = 0;
  #connects = 0;
  #repeated = 0;
  #excusedCount = 0;
  #isStopped = false;

  constructor({ kept = 0, fresh = 0, http, https, sockets }: LoadOptions) {
    const many = (count: number, loop: () => Promise<void>): void => {
      for (let i = 0; i < count; i++) this.#loops.push(loop());
    };
    many(kept, () => this.#request("kept", () => openTcp(http), "", Infinity));
    many(fresh, () => this.#request("fresh", () => openTcp(http), CLOSE, 1));
    if (https !== undefined) {
      many(https.kept, () => this.#request("kept https", () => openTls(https), "", Infinity));
      many(https.fresh, () => this.#request("fresh https", () => openTls(https), CLOSE, 1));
    }
    if (sockets !== undefined) {
      many(sockets.count, () => this.#echo(() => openTcp(http), sockets.path));
    }
  }

  /** The connections that use these local ports may break from now on. */
  excuse(ports: Iterable<number>): void {
    for (const port of ports) this.#excused.add(port);
  }

  get responses(): number {
    return this.#responses;
  }

  /** The connects without any response so far, which the client repeated. */
  get repeated(): number {
    return this.#repeated;
  }

  /** Ends every client after its present request. */
  async stop(): Promise<LoadResult> {
    this.#isStopped = true;
    await Promise.all(this.#loops);
    return {
      responses: this.#responses,
      connects: this.#connects,
      repeated: this.#repeated,
      excused: this.#excusedCount,
      failures: this.#failures,
    };
  }

  /** Sends requests on connections of `count` requests each. */
  async #request(
    name: string,
    open: () => Promise<Stream>,
    fields: string,
    count: number,
  ): Promise<void> {
    const request = `GET / HTTP/1.1\r\nHost: load\r\n${fields}\r\n`;
    await this.#connections(name, open, async (stream, done) => {
      for (let sent = 0; sent < count && !this.#isStopped; sent++) {
        const head = await stream.ask(request, (text) => isWhole(text));
        if (!head.startsWith("HTTP/1.1 200 ")) this.#failures.push(`${name}: ${head.slice(0, 60)}`);
        done();
        if (/^connection: close/im.test(head)) return;
        await pause();
      }
    });
  }

  /** Sends messages through WebSockets. */
  async #echo(open: () => Promise<Stream>, path: string): Promise<void> {
    const upgrade = `GET ${path} HTTP/1.1\r\nHost: load\r\nConnection: Upgrade\r\n` +
      "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    await this.#connections("WebSocket", open, async (stream, done) => {
      const head = await stream.ask(upgrade, (text) => text.includes("\r\n\r\n"));
      if (!head.startsWith("HTTP/1.1 101 ")) {
        throw new Error(`no WebSocket: ${head.slice(0, 40)}`);
      }
      done();
      // A frame of text with a mask of zeros, and the frame that comes back.
      const frame = Buffer.from([0x81, 0x84, 0, 0, 0, 0, ...Buffer.from("ping")]);
      while (!this.#isStopped) {
        const answer = await stream.ask(frame, (text) => text.length >= 6);
        if (!answer.endsWith("ping")) this.#failures.push(`WebSocket: ${JSON.stringify(answer)}`);
        done();
        await pause();
      }
    });
  }

  /** Opens one connection after the other, and judges how each ends. */
  async #connections(
    name: string,
    open: () => Promise<Stream>,
    use: (stream: Stream, done: () => void) => Promise<void>,
  ): Promise<void> {
    // How often it is repeated depends on how long a busy machine takes to serve again.
    let isRepeated = false;
    while (!this.#isStopped) {
      let responses = 0;
      let stream: Stream | null = null;
      this.#connects++;
      try {
        stream = await open();
        await use(stream, () => {
          responses++;
          this.#responses++;
          isRepeated = false;
        });
      } catch (error) {
        if (stream !== null && this.#excused.has(stream.localPort)) this.#excusedCount++;
        else if (responses === 0) {
          if (!isRepeated) this.#repeated++;
          isRepeated = true;
        } else {
          const { message } = error as Error;
          this.#failures.push(`${name}, after ${responses} responses: ${message}`);
        }
        await pause();
      } finally {
        stream?.close();
      }
    }
  }
}

const CLOSE = "Connection: close\r\n";

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

/** Reports whether `text` is a response with its body. */
function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  const length = /^content-length: (\d+)/im.exec(text)?.[1];
  return end >= 0 && length !== undefined && text.length >= end + 4 + Number(length);
}

interface Stream {
  readonly localPort: number;
  /** Sends `bytes` and returns what arrives until `isEnough`. Throws if the connection ends. */
  ask(bytes: string | Uint8Array, isEnough: (text: string) => boolean): Promise<string>;
  close(): void;
}

function openTcp({ hostname, port }: Target): Promise<Stream> {
  return opened(connectTcp({ host: hostname, port }), "connect");
}

function openTls({ hostname, port }: Target): Promise<Stream> {
  const socket = connectTls({ host: hostname, port, rejectUnauthorized: false });
  return opened(socket, "secureConnect");
}

function opened(socket: Socket | TLSSocket, event: string): Promise<Stream> {
  const { promise, resolve, reject } = Promise.withResolvers<Stream>();
  let [received, localPort] = ["", 0];
  let waiting: { isEnough(text: string): boolean; settle: PromiseWithResolvers<string> } | null =
    null;
  let problem: Error | null = null;
  const ended = (error: Error): void => {
    problem ??= error;
    reject(problem);
    waiting?.settle.reject(problem);
  };
  socket.setTimeout(ANSWER_MS, () => ended(new Error("no answer in time")));
  socket.on("connect", () => localPort = socket.localPort ?? 0);
  socket.on("error", ended);
  socket.on("close", () => ended(new Error(`closed with ${received.length} characters read`)));
  socket.on("data", (data: Buffer) => {
    received += data.toString("latin1");
    if (waiting === null || !waiting.isEnough(received)) return;
    const text = received;
    received = "";
    const { settle } = waiting;
    waiting = null;
    settle.resolve(text);
  });
  socket.once(event, () =>
    resolve({
      get localPort(): number {
        return localPort;
      },
      ask(bytes, isEnough): Promise<string> {
        if (problem !== null) return Promise.reject(problem);
        const settle = Promise.withResolvers<string>();
        waiting = { isEnough, settle };
        socket.write(bytes);
        return settle.promise;
      },
      close: () => void socket.destroy(),
    }));
  return promise;
}
