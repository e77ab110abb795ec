/** Goal: a connection is reused only at the start of a response, and only by who may see it.
 * Method: connections in memory, and a clock that stands still. */
import { assertEquals, assertRejects } from "@std/assert";
import type { Endpoint, Ip } from "../../../mod/base/address.ts";
import { Deadlines } from "../../../mod/site/proxy/deadlines.ts";
import { UpstreamConnection } from "../../../mod/site/proxy/upstream_connection.ts";
import { ConnectTimeout, UpstreamPool } from "../../../mod/site/proxy/upstream_pool.ts";
import { HandDeadlines } from "../../support/proxy/hand_deadlines.ts";
import { settle } from "../../support/engine.ts";
import { type StreamEnd, streamPair } from "../../support/stream_pair.ts";

const REST_MS = 100;
const QUICK = { connectMs: 5000, onSurplus: (): void => {} };

class TestUpstream {
  readonly ends: StreamEnd[] = [];
  readonly deadlines = new HandDeadlines();
  surplus = 0;
  readonly pool = new UpstreamPool(
    () => {
      const [ours, theirs] = streamPair();
      this.ends.push(theirs);
      return Promise.resolve(new UpstreamConnection(ours, "us", this.deadlines));
    },
    this.deadlines,
    { connectMs: 5000, onSurplus: () => this.surplus++ },
  );

  async open(count: number): Promise<UpstreamConnection[]> {
    return await Promise.all(Array.from({ length: count }, () => this.pool.open()));
  }

  release(
    connection: UpstreamConnection,
    last: { client?: Endpoint | null; keepAliveSeconds?: number } = {},
  ): void {
    this.pool.release(connection, { client: clientAt(9), keepAliveSeconds: null, ...last });
  }

  rest(): void {
    this.deadlines.rest(REST_MS);
  }

  [Symbol.dispose](): void {
    this.pool.close();
  }
}

/** The object that the requests of one connection share. */
function clientAt(port: number): Endpoint {
  return { ip: "127.0.0.1" as Ip, port };
}

const [ANN, BEN] = [clientAt(1), clientAt(2)];
const BYTES = new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n");

Deno.test("UpstreamPool.acquireIdle() returns the client's own connection at once", async () => {
  using upstream = new TestUpstream();
  const { pool } = upstream;
  const [first, second] = await upstream.open(2) as [UpstreamConnection, UpstreamConnection];
  assertEquals(pool.acquireIdle(ANN), null);
  upstream.release(first, { client: ANN });
  upstream.release(second, { client: BEN });
  assertEquals(pool.acquireIdle(BEN) === second, true);
  assertEquals(pool.acquireIdle(BEN), null, "the other one has just served another client");
  assertEquals(pool.acquireIdle(ANN) === first, true);
  assertEquals(first.isReused, true);
  upstream.release(first);
  pool.close();
  assertEquals(first.isClosed, true);
  upstream.release(second);
  assertEquals(second.isClosed, true, "nothing is kept after close()");
});

Deno.test("UpstreamPool gives a connection to another client when it was quiet", async () => {
  using upstream = new TestUpstream();
  const { pool } = upstream;
  const [first, second] = await upstream.open(2) as [UpstreamConnection, UpstreamConnection];
  upstream.release(first, { client: ANN });
  upstream.rest();
  upstream.release(second, { client: ANN });
  assertEquals(pool.acquireIdle(BEN) === first, true);
  assertEquals(pool.acquireIdle(BEN), null);
});

Deno.test("UpstreamPool gives nobody a connection that has just had no body to read", async () => {
  using upstream = new TestUpstream();
  const { pool } = upstream;
  const [first] = await upstream.open(1) as [UpstreamConnection];
  upstream.release(first, { client: null });
  assertEquals(pool.acquireIdle(ANN), null);
  upstream.rest();
  assertEquals(pool.acquireIdle(ANN) === first, true);
});

Deno.test("UpstreamPool shortens the rest of a program that has kept quiet", async () => {
  using upstream = new TestUpstream();
  const { pool, deadlines } = upstream;
  const [connection, chatty] = await upstream.open(2) as [UpstreamConnection, UpstreamConnection];
  for (let i = 0; i < 100; i++) {
    upstream.release(connection);
    deadlines.rest(REST_MS - 1);
    assertEquals(pool.acquireIdle(BEN), null, `after ${i} answers`);
    deadlines.rest(1);
    assertEquals(pool.acquireIdle(BEN) === connection, true);
  }
  upstream.release(connection);
  assertEquals(pool.acquireIdle(BEN), null);
  deadlines.rest(5);
  assertEquals(pool.acquireIdle(BEN) === connection, true);
  upstream.release(connection, { client: null });
  deadlines.rest(REST_MS - 1);
  assertEquals(pool.acquireIdle(BEN), null, "without a body it rests as before");
  deadlines.rest(1);
  assertEquals(pool.acquireIdle(BEN) === connection, true);
  upstream.release(chatty);
  deadlines.rest(50);
  await upstream.ends[1]!.write(BYTES);
  await settle();
  assertEquals(upstream.surplus, 1, "it is watched as long as before");
});

