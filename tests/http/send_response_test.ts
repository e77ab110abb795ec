// Goal: a client sees where a response ends, or that it is incomplete. Method: streams in memory.
import { assertEquals } from "@std/assert";
import type { BodySource, Handler, HttpResponse } from "../../mod/base/exchange.ts";
import { HELLO, settle, statuses, TestEngine } from "../support/engine.ts";

const LAST = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

function post(fields: string, body: string): string {
  return `POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n${body}`;
}

Deno.test("A large body is not copied, and not cached with its head", async () => {
  const body = new Uint8Array(100_000).fill(120);
  const response = { status: 200, headers: [], body };
  const engine = new TestEngine(() => response);
  const stream = engine.connect();
  for (let i = 1; i <= 4; i++) {
    stream.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await stream.until(() => stream.writes.length === 2 * i);
    assertEquals(stream.writes.at(-1)?.length, body.length);
  }
  stream.end();
  await engine.quiet();
  assertEquals(
    engine.served.map((record) => record.sentBytes),
    new Array(4).fill(
      stream.writes[0]!.length + body.length,
    ),
  );
  assertEquals(engine.served.map(({ contentBytes }) => contentBytes), Array(4).fill(body.length));
});

/** A source of `pieces`; an Error among them is thrown. */
function sourceOf(pieces: readonly (string | Error)[], length: number | null): BodySource & {
  closes: number;
} {
  const left = [...pieces];
  return {
    length,
    closes: 0,
    pull(): Promise<Uint8Array | null> {
      const piece = left.shift();
      if (piece instanceof Error) return Promise.reject(piece);
      return Promise.resolve(piece === undefined ? null : new TextEncoder().encode(piece));
    },
    close(): void {
      this.closes++;
    },
  };
}

Deno.test("A body source is framed by its length, by chunks, or by the end", async () => {
  const cases: [request: string, length: number | null, want: RegExp][] = [
    ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", 4, /Content-Length: 4\r\n\r\nabcdHTTP/],
    [
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      null,
      /Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\nHTTP/,
    ],
    ["GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", null, /Connection: close\r\n\r\nabcd$/],
    ["HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", 4, /Content-Length: 4\r\n\r\nHTTP/],
    ["HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", null, /Transfer-Encoding: chunked\r\n\r\nHTTP/],
  ];
  for (const [request, length, want] of cases) {
    const source = sourceOf(["ab", "", "cd"], length);
    const engine = new TestEngine((request) =>
      request.path === "/last" ? HELLO : { status: 200, headers: [], body: source }
    );
    const text = await engine.talk(request + LAST);
    assertEquals(want.test(text), true, text);
    assertEquals([source.closes, engine.failures], [1, []]);
    assertEquals(engine.served[0]?.sentBytes, text.lastIndexOf("HTTP/1.1") || text.length);
    assertEquals(engine.served[0]?.contentBytes, request.startsWith("HEAD") ? 0 : "abcd".length);
  }
});

Deno.test("A body source that fails never looks complete", async () => {
  const cases: [pieces: (string | Error)[], length: number | null, sent: RegExp][] = [
    [["ab", new Error("disk")], 4, /\r\n\r\nab$/],
    [["ab", new Error("disk")], null, /\r\n\r\n2\r\nab\r\n$/],
    [["ab"], 4, /\r\n\r\nab$/],
    [["ab", "cde"], 4, /\r\n\r\nab$/],
  ];
  for (const [pieces, length, sent] of cases) {
    const source = sourceOf(pieces, length);
    const engine = new TestEngine(() => ({ status: 200, headers: [], body: source }));
    const stream = engine.connect();
    stream.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await stream.closed();
    await engine.quiet();
    assertEquals(sent.test(stream.text), true, stream.text);
    assertEquals([source.closes, engine.failures.length], [1, 1]);
    assertEquals(engine.served.map((record) => record.win32Status), [64]);
  }
});

Deno.test("A body source that fails before its first piece results in 500", async () => {
  const source = sourceOf([new Error("disk")], 4);
  const engine = new TestEngine(() => ({ status: 200, headers: [], body: source }));
  assertEquals(statuses(await engine.talk(LAST)), [500]);
  assertEquals([source.closes, engine.served], [1, []]);
});

Deno.test("A source that echoes a broken request body is refused or aborted, no bug", async () => {
  const echoing: Handler = (request) => ({
    status: 200,
    headers: [],
    body: { length: null, pull: () => request.body.read(), close: () => {} },
  });
  const cases: [chunks: string, responses: number[], reason: string[]][] = [
    ["x\r\n", [400], ["Number"]],
    ["3\r\nabc\r\nx\r\n", [200], []],
    ["3\r\nabc\r\n0\r\n\r\n", [200], []],
    ["3\r\na", [200], []],
  ];
  for (const [chunks, responses, reasons] of cases) {
    const engine = new TestEngine(echoing);
    const text = await engine.talk(post("Transfer-Encoding: chunked", chunks));
    assertEquals(statuses(text), responses, chunks);
    assertEquals(
      text.endsWith("0\r\n\r\n"),
      chunks.endsWith("0\r\n\r\n"),
      "only a whole body ends",
    );
    assertEquals(engine.refused.map((record) => record.reason), reasons);
    assertEquals(engine.failures, []);
  }
});

