// Goal: a client gets its response before the connection ends, and cannot hold it open forever.
import { assertEquals } from "@std/assert";
import { Turns } from "../../mod/http/turns.ts";
import { linger } from "../../mod/http/linger.ts";
import { settle, statuses, TestEngine } from "../support/engine.ts";
import { FakeStream } from "../support/fake_stream.ts";

Deno.test("linger() closes our direction, then reads until the client closes its own", async () => {
  const stream = new FakeStream();
  const lingering = linger(stream, new Uint8Array(10), new Turns());
  stream.send("more than fits in one read");
  await settle();
  assertEquals(stream.isWriteClosed, true);
  stream.end();
  await lingering;
});

Deno.test("linger() does not read forever", async () => {
  const stream = new FakeStream();
  const piece = new Uint8Array(65536);
  for (let i = 0; i < 20; i++) stream.send(piece);
  await linger(stream, new Uint8Array(65536), new Turns());
});

Deno.test("A refused client that does not close its end is closed after a while", async () => {
  const engine = new TestEngine();
  const stream = engine.connect();
  stream.send("BAD\r\n\r\n");
  await stream.until(() => stream.isWriteClosed);
  assertEquals(statuses(stream.text), [400]);
  stream.send("still talking");
  await settle();
  engine.clock.pass(2000);
  assertEquals(stream.isClosed, false);
  engine.clock.pass(500);
  assertEquals(stream.isClosed, true);
  await engine.quiet();
  assertEquals(engine.refused.length, 1, "the end of a refused client is not logged again");
});

Deno.test("A pending read of a handler does not keep a refused client open for long", async () => {
  const engine = new TestEngine((request) => {
    request.body.read().catch(() => {}); // a reverse proxy whose upstream has failed meanwhile
    return { refuse: "N/A" };
  });
  const stream = engine.connect();
  stream.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  await stream.until(() => stream.text !== "");
  assertEquals(statuses(stream.text), [503]);
  for (let i = 0; i < 4; i++) {
    stream.send("0"); // each byte of a chunk size would start another wait
    await settle();
    engine.clock.pass(500);
  }
  assertEquals(stream.isClosed, false);
  engine.clock.pass(500);
  await settle();
  assertEquals(stream.isClosed, true);
  await engine.quiet();
  assertEquals(engine.refused.length, 1);
});
