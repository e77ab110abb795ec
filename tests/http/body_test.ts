// Goal: bodies are read when asked for, bounded, and never leave a byte to the next request.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { BodyError, type BodySource, type Handler } from "../../mod/base/exchange.ts";
import { HELLO, statuses, TestEngine } from "../support/engine.ts";

const LAST = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const ignoring: Handler = () => HELLO;

function post(fields: string, body: string): string {
  return `POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n${body}`;
}

Deno.test("A body comes whole, in whatever pieces, and the next request after it", async () => {
  const cases = [
    post("Content-Length: 11", "hello world"),
    post("Transfer-Encoding: chunked", "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nA: b\r\n\r\n"),
  ];
  for (const request of cases) {
    const bytes = request + LAST;
    for (const size of [1, 2, 3, 7, 50, bytes.length]) {
      const pieces = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
      const engine = new TestEngine();
      const text = await engine.talk(...pieces);
      assertEquals(statuses(text), [200, 200], `${size}: ${request}`);
      assertStringIncludes(text, "\r\n\r\nhello world");
      assertEquals(
        engine.served.map((record) => record.receivedBytes),
        [request.length, LAST.length],
      );
    }
  }
});

Deno.test("A body longer than the small buffers goes through", async () => {
  const body = "x".repeat(300_000);
  const text = await new TestEngine().talk(post(`Content-Length: ${body.length}`, body) + LAST);
  assertEquals(statuses(text), [200, 200]);
  assertStringIncludes(text, `Content-Length: ${body.length}\r\n\r\n${body}HTTP/1.1 200`);
});

Deno.test("A body that nobody reads is drained, or the connection ends", async () => {
  const cases: [request: string, answers: number[]][] = [
    [post("Content-Length: 5", LAST.slice(0, 5)), [200, 200]],
    [post("Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\n\r\n"), [200, 200]],
    [post("Transfer-Encoding: chunked", "x\r\n"), [200]],
    [post("Content-Length: 300000", "x"), [200]],
    [post("Transfer-Encoding: chunked", `50000\r\n${"x".repeat(0x50000)}\r\n0\r\n\r\n`), [200]],
    [post("Content-Length: 3\r\nExpect: 100-continue", "abc"), [200]],
    [post("Content-Length: 0", ""), [200, 200]],
  ];
  for (const [request, answers] of cases) {
    const engine = new TestEngine(ignoring);
    assertEquals(statuses(await engine.talk(request + LAST)), answers, request.slice(0, 90));
    assertEquals(engine.failures, []);
  }
});

Deno.test("A broken body is answered 400, whatever the handler returns instead", async () => {
  const catching: Handler = async (request) => {
    try {
      while (await request.body.read() !== null);
    } catch (error) {
      assertEquals(error instanceof BodyError, true);
    }
    return HELLO;
  };
  for (const handler of [undefined, catching]) {
    const engine = new TestEngine(handler);
    const text = await engine.talk(post("Transfer-Encoding: chunked", "3\r\nabcd\r\n0\r\n\r\n"));
    assertEquals(statuses(text), [400]);
    assertEquals(engine.refused.map((record) => record.reason), ["Invalid_CR/LF"]);
  }
});

Deno.test("A body over the limit is answered 413, declared or not", async () => {
  const limiting: Handler = async (request) => {
    request.siteId = 7;
    request.body.bytesMax = 4;
    while (await request.body.read() !== null);
    return HELLO;
  };
  const cases: [request: string, status: number][] = [
    [post("Content-Length: 5", "hello"), 413],
    [post("Content-Length: 4", "hell"), 200],
    [post("Transfer-Encoding: chunked", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), 413],
    [post("Transfer-Encoding: chunked", "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"), 200],
  ];
  for (const [request, status] of cases) {
    const engine = new TestEngine(limiting);
    assertEquals(statuses(await engine.talk(request)), [status], request);
    if (status !== 413) continue;
    assertEquals(engine.refused[0]?.reason, "EntityTooLarge");
    assertEquals(engine.refused[0]?.siteId, 7);
  }
  const engine = new TestEngine(undefined, { MaxRequestEntityAllowed: 4 });
  assertEquals(statuses(await engine.talk(post("Content-Length: 5", "hello"))), [413]);
});

