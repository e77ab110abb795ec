// Goal: what a client receives, byte for byte, and when it is closed. Method: streams in memory.
import { assertEquals } from "@std/assert";
import type { RefusedRecord } from "../../mod/base/exchange.ts";
import { HELLO, settle, statuses, TestEngine } from "../support/engine.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const LAST = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

Deno.test("HttpServer sends a response in one write", async () => {
  const engine = new TestEngine();
  const stream = engine.connect();
  stream.send(GET);
  await stream.until(() => stream.writes.length > 0);
  assertEquals(
    stream.text,
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nServer: httpcfg\r\n" +
      "Date: Sun, 22 Nov 2026 12:00:00 GMT\r\nContent-Length: 5\r\n\r\nhello",
  );
  assertEquals(stream.writes.length, 1);
  stream.end();
  await stream.closed();
  assertEquals(engine.served, [{
    method: "GET",
    path: "/",
    siteId: null,
    status: 200,
    sentBytes: stream.text.length,
    contentBytes: "hello".length,
    receivedBytes: GET.length,
    win32Status: 0,
  }]);
});

Deno.test("HttpServer joins pipelined responses into one write, in order", async () => {
  const engine = new TestEngine((request) => ({
    status: 200,
    headers: [],
    body: new TextEncoder().encode(request.path),
  }));
  const stream = engine.connect();
  stream.send(["/a", "/b", "/c"].map((path) => GET.replace("/", path)).join(""));
  await stream.until(() => stream.writes.length > 0);
  assertEquals(stream.writes.length, 1);
  assertEquals(stream.text.match(/\/[abc]/g), ["/a", "/b", "/c"]);
  stream.end();
  await stream.closed();
});

Deno.test("HttpServer closes or keeps a connection by version and Connection field", async () => {
  const cases: [head: string, connection: string | null, responses: number][] = [
    ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", null, 2],
    ["GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "close", 1],
    ["GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n", "close", 1],
    ["GET / HTTP/1.0\r\n\r\n", "close", 1],
    ["GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "keep-alive", 2],
    ["GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", "close", 1],
  ];
  for (const [head, connection, responses] of cases) {
    const text = await new TestEngine().talk(head + LAST);
    const first = text.slice(0, text.indexOf("\r\n\r\n"));
    assertEquals(first.match(/Connection: (.*)/)?.[1] ?? null, connection, head);
    assertEquals(statuses(text).length, responses, head);
  }
});

Deno.test("HttpServer serves the requests before a bad one, and none after it", async () => {
  const text = await new TestEngine().talk(`${GET}${GET}BAD\r\n\r\n${GET}`);
  assertEquals(statuses(text), [200, 200, 400]);
});

Deno.test("HttpServer sends a repeated response from prepared bytes, with a new Date", async () => {
  const engine = new TestEngine(() => HELLO);
  const stream = engine.connect();
  for (let i = 1; i <= 4; i++) {
    if (i === 4) engine.clock.date = "Sun, 22 Nov 2026 12:00:01 GMT";
    stream.send(GET);
    await stream.until(() => stream.writes.length === i);
  }
  const [first, second, third, fourth] = stream.writes.map((bytes) =>
    String.fromCharCode(...bytes)
  );
  assertEquals(second, first);
  assertEquals(third, first);
  assertEquals(fourth, first!.replace("12:00:00", "12:00:01"));
  stream.end();
  await stream.closed();
});

Deno.test("HttpServer aborts silent, slow and idle clients when they time out", async () => {
  const post = "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc";
  const cases: [sent: string, reason: string, request: string][] = [
    ["", "Timer_ConnectionIdle", "null null null"],
    ["GET /h HT", "Timer_HeaderWait", "null GET /h"],
    [GET, "Timer_ConnectionIdle", "null null null"],
    [post, "Timer_EntityBody", "HTTP/1.1 POST /p"],
    [GET + post, "Timer_EntityBody", "HTTP/1.1 POST /p"],
  ];
  for (const [sent, reason, request] of cases) {
    const engine = new TestEngine();
    const stream = engine.connect();
    stream.send(sent);
    await settle();
    engine.clock.pass(120_000);
    assertEquals(stream.isClosed, false, `${reason}: not early`);
    engine.clock.pass(1_000);
    assertEquals(stream.isClosed, true, reason);
    assertEquals(engine.refused.map((record) => [record.reason, record.status]), [[reason, null]]);
    assertEquals(engine.refused.map(requestOf), [request]);
    await settle();
    assertEquals(engine.clock.isRunning, false, "the clock stops with the last connection");
  }
});

Deno.test("HttpServer aborts a client that does not read its response", async () => {
  const engine = new TestEngine();
  const stream = engine.connect();
  stream.isStalled = true;
  stream.send(GET);
  await settle();
  engine.clock.pass(280_000);
  assertEquals(engine.refused[0]?.reason, "Timer_MinBytesPerSecond");
  assertEquals(engine.refused.map(requestOf), ["HTTP/1.1 GET /"]);
  await stream.closed();
  await settle();
  assertEquals(engine.served.map((record) => record.win32Status), [64]);
});

/** The request in a line of the HTTPERR log. */
function requestOf({ version, method, target }: RefusedRecord): string {
  return `${version} ${method} ${target}`;
}
