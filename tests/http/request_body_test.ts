// Goal: a body is read on demand, is limited, and never becomes part of the next request.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { BodyError, type Handler } from "../../mod/base/exchange.ts";
import { HELLO, statuses, TestEngine } from "../support/engine.ts";
import { FakeStream } from "../support/fake_stream.ts";

const LAST = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const ignoring: Handler = () => HELLO;

function post(fields: string, body: string): string {
  return `POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n${body}`;
}

Deno.test("A body arrives whole however it is split, and the next request after it", async () => {
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

Deno.test("A body that is larger than the small buffers arrives whole", async () => {
  const body = "x".repeat(300_000);
  const text = await new TestEngine().talk(post(`Content-Length: ${body.length}`, body) + LAST);
  assertEquals(statuses(text), [200, 200]);
  assertStringIncludes(text, `Content-Length: ${body.length}\r\n\r\n${body}HTTP/1.1 200`);
});

Deno.test("An unread body is drained, or the connection closes", async () => {
  const cases: [request: string, responses: number[]][] = [
    [post("Content-Length: 5", LAST.slice(0, 5)), [200, 200]],
    [post("Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\n\r\n"), [200, 200]],
    [post("Transfer-Encoding: chunked", "x\r\n"), [200]],
    [post("Content-Length: 300000", "x"), [200]],
    [post("Transfer-Encoding: chunked", `50000\r\n${"x".repeat(0x50000)}\r\n0\r\n\r\n`), [200]],
    [post("Content-Length: 3\r\nExpect: 100-continue", "abc"), [200]],
    [post("Content-Length: 0", ""), [200, 200]],
  ];
  for (const [request, responses] of cases) {
    const engine = new TestEngine(ignoring);
    assertEquals(statuses(await engine.talk(request + LAST)), responses, request.slice(0, 90));
    assertEquals(engine.failures, []);
  }
});

Deno.test("A broken body results in 400, whatever the handler returns", async () => {
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

Deno.test("A body over the limit results in 413, with or without a declared length", async () => {
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

Deno.test("100 Continue is sent at the first read, and only to a waiting client", async () => {
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
  assertEquals(statuses(early), [200], "the body has already arrived");
  const old = await new TestEngine().talk(
    "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
  );
  assertEquals(statuses(old), [200], "HTTP/1.0 has no 100 Continue");
});

Deno.test("A client that resets during its body is not reported as a bug", async () => {
  const engine = new TestEngine();
  const stream = new FakeStream();
  const read = stream.read.bind(stream);
  let reads = 0;
  stream.read = (buffer) => {
    if (++reads === 1) return read(buffer);
    return Promise.reject(new Deno.errors.ConnectionReset("Connection reset by peer"));
  };
  stream.send(post("Content-Length: 5", "hel"));
  engine.server.serve(stream, { tls: false });
  await stream.closed();
  assertEquals([stream.text, engine.failures], ["", []]);
  assertEquals(engine.refused.map(({ reason, status }) => [reason, status]), [
    ["Client_Reset", null],
  ]);
});

Deno.test("A client that goes away during its body gets no response and is not a bug", async () => {
  const engine = new TestEngine();
  const text = await engine.talk(post("Content-Length: 5", "hel"));
  assertEquals(text, "");
  assertEquals(engine.refused.map((record) => [record.reason, record.status]), [
    ["Client_Reset", null],
  ]);
  assertEquals([engine.served, engine.failures], [[], []]);
});