Deno.test("A client that goes away closes the body source of its response", async () => {
  let onPull: () => void = () => {};
  const pulled = new Promise<void>((resolve) => onPull = resolve);
  let closes = 0;
  const body: BodySource = {
    length: null,
    pull(): Promise<Uint8Array | null> {
      onPull();
      return new Promise(() => {});
    },
    close(): void {
      closes++;
    },
  };
  const engine = new TestEngine(() => ({ status: 200, headers: [], body }));
  engine.connect().send(LAST);
  await pulled;
  await engine.server.drain(0);
  assertEquals(closes, 1);
});

Deno.test("A response that cannot be sent results in 500", async () => {
  const headers: (readonly [string, string])[] = [
    ["X", "a\r\nSet-Cookie: b"],
    ["X", "a\nb"],
    ["X", "a\0"],
    ["X", "€"],
    ["X y", "a"],
    ["", "a"],
    ["Content-Length", "5"],
    ["transfer-encoding", "chunked"],
    ["Connection", "close"],
  ];
  for (const field of headers) {
    for (const body of [null, sourceOf(["a"], 1)]) {
      const engine = new TestEngine(() => ({ status: 200, headers: [field], body }));
      assertEquals(statuses(await engine.talk(LAST)), [500], JSON.stringify(field));
      assertEquals(engine.failures.length, 1);
    }
  }
  for (const status of [0, 99, 100, 1000, 200.5, NaN]) {
    const engine = new TestEngine(() => ({ status, headers: [], body: null }));
    assertEquals(statuses(await engine.talk(LAST)), [500], String(status));
  }
});

Deno.test("A body that has arrived is sent with its head, and its source is closed at once", async () => {
  const bytes = new TextEncoder().encode("body");
  const make = (): ReturnType<typeof sourceOf> =>
    Object.assign(sourceOf([], 4), { arrived: () => bytes });
  const sources = Array.from({ length: 3 }, make);
  let next = 0;
  const engine = new TestEngine((request) => {
    const body = sources[next++]!;
    const response = { status: 200, headers: [], body };
    return request.path === "/later" ? Promise.resolve(response) : response;
  });
  const client = engine.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await client.until(() => client.text.endsWith("body"));
  bytes.fill(0x21); // whoever had it may use it again
  assertEquals([client.writes.length, sources[0]!.closes], [1, 1]);
  bytes.set(new TextEncoder().encode("next"));
  client.send("HEAD /later HTTP/1.1\r\nHost: a\r\n\r\nGET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  client.end();
  await engine.quiet();
  assertEquals(sources.map(({ closes }) => closes), [1, 1, 1]);
  assertEquals(client.text.match(/Content-Length: 4\r\n\r\n[a-z]*/g), [
    "Content-Length: 4\r\n\r\nbody",
    "Content-Length: 4\r\n\r\n",
    "Content-Length: 4\r\n\r\nnext",
  ]);
  assertEquals(engine.served.map(({ status, win32Status }) => [status, win32Status]), [
    [200, 0],
    [200, 0],
    [200, 0],
  ]);
});

Deno.test("A source is closed if its response cannot be sent", async () => {
  const source = Object.assign(sourceOf([], 1), { arrived: () => new Uint8Array(1) });
  const bad: Handler = () => ({ status: 200, headers: [["A", "b\r\nC: d"]], body: source });
  const engine = new TestEngine(bad);
  assertEquals(statuses(await engine.talk(LAST)), [500]);
  assertEquals(source.closes, 1);
});

Deno.test("A source is closed if its client is gone before it was needed", async () => {
  const source = sourceOf(["abc"], 3);
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise, resolve } = Promise.withResolvers<HttpResponse>();
  const engine = new TestEngine((request) => {
    if (request.path !== "/later") return HELLO;
    ask();
    return promise;
  });
  const client = engine.connect();
  client.isStalled = true;
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  await asked;
  await settle(); // the first response is being written, which waits for the client
  client.close();
  await engine.quiet();
  resolve({ status: 200, headers: [], body: source });
  await settle();
  assertEquals([source.closes, engine.failures], [1, []]);
});

Deno.test("The content of a response is counted without its head, also from the cache", async () => {
  const cases: [method: string, status: number, want: number][] = [
    ["GET", 200, 4],
    ["HEAD", 200, 0],
    ["GET", 304, 0],
    ["GET", 204, 0],
  ];
  for (const [method, status, want] of cases) {
    const body = status === 200 ? new TextEncoder().encode("text") : null;
    const response = { status, headers: [], body };
    const engine = new TestEngine(() => response);
    await engine.talk(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(4) + LAST);
    const counted = engine.served.slice(0, 4).map(({ contentBytes }) => contentBytes);
    assertEquals(counted, Array(4).fill(want), `${method} ${status}`);
  }
});
