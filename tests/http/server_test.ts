// Goal: connections are counted, limited and drained in good order. Method: streams in memory.
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { BodySource, HttpResponse } from "../../mod/base/exchange.ts";
import { BufferPool } from "../../mod/http/buffer_pool.ts";
import { HELLO, settle, statuses, TestEngine } from "../support/engine.ts";
import { FakeStream } from "../support/fake_stream.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/** A body that ends only when it is told to. */
class EndlessSource implements BodySource {
  readonly length = null;
  closed = 0;
  #pulls = 0;
  readonly #drained = Promise.withResolvers<null>();

  pull(): Promise<Uint8Array | null> {
    if (this.#pulls++ === 0) return Promise.resolve(new TextEncoder().encode("first"));
    return this.#drained.promise;
  }
  drain(): void {
    this.#drained.resolve(null);
  }
  close(): void {
    this.closed++;
  }
}

/** What ends the connections of a server in good order. */
const ENDINGS: Readonly<Record<string, (engine: TestEngine) => Promise<unknown>>> = {
  drain: ({ server }) => server.drain(30_000),
  drainEndpoints: ({ server }) => {
    return Promise.all(server.drainEndpoints([{ ip: "127.0.0.2", port: 8080 }] as never, 30_000));
  },
};

Deno.test("HttpServer.drain() ends idle connections, lets responses end, then aborts", async () => {
  let respond: (value: typeof HELLO) => void = () => {};
  const engine = new TestEngine((request) =>
    request.path === "/slow" ? new Promise((resolve) => respond = resolve) : HELLO
  );
  const idle = engine.connect();
  const slow = engine.connect();
  const stuck = engine.connect();
  slow.send(GET.replace("/", "/slow"));
  await settle();
  const respondSlow = respond;
  stuck.send(GET.replace("/", "/slow"));
  await settle();
  let isOver = false;
  const drained = engine.server.drain(5000).then(() => isOver = true);
  assertEquals([idle.isClosed, slow.isClosed, stuck.isClosed], [true, false, false]);
  respondSlow(HELLO);
  await slow.closed();
  assertStringIncludes(slow.text, "Connection: close\r\n");
  assertEquals(isOver, false);
  engine.clock.pass(5500);
  await drained;
  assertEquals(stuck.isClosed, true);
  const dropped = engine.refused.map(({ reason, target }) => [reason, target]);
  assertEquals(dropped, [["Connection_Dropped", "/slow"]]);
  assertEquals(engine.connect().isClosed, true, "no new connection while draining");
});

for (const [how, end] of Object.entries(ENDINGS)) {
  Deno.test(`HttpServer ends a stream without an end: ${how}`, async () => {
    const sources: EndlessSource[] = [];
    const engine = new TestEngine(() => {
      const source = new EndlessSource();
      sources.push(source);
      return { status: 200, headers: [], body: source };
    });
    const stream = engine.connect();
    stream.send(GET);
    await stream.until(() => stream.text.includes("first"));
    const ended = end(engine);
    await stream.closed();
    await ended;
    assertEquals(stream.text.endsWith("\r\n0\r\n\r\n"), true, "the stream ends as a whole one");
    assertEquals(sources.map(({ closed }) => closed), [1]);
    assertEquals(engine.refused, []);
    engine.server.resume();
    await engine.quiet();
  });
}

Deno.test("HttpServer.retire() ends a stream, and the connection with the response after it", async () => {
  const engine = new TestEngine(() => {
    return { status: 200, headers: [], body: new EndlessSource() };
  });
  const stream = engine.connect();
  stream.send(GET);
  await stream.until(() => stream.text.includes("first"));
  const retired = engine.server.retire();
  await stream.until(() => stream.text.endsWith("\r\n0\r\n\r\n"));
  stream.send(GET);
  await stream.closed();
  await retired;
  assertEquals(statuses(stream.text), [200, 200]);
  assertStringIncludes(stream.text, "Connection: close\r\n");
});

Deno.test("HttpServer ends a stream that begins while it is drained", async () => {
  const source = new EndlessSource();
  let respond: (value: HttpResponse) => void = () => {};
  const engine = new TestEngine(() => new Promise((resolve) => respond = resolve));
  const stream = engine.connect();
  stream.send(GET);
  await settle();
  const drained = engine.server.drain(30_000);
  respond({ status: 200, headers: [], body: source });
  await stream.closed();
  await drained;
  assertEquals([statuses(stream.text), source.closed], [[200], 1]);
});

Deno.test("HttpServer.drainEndpoints() drains the connections of each endpoint", async () => {
  const engine = new TestEngine();
  const stream = engine.connect();
  const others = ["127.0.0.3", "127.0.0.4"].map((ip) => ({ ip, port: 8080 }));
  await Promise.all(engine.server.drainEndpoints(others as never, 0));
  assertEquals(stream.isClosed, false);
  const own = { ip: "127.0.0.2", port: 8080 };
  await Promise.all(engine.server.drainEndpoints([...others, own] as never, 0));
  assertEquals(stream.isClosed, true);
  assertEquals(engine.refused, [], "the end of an idle connection is not logged");
  await engine.quiet();
});

Deno.test("HttpServer closes a rejected connection that the client does not close", async () => {
  const engine = new TestEngine(undefined, { MaxConnections: 0 });
  const stream = engine.connect();
  await stream.until(() => stream.isWriteClosed);
  assertEquals([statuses(stream.text), stream.isClosed], [[503], false]);
  engine.clock.pass(10_000);
  await stream.closed();
  await settle();
  assertEquals(engine.clock.isRunning, false);
});

for (const limit of ["MaxConnections", "MaxConnectionsPerAddress"] as const) {
  Deno.test(`HttpServer enforces ${limit}`, async () => {
    const engine = new TestEngine(undefined, { [limit]: 1 });
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
}

Deno.test("HttpServer.makeRoom() closes the connections that have been idle longest", async () => {
  const engine = new TestEngine();
  const old = engine.connect();
  await settle();
  engine.clock.pass(500);
  const young = engine.connect();
  await settle();
  engine.clock.pass(1000);
  assertEquals(engine.server.counts(), { accepted: 2, connections: 2, idle: 2, tunnels: 0 });
  assertEquals(engine.server.makeRoom(1), 1);
  assertEquals([old.isClosed, young.isClosed], [true, false]);
  assertEquals(engine.server.makeRoom(5), 1);
  await settle();
});

Deno.test("HttpServer.makeRoom() closes no connection whose first request may have arrived", async () => {
  const engine = new TestEngine();
  const arrived = engine.connect();
  const served = engine.connect();
  await settle();
  served.send(GET);
  await settle();
  assertEquals(engine.server.makeRoom(5), 1);
  assertEquals([arrived.isClosed, served.isClosed], [false, true]);
  engine.clock.pass(500);
  assertEquals(engine.server.makeRoom(5), 0);
  engine.clock.pass(500);
  assertEquals(engine.server.makeRoom(5), 1);
  await settle();
});

Deno.test("HttpServer.localEndpoints() counts the connections of each endpoint", async () => {
  const engine = new TestEngine();
  const streams = ["127.0.0.2", "127.0.0.3", "127.0.0.2"].map((hostname) => {
    return engine.connect(
      Object.assign(new FakeStream(), { localAddr: { hostname, port: 8080 } }),
    );
  });
  assertEquals(
    engine.server.localEndpoints().map(({ endpoint: { ip }, connections }) =>
      `${ip} ${connections}`
    ),
    ["127.0.0.2 2", "127.0.0.3 1"],
  );
  for (const stream of streams) stream.end();
  await engine.quiet();
  assertEquals(engine.server.localEndpoints(), []);
});

Deno.test("HttpServer releases the buffer of every connection that it does not serve", async () => {
  const acquired = new Set<Uint8Array>();
  const { acquireSmall, releaseSmall } = BufferPool.prototype;
  BufferPool.prototype.acquireSmall = function (): Uint8Array {
    const buffer = acquireSmall.call(this);
    acquired.add(buffer);
    return buffer;
  };
  BufferPool.prototype.releaseSmall = function (buffer): void {
    acquired.delete(buffer);
    releaseSmall.call(this, buffer);
  };
  try {
    const engine = new TestEngine(undefined, { MaxConnections: 0 });
    for (let i = 0; i < 200; i++) engine.connect();
    const leaving = acquired.size;
    assertEquals(leaving > 0 && leaving < 200, true, "those over the limit have none");
    await settle();
    engine.clock.pass(10_000);
    await settle();
    await engine.server.drain(0);
    engine.connect();
    assertEquals(acquired.size, 0);
  } finally {
    BufferPool.prototype.acquireSmall = acquireSmall;
    BufferPool.prototype.releaseSmall = releaseSmall;
  }
});
