// Goal: what a client sees, byte for byte, and what the logs are told. Method: connections in memory.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { HELLO, statuses, TestEngine } from "../support/engine.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const LAST = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

Deno.test("HttpServer answers one request in one write", async () => {
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
    receivedBytes: GET.length,
    win32Status: 0,
  }]);
});

Deno.test("HttpServer joins pipelined answers into one write, in order", async () => {
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

Deno.test("HttpServer closes or goes on as the version and the Connection field say", async () => {
  const cases: [head: string, connection: string | null, answers: number][] = [
    ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", null, 2],
    ["GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "close", 1],
    ["GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n", "close", 1],
    ["GET / HTTP/1.0\r\n\r\n", "close", 1],
    ["GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "keep-alive", 2],
    ["GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", "close", 1],
  ];
  for (const [head, connection, answers] of cases) {
    const text = await new TestEngine().talk(head + LAST);
    const first = text.slice(0, text.indexOf("\r\n\r\n"));
    assertEquals(first.match(/Connection: (.*)/)?.[1] ?? null, connection, head);
    assertEquals(statuses(text).length, answers, head);
  }
});

Deno.test("HttpServer refuses with HTTP.sys's answer and one line for the log", async () => {
  const engine = new TestEngine();
  const text = await engine.talk("GET / HTTP/1.1\r\n\r\n");
  assertStringIncludes(text, "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html; charset=us-");
  assertStringIncludes(text, "Connection: close\r\nContent-Length: 334\r\n\r\n");
  assertStringIncludes(text, "<h2>Bad Request - Invalid Hostname</h2>");
  assertEquals(
    engine.refused,
    [{
      local: { ip: "127.0.0.2", port: 8080 },
      remote: { ip: "127.0.0.1", port: 50000 },
      version: "HTTP/1.1",
      method: "GET",
      target: "/",
      status: 400,
      siteId: null,
      reason: "Hostname",
    }] as unknown as typeof engine.refused,
  );
  assertEquals(engine.served, []);
});

Deno.test("HttpServer gives what it can before it refuses, and nothing after", async () => {
  const text = await new TestEngine().talk(`${GET}${GET}BAD\r\n\r\n${GET}`);
  assertEquals(statuses(text), [200, 200, 400]);
});

Deno.test("HttpServer answers what it does not serve", async () => {
  const cases: [request: string, status: number, reason: string][] = [
    ["FOO / HTTP/1.1\r\nHost: a\r\n\r\n", 501, "N/I"],
    ["get / HTTP/1.1\r\nHost: a\r\n\r\n", 501, "N/I"],
    ["TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501, "N/I"],
    ["CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501, "N/I"],
    ["CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "URL"],
    ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "Version_N/S"],
    ["GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", 417, "Precondition"],
    ["GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, "URL"],
    ["GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "URL"],
  ];
  for (const [request, status, reason] of cases) {
    const engine = new TestEngine();
    assertEquals(statuses(await engine.talk(request)), [status], request);
    assertEquals(engine.refused.map((record) => record.reason), [reason], request);
  }
});

Deno.test("HttpServer answers OPTIONS * itself", async () => {
  const text = await new TestEngine().talk("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  assertEquals(statuses(text), [200]);
  assertStringIncludes(text, "\r\nAllow: GET, HEAD, POST");
});

Deno.test("HttpServer turns a handler's failure into 500, and lives on", async () => {
  for (
    const handler of [() => {
      throw new Error("bug");
    }, () => Promise.reject(new Error("bug"))]
  ) {
    const engine = new TestEngine(handler);
    assertEquals(statuses(await engine.talk(GET)), [500]);
    assertEquals(engine.refused[0]?.reason, "Internal");
    assertEquals(engine.failures.length, 1);
    assertEquals(statuses(await engine.talk(GET)), [500]);
  }
});

Deno.test("HttpServer sends a response that comes again from prepared bytes, Date anew", async () => {
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

Deno.test("HttpServer sends no body for HEAD, 204 and 304, and frames them rightly", async () => {
  const cases: [method: string, status: number, want: RegExp][] = [
    ["HEAD", 200, /Content-Length: 5\r\n\r\n$/],
    ["GET", 204, /^(?!.*Content-Length)[^]*\r\n\r\n$/],
    ["GET", 304, /^(?!.*Content-Length)[^]*\r\n\r\n$/],
    ["GET", 200, /Content-Length: 5\r\n\r\nhello$/],
  ];
  for (const [method, status, want] of cases) {
    const engine = new TestEngine(() => ({ ...HELLO, status }));
    const text = await engine.talk(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
    assert(want.test(text), `${method} ${status}: ${text}`);
  }
});

Deno.test("HttpServer cuts silent, slow and idle clients at their time-out", async () => {
  const cases: [sent: string, reason: string][] = [
    ["", "Timer_ConnectionIdle"],
    ["GET / HT", "Timer_HeaderWait"],
    [GET, "Timer_ConnectionIdle"],
    ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", "Timer_EntityBody"],
  ];
  for (const [sent, reason] of cases) {
    const engine = new TestEngine();
    const stream = engine.connect();
    stream.send(sent);
    await settle();
    engine.clock.pass(120_000);
    assertEquals(stream.isClosed, false, `${reason}: not early`);
    engine.clock.pass(1_000);
    assertEquals(stream.isClosed, true, reason);
    assertEquals(engine.refused.map((record) => [record.reason, record.status]), [[reason, null]]);
    await settle();
    assertEquals(engine.clock.isRunning, false, "the clock stops with the last connection");
  }
});

Deno.test("HttpServer cuts a client that takes nothing", async () => {
  const engine = new TestEngine();
  const stream = engine.connect();
  stream.isStalled = true;
  stream.send(GET);
  await settle();
  engine.clock.pass(280_000);
  assertEquals(engine.refused[0]?.reason, "Timer_MinBytesPerSecond");
  await stream.closed();
  await settle();
  assertEquals(engine.served.map((record) => record.win32Status), [64]);
});

Deno.test("HttpServer.drain() closes idle connections, lets answers end, cuts at the grace", async () => {
  let answer: (value: typeof HELLO) => void = () => {};
  const engine = new TestEngine((request) =>
    request.path === "/slow" ? new Promise((resolve) => answer = resolve) : HELLO
  );
  const idle = engine.connect();
  const slow = engine.connect();
  const stuck = engine.connect();
  slow.send(GET.replace("/", "/slow"));
  await settle();
  const answerSlow = answer;
  stuck.send(GET.replace("/", "/slow"));
  await settle();
  let isOver = false;
  const drained = engine.server.drain(5000).then(() => isOver = true);
  assertEquals([idle.isClosed, slow.isClosed, stuck.isClosed], [true, false, false]);
  answerSlow(HELLO);
  await slow.closed();
  assertStringIncludes(slow.text, "Connection: close\r\n");
  assertEquals(isOver, false);
  engine.clock.pass(5500);
  await drained;
  assertEquals(stuck.isClosed, true);
  assertEquals(engine.refused.map((record) => record.reason), ["Connection_Dropped"]);
  assertEquals(engine.connect().isClosed, true, "no new connection while draining");
});

Deno.test("HttpServer.drainEndpoint() drains that endpoint only; a wildcard means its port", async () => {
  const engine = new TestEngine();
  const stream = engine.connect();
  await engine.server.drainEndpoint({ ip: "127.0.0.3", port: 8080 } as never, 0);
  assertEquals(stream.isClosed, false);
  await engine.server.drainEndpoint({ ip: "0.0.0.0", port: 8080 } as never, 0);
  assertEquals(stream.isClosed, true);
  assertEquals(engine.refused, [], "nobody is told of an idle connection that ends");
  await engine.quiet();
});

Deno.test("HttpServer holds MaxConnections and MaxConnectionsPerAddress", async () => {
  const engine = new TestEngine(undefined, { MaxConnectionsPerAddress: 1 });
  const first = engine.connect();
  const second = engine.connect();
  second.end();
  await second.closed();
  assertEquals(statuses(second.text), [503]);
  assertEquals(engine.refused.map((record) => record.reason), ["ConnLimit"]);
  first.end();
  await first.closed();
  await settle();
  const third = engine.connect();
  third.send(GET);
  third.end();
  await third.closed();
  assertEquals(statuses(third.text), [200]);
});

Deno.test("HttpServer.makeRoom() closes the connections that idled longest", async () => {
  const engine = new TestEngine();
  const old = engine.connect();
  await settle();
  engine.clock.pass(500);
  const young = engine.connect();
  await settle();
  assertEquals(engine.server.counts(), { connections: 2, idle: 2 });
  assertEquals(engine.server.makeRoom(1), 1);
  assertEquals([old.isClosed, young.isClosed], [true, false]);
  assertEquals(engine.server.makeRoom(5), 1);
  await settle();
});

/** Lets everything that is ready happen. */
async function settle(): Promise<void> {
  for (let i = 0; i < 30; i++) await Promise.resolve();
}
