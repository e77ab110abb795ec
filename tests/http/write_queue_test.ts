// Goal: bytes are sent once, in order, in few writes, and a stalled write has a deadline.
import { assertEquals } from "@std/assert";
import { NEVER } from "../../mod/http/clock.ts";
import { WriteQueue } from "../../mod/http/write_queue.ts";
import { engineOf } from "../support/engine.ts";
import { FakeStream, latin1Bytes } from "../support/fake_stream.ts";

Deno.test("WriteQueue joins queued pieces into one write", async () => {
  const stream = new FakeStream();
  const output = new WriteQueue(stream, engineOf());
  assertEquals(output.isEmpty, true);
  for (const text of ["a", "bc", "d"]) output.push(latin1Bytes(text));
  assertEquals(output.isEmpty, false);
  await output.flush();
  assertEquals([stream.text, stream.writes.length, output.isEmpty], ["abcd", 1, true]);
  await output.flush();
  assertEquals(stream.writes.length, 1);
});

Deno.test("WriteQueue writes the rest after a partial write", async () => {
  const stream = new FakeStream();
  stream.writeMax = 3;
  const output = new WriteQueue(stream, engineOf());
  output.push(latin1Bytes("0123456789"));
  const rest = output.finishWrite(await output.startWrite());
  await rest;
  assertEquals([stream.text, stream.writes.length], ["0123456789", 4]);
  stream.writeMax = Infinity;
  output.push(latin1Bytes("x"));
  assertEquals(output.finishWrite(await output.startWrite()), null);
});

Deno.test("WriteQueue does not copy a large piece", async () => {
  const stream = new FakeStream();
  const output = new WriteQueue(stream, engineOf());
  output.push(latin1Bytes("head"));
  assertEquals(output.isFull, false);
  output.push(new Uint8Array(70_000));
  assertEquals(output.isFull, true);
  await output.flush();
  assertEquals(stream.writes.map((bytes) => bytes.length), [4, 70_000]);
});

Deno.test("WriteQueue writes a large piece in parts, and smaller ones to a client that is slow", async () => {
  const stream = new FakeStream();
  const output = new WriteQueue(stream, engineOf());
  await output.write(new Uint8Array(3 * 1024 * 1024 + 1));
  assertEquals(stream.writes.map(({ length }) => length), [1048576, 1048576, 1048576, 1]);
  stream.writes.length = 0;
  stream.writeMax = 500_000; // the kernel has no room for more
  await output.write(new Uint8Array(1_600_000));
  const waiting = 131_072;
  assertEquals(stream.writes.map(({ length }) => length), [
    500_000,
    waiting,
    500_000,
    waiting,
    1_600_000 - 1_000_000 - 2 * waiting,
  ]);
});

Deno.test("WriteQueue has a deadline while it writes, and only then", async () => {
  const stream = new FakeStream();
  stream.isStalled = true;
  const shared = engineOf();
  const output = new WriteQueue(stream, shared);
  assertEquals(output.deadline, NEVER);
  output.push(latin1Bytes("a"));
  const written = output.flush();
  assertEquals(output.deadline, shared.clock.tick + shared.stallTicks);
  stream.resume();
  await written;
  assertEquals(output.deadline, NEVER);
  stream.isStalled = true;
  const failing = output.write(latin1Bytes("b"));
  stream.close();
  assertEquals(await failing.catch((error: Error) => error.name), "BrokenPipe");
  assertEquals(output.deadline, NEVER);
});

Deno.test("WriteQueue asks for small writes to be sent at once before the second write", async () => {
  const stream = new FakeStream();
  let writesBefore = -1;
  const undelayed = Object.assign(stream, {
    setNoDelay(): void {
      assertEquals(writesBefore, -1, "asked once");
      writesBefore = stream.writes.length;
    },
  });
  const output = new WriteQueue(undelayed, engineOf());
  for (const text of ["a", "b", "c"]) {
    output.push(latin1Bytes(text));
    await output.flush();
  }
  assertEquals([stream.text, writesBefore], ["abc", 1]);
});

Deno.test("WriteQueue writes although the client was gone before the second write", async () => {
  const stream = Object.assign(new FakeStream(), {
    setNoDelay(): void {
      throw new Deno.errors.ConnectionReset("gone");
    },
  });
  const output = new WriteQueue(stream, engineOf());
  await output.write(latin1Bytes("a"));
  await output.writeSome(latin1Bytes("b"), NEVER);
  assertEquals(stream.text, "ab");
});
