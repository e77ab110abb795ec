/** Goal: a connection is reused only at the start of a response. Method: connections in memory. */
import { assertEquals, assertRejects } from "@std/assert";
import { Deadlines } from "../../../mod/site/proxy/deadlines.ts";
import { UpstreamPool } from "../../../mod/site/proxy/upstream_pool.ts";
import { type StreamEnd, streamPair } from "../../support/stream_pair.ts";

class TestUpstream {
  readonly ends: StreamEnd[] = [];
  readonly pool = new UpstreamPool(() => {
    const [ours, theirs] = streamPair();
    this.ends.push(theirs);
    return Promise.resolve(ours);
  }, new Deadlines());
}

/** Lets everything happen that waits only for promises. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

Deno.test("UpstreamPool.acquireIdle() returns the connection that was used last", async () => {
  const { pool } = new TestUpstream();
  const [first, second] = [await pool.open(), await pool.open()];
  assertEquals(pool.acquireIdle(), null);
  pool.release(first);
  pool.release(second);
  assertEquals(pool.acquireIdle() === second, true);
  assertEquals(pool.acquireIdle() === first, true);
  assertEquals(first.isReused, true);
  pool.release(first);
  pool.close();
  assertEquals(first.isClosed, true);
  pool.release(second);
  assertEquals(second.isClosed, true, "nothing is kept after close()");
});

Deno.test("UpstreamPool drops idle connections that close or send unsolicited bytes", async () => {
  const { pool, ends } = new TestUpstream();
  const [quiet, gone, chatty] = [await pool.open(), await pool.open(), await pool.open()];
  for (const connection of [quiet, gone, chatty]) pool.release(connection);
  ends[1]!.close();
  await ends[2]!.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
  await settle();
  assertEquals([quiet, gone, chatty].map(({ isClosed }) => isClosed), [false, true, true]);
  assertEquals(pool.acquireIdle() === quiet, true);
  pool.close();
  quiet.close();
});

Deno.test("UpstreamPool.release() keeps a limited number, and none with unread bytes", async () => {
  const { pool } = new TestUpstream();
  const connections = await Promise.all(Array.from({ length: 129 }, () => pool.open()));
  connections[0]!.end = 1;
  for (const connection of connections) pool.release(connection);
  const idle = connections.filter(({ isClosed }) => !isClosed);
  assertEquals([idle.length, connections[0]!.isClosed], [128, true]);
  const surplus = await pool.open();
  pool.release(surplus);
  assertEquals(surplus.isClosed, true);
  pool.close();
});

Deno.test("UpstreamPool.open() rejects with the reason why there is no connection", async () => {
  const refused = new Deno.errors.ConnectionRefused("nobody");
  const pool = new UpstreamPool(() => Promise.reject(refused), new Deadlines());
  await assertRejects(() => pool.open(), Deno.errors.ConnectionRefused);
});
