// Goal: what holds in memory holds on sockets: responses arrive, connections end cleanly, and a
// reset affects no other client. Method: loopback, ports chosen by the system.
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Handler, HttpResponse } from "../../mod/base/exchange.ts";
import { DEFAULT_SETTINGS } from "../../mod/config/document/settings.ts";
import { HttpServer } from "../../mod/http/server.ts";
import { latin1 } from "../../mod/wire/byte_text.ts";
import { echo, statuses } from "../support/engine.ts";
import { latin1Bytes } from "../support/fake_stream.ts";
import { waitFor } from "../support/wait.ts";

const BIG: HttpResponse = { status: 200, headers: [], body: new Uint8Array(1_500_000).fill(120) };
const LAST = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

class Loopback implements AsyncDisposable {
  readonly failures: unknown[] = [];
  /** Number of responses that were sent completely. */
  served = 0;
  readonly server: HttpServer;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #accepting: Promise<void>;

  constructor(handler: Handler) {
    this.server = new HttpServer({
      settings: DEFAULT_SETTINGS,
      handler,
      onServed: () => void this.served++,
      onError: (error) => this.failures.push(error),
    });
    this.#accepting = this.#accept();
  }

  connect(): Promise<Deno.TcpConn> {
    return Deno.connect({ hostname: "127.0.0.1", port: this.#listener.addr.port });
  }

  /** Resolves when every connection has ended. */
  async quiet(): Promise<void> {
    await waitFor(() => this.server.counts().connections === 0, "every connection to end");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    await this.server.drain(0);
    await this.quiet();
    assertEquals(this.failures, []);
  }

  async #accept(): Promise<void> {
    try {
      for (;;) this.server.serve(await this.#listener.accept(), { tls: false });
    } catch {
      // Closed: the test is over.
    }
  }
}

async function sendAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** Reads until the server closes its direction; throws on a reset. */
async function readToEnd(conn: Deno.TcpConn): Promise<string> {
  const parts: string[] = [];
  const buffer = new Uint8Array(65536);
  for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) {
    parts.push(latin1(buffer, 0, n));
  }
  conn.close();
  return parts.join("");
}

Deno.test("A client that sends far too much gets the whole response, and no reset", async () => {
  await using loopback = new Loopback(echo);
  const cases: [bytes: string, status: number][] = [
    [`GET /${"a".repeat(500_000)} HTTP/1.1\r\n\r\n`, 414],
    [`GET / HTTP/1.1\r\nA: ${"a".repeat(500_000)}\r\n\r\n`, 400],
    [`BAD\r\n${"x".repeat(500_000)}`, 400],
    [
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;${"a".repeat(500_000)}`,
      400,
    ],
  ];
  for (const [text, status] of cases) {
    const conn = await loopback.connect();
    const sent = sendAll(conn, latin1Bytes(text)).then(() => conn.closeWrite());
    const response = await readToEnd(conn);
    assertEquals(statuses(response), [status]);
    assertStringIncludes(response, "</HTML>\r\n");
    await sent.catch(() => {}); // the server need not read all of it
  }
});

Deno.test("A client that has closed its direction gets its response", async () => {
  const ended = Promise.withResolvers<void>();
  await using loopback = new Loopback(async (request) => {
    await ended.promise;
    return echo(request);
  });
  const conn = await loopback.connect();
  await sendAll(conn, latin1Bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  await conn.closeWrite();
  ended.resolve();
  assertEquals(statuses(await readToEnd(conn)), [200]);
});

Deno.test("A client that reads slowly gets every byte", async () => {
  const body = new Uint8Array(40_000_000).fill(120); // more than the buffers of both ends hold
  let calls = 0;
  await using loopback = new Loopback((request) => {
    calls++;
    return request.path === "/big" ? { ...BIG, body } : echo(request);
  });
  const conn = await loopback.connect();
  await sendAll(conn, latin1Bytes(`GET /big HTTP/1.1\r\nHost: a\r\n\r\n${LAST}`));
  await waitFor(() => calls > 0, "the first request to reach its site");
  assertEquals(loopback.served, 0);
  const text = new TextDecoder().decode(await new Response(conn.readable).bytes());
  assertEquals(statuses(text), [200, 200]);
  assertEquals(text.length > body.length && text.endsWith("hello"), true);
  assertEquals([calls, loopback.served], [2, 2]);
});

Deno.test("A client that resets, in any state, affects no other client", async () => {
  await using loopback = new Loopback((request) => request.path === "/big" ? BIG : echo(request));
  const starts: [text: string, hasResponse: boolean][] = [
    ["", false],
    ["GET / HT", false],
    ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab", false],
    ["POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", false],
    ["GET /big HTTP/1.1\r\nHost: a\r\n\r\n", true],
    ["BAD\r\n\r\n", true],
  ];
  const { server } = loopback;
  for (const [text, hasResponse] of starts) {
    for (let i = 0; i < 5; i++) {
      await loopback.quiet();
      const conn = await loopback.connect();
      await sendAll(conn, latin1Bytes(text));
      // Some at once, some when the server has accepted them or has begun to respond.
      if (i > 2) await waitFor(() => server.counts().connections > 0, "the server to accept it");
      if (i > 2 && hasResponse) await conn.read(new Uint8Array(1));
      conn.close(); // with an unread response, this resets
    }
  }
  await loopback.quiet();
  const conn = await loopback.connect();
  await sendAll(conn, latin1Bytes(LAST));
  assertEquals(statuses(await readToEnd(conn)), [200]);
});

Deno.test("HttpServer.drain() closes silent and half-sent requests on sockets too", async () => {
  await using loopback = new Loopback(echo);
  const conns = [];
  for (
    const start of ["", "GET / HT", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab"]
  ) {
    const conn = await loopback.connect();
    await sendAll(conn, latin1Bytes(start));
    conns.push(conn);
  }
  await waitFor(() => loopback.server.counts().connections === 3, "the server to accept all three");
  await loopback.server.drain(0);
  await loopback.quiet();
  for (const conn of conns) conn.close();
});
