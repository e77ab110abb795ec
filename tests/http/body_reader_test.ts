// Goal: the body reader works even for handlers that misbehave. Method: pieces from memory.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BodyError } from "../../mod/base/exchange.ts";
import { BodyReader } from "../../mod/http/body_reader.ts";
import { BufferPool } from "../../mod/http/buffer_pool.ts";
import { CHUNKED, Framing } from "../../mod/http/parse/framing.ts";
import { ReadBuffer } from "../../mod/http/read_buffer.ts";
import { latin1Bytes } from "../support/fake_stream.ts";

/** A reader whose connection delivers `pieces`, then ends. */
function readerOf(length: number, pieces: string[], expectsContinue = false): {
  reader: BodyReader;
  continues: () => number;
} {
  const input = new ReadBuffer(new BufferPool());
  const framing = Object.assign(new Framing(), { bodyLength: length, expectsContinue });
  let continues = 0;
  const pump = {
    refill(): Promise<boolean> {
      const piece = pieces.shift();
      if (piece === undefined) return Promise.resolve(false);
      input.spaceForBody().set(latin1Bytes(piece));
      input.end = piece.length;
      return Promise.resolve(true);
    },
    sendContinue(): Promise<void> {
      continues++;
      return Promise.resolve();
    },
  };
  return {
    reader: new BodyReader(input, pump, framing, 4294967295),
    continues: () => continues,
  };
}

Deno.test("BodyReader.read() returns null again after the end", async () => {
  const { reader } = readerOf(3, ["abc"]);
  assertEquals((await reader.read())?.length, 3);
  assertEquals([await reader.read(), await reader.read(), reader.isComplete], [null, null, true]);
  assertEquals(await readerOf(0, []).reader.read(), null);
});

Deno.test("BodyReader.read() fails again after a failure", async () => {
  const { reader } = readerOf(CHUNKED, ["x\r\n"]);
  await assertRejects(() => reader.read(), BodyError);
  await assertRejects(() => reader.read(), BodyError);
  assertEquals([reader.fault, reader.isBroken, reader.isAborted], ["Number", true, false]);
  const short = readerOf(3, ["a"]).reader;
  await short.read();
  await assertRejects(() => short.read(), BodyError);
  assertEquals([short.fault, short.isAborted], [null, true]);
});

Deno.test("BodyReader.read() rejects a second reader, and reads after the exchange", async () => {
  const { reader } = readerOf(3, ["abc"]);
  const first = reader.read();
  await assertRejects(() => reader.read(), BodyError, "another read");
  assertEquals((await first)?.length, 3);
  reader.discard();
  await assertRejects(() => reader.read(), BodyError, "over");
});

Deno.test("BodyReader sends 100 Continue once, and not before a read", async () => {
  const { reader, continues } = readerOf(4, ["ab", "cd"], true);
  assertEquals([reader.awaitsContinue, continues()], [true, 0]);
  await reader.read();
  await reader.read();
  assertEquals([reader.awaitsContinue, continues()], [false, 1]);
});

Deno.test("BodyReader treats a limit of 4294967295 as none, and enforces a lower one", async () => {
  const { reader } = readerOf(5_000_000_000, ["abc"]);
  assertEquals((await reader.read())?.length, 3);
  const lifted = readerOf(5_000_000_000, ["abc"]).reader;
  lifted.bytesMax = 10;
  lifted.bytesMax = 4294967295; // as a site without a limit of its own
  assertEquals((await lifted.read())?.length, 3);
  const limited = readerOf(5_000_000_000, ["abc"]).reader;
  limited.bytesMax = 4294967294;
  await assertRejects(() => limited.read(), BodyError);
  assertEquals(limited.fault, "EntityTooLarge");
});

Deno.test("BodyReader counts the bytes of content, and those it consumed", async () => {
  const { reader } = readerOf(CHUNKED, ["3;a=b\r\nabc\r\n0\r\nA: b\r\n\r\nGET"]);
  while (await reader.read() !== null);
  assertEquals([reader.contentBytes, reader.consumedBytes, reader.remaining], [3, 23, null]);
});

Deno.test("BodyReader.readArrived() returns what is there, and never waits", async () => {
  const { reader, continues } = readerOf(5, ["abc", "de"], true);
  assertEquals([reader.readArrived(), continues()], [null, 0]);
  assertEquals((await reader.read())?.length, 3);
  assertEquals(reader.readArrived(), null);
  assertEquals((await reader.read())?.length, 2);
  assertEquals([reader.readArrived(), reader.isComplete], [null, true]);

  const chunked = readerOf(CHUNKED, ["1\r\na\r\n", "x"]).reader;
  await chunked.read();
  assertEquals(chunked.readArrived(), null);
  await assertRejects(() => chunked.read(), BodyError);
  assertThrows(() => chunked.readArrived(), BodyError);

  const large = readerOf(5, ["abcde"]).reader;
  large.bytesMax = 4;
  assertThrows(() => large.readArrived(), BodyError);
  assertEquals(large.fault, "EntityTooLarge");
  const over = readerOf(5, ["abcde"]).reader;
  over.discard();
  assertThrows(() => over.readArrived(), BodyError);
});