Deno.test("UpstreamPool closes idle connections of a program that serves only one", async () => {
  using upstream = new TestUpstream();
  const { pool, deadlines } = upstream;
  const [first] = await upstream.open(1) as [UpstreamConnection];
  upstream.release(first);
  const [second] = await upstream.open(1) as [UpstreamConnection];
  assertEquals(first.isClosed, false, "it is not known yet");
  deadlines.pass(250);
  assertEquals([first.isClosed, second.isClosed], [true, false]);
  upstream.release(second);
  const [third] = await upstream.open(1) as [UpstreamConnection];
  assertEquals(second.isClosed, true, "it is known");
  upstream.release(third, { client: ANN });
  assertEquals(pool.acquireIdle(ANN) === third, true);
});

Deno.test("UpstreamPool keeps idle connections of a program that answers beside them", async () => {
  using upstream = new TestUpstream();
  const [first] = await upstream.open(1) as [UpstreamConnection];
  upstream.release(first);
  const [second] = await upstream.open(1) as [UpstreamConnection];
  upstream.release(second);
  await upstream.open(1);
  upstream.deadlines.pass(250);
  assertEquals([first.isClosed, second.isClosed], [false, false]);
});

Deno.test("UpstreamPool drops idle connections that close or send unsolicited bytes", async () => {
  using upstream = new TestUpstream();
  const { pool, ends } = upstream;
  const [quiet, gone, chatty] = await upstream.open(3) as UpstreamConnection[];
  for (const connection of [quiet!, gone!, chatty!]) upstream.release(connection);
  upstream.rest();
  ends[1]!.close();
  await ends[2]!.write(BYTES);
  await settle();
  assertEquals([quiet, gone, chatty].map((one) => one!.isClosed), [false, true, true]);
  assertEquals(upstream.surplus, 0, "a last word, such as 408, is no surplus");
  assertEquals(pool.acquireIdle(BEN) === quiet, true);
  quiet!.close();
});

Deno.test("UpstreamPool keeps nothing of a program that sends more than its answer", async () => {
  for (const isLate of [false, true]) {
    using upstream = new TestUpstream();
    const connections = await upstream.open(3);
    const [good, bad, later] = connections as [
      UpstreamConnection,
      UpstreamConnection,
      UpstreamConnection,
    ];
    upstream.release(good);
    if (!isLate) bad.end = 1;
    upstream.release(bad);
    if (isLate) await upstream.ends[1]!.write(BYTES);
    await settle();
    upstream.release(later);
    assertEquals(connections.map(({ isClosed }) => isClosed), [true, true, true]);
    assertEquals(upstream.surplus, 1, "it is told once");
  }
});

Deno.test("UpstreamPool.release() keeps a limited number, and for as long as was said", async () => {
  using upstream = new TestUpstream();
  const connections = await upstream.open(257);
  for (const connection of connections) upstream.release(connection);
  assertEquals(connections.map(({ isClosed }) => isClosed).lastIndexOf(false), 255);
  upstream.pool.close();
  using brief = new TestUpstream();
  const [never, once] = await brief.open(2) as [UpstreamConnection, UpstreamConnection];
  brief.release(never, { keepAliveSeconds: 1 });
  brief.release(once, { keepAliveSeconds: 5 });
  assertEquals([never.isClosed, once.isClosed], [true, false]);
});

Deno.test("UpstreamPool.open() rejects with the reason why there is no connection", async () => {
  const refused = new Deno.errors.ConnectionRefused("nobody");
  const pool = new UpstreamPool(() => Promise.reject(refused), new Deadlines(), QUICK);
  await assertRejects(() => pool.open(), Deno.errors.ConnectionRefused);
  const deadlines = new HandDeadlines();
  const [ours] = streamPair();
  const { promise, resolve } = Promise.withResolvers<UpstreamConnection>();
  const slow = new UpstreamPool(() => promise, deadlines, QUICK);
  const opening = assertRejects(() => slow.open(), ConnectTimeout);
  deadlines.pass(5000);
  await opening;
  resolve(new UpstreamConnection(ours, "us", deadlines));
  await settle();
  assertEquals([ours.isClosed, deadlines.isRunning], [true, false], "it comes too late");
});

Deno.test("UpstreamPool closes what was idle for long, and watches nothing afterwards", async () => {
  using upstream = new TestUpstream();
  const [first, second] = await upstream.open(2) as [UpstreamConnection, UpstreamConnection];
  upstream.release(first);
  upstream.release(second, { keepAliveSeconds: 60 });
  upstream.deadlines.pass(4000);
  assertEquals([first.isClosed, second.isClosed], [true, false]);
  upstream.deadlines.pass(26_000);
  assertEquals([second.isClosed, upstream.deadlines.isRunning], [true, false]);
});

Deno.test("UpstreamPool finds the connection of a client among thousands that came and went", async () => {
  using upstream = new TestUpstream();
  const { pool } = upstream;
  const [own, shared] = await upstream.open(2) as [UpstreamConnection, UpstreamConnection];
  upstream.release(own, { client: ANN });
  for (let port = 1000; port < 4000; port++) {
    upstream.release(shared, { client: clientAt(port) });
    upstream.rest();
    assertEquals(pool.acquireIdle(BEN), own, "it has rested for longest");
    upstream.release(own, { client: ANN });
    assertEquals(pool.acquireIdle(BEN), shared);
  }
  assertEquals(pool.acquireIdle(ANN), own);
});