Deno.test("100 Continue is sent when the handler first reads, and only to who waits", async () => {
  const engine = new TestEngine();
  const stream = engine.connect();
  stream.send(post("Content-Length: 5\r\nExpect: 100-Continue", ""));
  await stream.until(() => stream.text !== "");
  assertEquals(stream.text, "HTTP/1.1 100 Continue\r\n\r\n");
  stream.send("hello");
  await stream.until(() => stream.text.includes("200 OK"));
  stream.end();
  await stream.closed();

  const early = await new TestEngine().talk(
    post("Content-Length: 5\r\nExpect: 100-continue", "hello"),
  );
  assertEquals(statuses(early), [200], "the body was there already");
  const old = await new TestEngine().talk(
    "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
  );
  assertEquals(statuses(old), [200], "HTTP/1.0 knows no 100");
});

Deno.test("A client that goes away within its body is no bug and gets no answer", async () => {
  const engine = new TestEngine();
  const text = await engine.talk(post("Content-Length: 5", "hel"));
  assertEquals(text, "");
  assertEquals(engine.refused.map((record) => [record.reason, record.status]), [
    ["Client_Reset", null],
  ]);
  assertEquals([engine.served, engine.failures], [[], []]);
});

/** Source of `pieces`; an Error among them is thrown. */
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

Deno.test("A produced body is framed by its length, in chunks, or by the end", async () => {
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
  }
});

Deno.test("A produced body that fails never looks whole", async () => {
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

Deno.test("A produced body that fails before its first piece is answered 500", async () => {
  const source = sourceOf([new Error("disk")], 4);
  const engine = new TestEngine(() => ({ status: 200, headers: [], body: source }));
  assertEquals(statuses(await engine.talk(LAST)), [500]);
  assertEquals([source.closes, engine.served], [1, []]);
});

Deno.test("A produced body that echoes a broken one is refused, or cut, and no bug", async () => {
  const echoing: Handler = (request) => ({
    status: 200,
    headers: [],
    body: { length: null, pull: () => request.body.read(), close: () => {} },
  });
  const cases: [chunks: string, answers: number[], reason: string[]][] = [
    ["x\r\n", [400], ["Number"]],
    ["3\r\nabc\r\nx\r\n", [200], []],
    ["3\r\nabc\r\n0\r\n\r\n", [200], []],
    ["3\r\na", [200], []],
  ];
  for (const [chunks, answers, reasons] of cases) {
    const engine = new TestEngine(echoing);
    const text = await engine.talk(post("Transfer-Encoding: chunked", chunks));
    assertEquals(statuses(text), answers, chunks);
    assertEquals(text.endsWith("0\r\n\r\n"), chunks.endsWith("0\r\n\r\n"), "only a whole one ends");
    assertEquals(engine.refused.map((record) => record.reason), reasons);
    assertEquals(engine.failures, []);
  }
});

Deno.test("A client that goes away while a body is produced closes its source", async () => {
  let isAsked: () => void = () => {};
  const asked = new Promise<void>((resolve) => isAsked = resolve);
  let closes = 0;
  const body: BodySource = {
    length: null,
    pull(): Promise<Uint8Array | null> {
      isAsked();
      return new Promise(() => {});
    },
    close(): void {
      closes++;
    },
  };
  const engine = new TestEngine(() => ({ status: 200, headers: [], body }));
  engine.connect().send(LAST);
  await asked;
  await engine.server.drain(0);
  assertEquals(closes, 1);
});

Deno.test("101 hands the connection over, early bytes first", async () => {
  const engine = new TestEngine(() => ({
    status: 101,
    headers: [["Upgrade", "x"]],
    body: null,
    async takeOver(stream): Promise<void> {
      const buffer = new Uint8Array(100);
      for (let n = await stream.read(buffer); n !== null; n = await stream.read(buffer)) {
        await stream.write(buffer.slice(0, n));
      }
    },
  }));
  const stream = engine.connect();
  stream.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nearly ");
  stream.send("late");
  stream.end();
  await stream.closed();
  const [head, rest] = stream.text.split("\r\n\r\n");
  assertStringIncludes(head!, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n");
  assertStringIncludes(head!, "\r\nConnection: Upgrade");
  assertEquals(rest, "early late");
  assertEquals(engine.served.map((record) => record.status), [101]);
});

Deno.test("A response that cannot be sent is answered 500, not sent", async () => {
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
