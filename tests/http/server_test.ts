// Goal: connections are counted, limited, and let go in good order. Method: connections in memory.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { HELLO, settle, statuses, TestEngine } from "../support/engine.ts";
import { FakeStream } from "../support/fake_stream.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

Deno.test("HttpServer.drain() closes idle connections, lets answers end, cuts at the grace", async () => {
  let answer: (value: typeof HELLO) => void = () => {};
  const shared = new TestEngine((request) =>
    request.path === "/slow" ? new Promise((resolve) => answer = resolve) : HELLO
  );
  const idle = shared.connect();
  const slow = shared.connect();
  const stuck = shared.connect();
  slow.send(GET.replace("/", "/slow"));
  await settle();
  const answerSlow = answer;
  stuck.send(GET.replace("/", "/slow"));
  await settle();
  let isOver = false;
  const drained = shared.server.drain(5000).then(() => isOver = true);
  assertEquals([idle.isClosed, slow.isClosed, stuck.isClosed], [true, false, false]);
  answerSlow(HELLO);
  await slow.closed();
  assertStringIncludes(slow.text, "Connection: close\r\n");
  assertEquals(isOver, false);
  shared.clock.pass(5500);
  await drained;
  assertEquals(stuck.isClosed, true);
  assertEquals(shared.refused.map((record) => record.reason), ["Connection_Dropped"]);
  assertEquals(shared.connect().isClosed, true, "no new connection while draining");
});

Deno.test("HttpServer.drainEndpoint() drains that endpoint only; a wildcard means its port", async () => {
  const shared = new TestEngine();
  const stream = shared.connect();
  await shared.server.drainEndpoint({ ip: "127.0.0.3", port: 8080 } as never, 0);
  assertEquals(stream.isClosed, false);
  await shared.server.drainEndpoint({ ip: "0.0.0.0", port: 8080 } as never, 0);
  assertEquals(stream.isClosed, true);
  assertEquals(shared.refused, [], "nobody is told of an idle connection that ends");
  await shared.quiet();
});

Deno.test("HttpServer closes a connection that was turned away and does not leave", async () => {
  const shared = new TestEngine(undefined, { MaxConnections: 0 });
  const stream = shared.connect();
  await stream.until(() => stream.isWriteClosed);
  assertEquals([statuses(stream.text), stream.isClosed], [[503], false]);
  shared.clock.pass(10_000);
  await stream.closed();
  await settle();
  assertEquals(shared.clock.isRunning, false);
});

Deno.test("HttpServer holds MaxConnections and MaxConnectionsPerAddress", async () => {
  const shared = new TestEngine(undefined, { MaxConnectionsPerAddress: 1 });
  const first = shared.connect();
  const second = shared.connect();
  second.end();
  await second.closed();
  assertEquals(statuses(second.text), [503]);
  assertEquals(shared.refused.map((record) => record.reason), ["ConnLimit"]);
  first.end();
  await first.closed();
  await settle();
  const third = shared.connect();
  third.send(GET);
  third.end();
  await third.closed();
  assertEquals(statuses(third.text), [200]);
});

Deno.test("HttpServer.makeRoom() closes the connections that idled longest", async () => {
  const shared = new TestEngine();
  const old = shared.connect();
  await settle();
  shared.clock.pass(500);
  const young = shared.connect();
  await settle();
  assertEquals(shared.server.counts(), { connections: 2, idle: 2 });
  assertEquals(shared.server.makeRoom(1), 1);
  assertEquals([old.isClosed, young.isClosed], [true, false]);
  assertEquals(shared.server.makeRoom(5), 1);
  await settle();
});

Deno.test("HttpServer lets small writes go at once: it turns Nagle's algorithm off", async () => {
  const calls: (boolean | undefined)[] = [];
  const stream = Object.assign(new FakeStream(), {
    setNoDelay: (on?: boolean): void => void calls.push(on),
  });
  const shared = new TestEngine();
  shared.connect(stream);
  stream.end();
  await stream.closed();
  assertEquals(calls, [true]);
});

Deno.test("HttpServer.localEndpoints() counts the connections of each address", async () => {
  const shared = new TestEngine();
  const streams = ["127.0.0.2", "127.0.0.3", "127.0.0.2"].map((hostname) => {
    return shared.connect(
      Object.assign(new FakeStream(), { localAddr: { hostname, port: 8080 } }),
    );
  });
  assertEquals(
    shared.server.localEndpoints().map(({ endpoint: { ip }, connections }) =>
      `${ip} ${connections}`
    ),
    ["127.0.0.2 2", "127.0.0.3 1"],
  );
  for (const stream of streams) stream.end();
  await shared.quiet();
  assertEquals(shared.server.localEndpoints(), []);
});
