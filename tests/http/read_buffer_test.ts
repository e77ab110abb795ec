// Goal: no byte is lost or moved to another connection while the window grows, moves and shrinks.
import { assertEquals } from "@std/assert";
import { BufferPool, LARGE_BYTES, SMALL_BYTES } from "../../mod/http/buffer_pool.ts";
import { ReadBuffer } from "../../mod/http/read_buffer.ts";
import { latin1 } from "../../mod/wire/byte_text.ts";
import { latin1Bytes } from "../support/fake_stream.ts";

const content = (input: ReadBuffer): string => latin1(input.buffer, input.start, input.end);

function receive(input: ReadBuffer, text: string): void {
  for (const byte of latin1Bytes(text)) {
    input.spaceForHead(16384)[0] = byte;
    input.end++;
  }
}

Deno.test("ReadBuffer grows for a large head, and is small again once it is empty", () => {
  const input = new ReadBuffer(new BufferPool());
  const head = "0123456789".repeat(1000);
  receive(input, head);
  assertEquals(content(input), head);
  input.start = input.end;
  assertEquals(input.spaceForHead(16384).length, SMALL_BYTES);
  assertEquals(content(input), "");
});

Deno.test("ReadBuffer moves unread bytes to the front before it grows", () => {
  const input = new ReadBuffer(new BufferPool());
  receive(input, "x".repeat(SMALL_BYTES - 4) + "keep");
  input.start = SMALL_BYTES - 4;
  assertEquals(input.spaceForHead(16384).length, SMALL_BYTES - 4);
  assertEquals(content(input), "keep");
});

Deno.test("ReadBuffer always has space for one more byte, whatever the limit", () => {
  const input = new ReadBuffer(new BufferPool());
  receive(input, "x".repeat(SMALL_BYTES));
  assertEquals(input.spaceForHead(256).length > 0, true);
});

Deno.test("ReadBuffer reads a body beside the head, and moves what follows back", () => {
  for (const follows of ["next", "n".repeat(5000)]) {
    const input = new ReadBuffer(new BufferPool());
    receive(input, "head");
    const head = input.buffer;
    input.start = input.end;
    assertEquals(input.spaceForBody().length, SMALL_BYTES);
    input.end = SMALL_BYTES;
    assertEquals(input.spaceForBody().length, LARGE_BYTES);
    assertEquals(latin1(head, 0, 4), "head", "a handler may still ask for a field");
    input.buffer.set(latin1Bytes(`body${follows}`));
    input.end = 4 + follows.length;
    input.start = 4;
    input.endBody();
    assertEquals(content(input), follows);
    input.endBody();
    assertEquals(content(input), follows, "ending twice changes nothing");
  }
});

Deno.test("ReadBuffer uses a large buffer only for a client that fills it", () => {
  const input = new ReadBuffer(new BufferPool());
  const fills = [100, SMALL_BYTES, LARGE_BYTES, 5000, 100, 100, SMALL_BYTES];
  const sizes = fills.map((fill) => {
    const { length } = input.spaceForBody();
    input.end = Math.min(fill, length);
    return length;
  });
  const [small, large] = [SMALL_BYTES, LARGE_BYTES];
  assertEquals(sizes, [small, small, large, large, large, small, small]);
  assertEquals(input.spaceForBody().length, large);
});

Deno.test("ReadBuffer.release() returns all buffers to the pool", () => {
  const buffers = new BufferPool();
  const input = new ReadBuffer(buffers);
  const small = input.buffer;
  input.spaceForBody();
  input.end = SMALL_BYTES;
  const large = input.spaceForBody();
  input.release();
  assertEquals([buffers.acquireSmall() === small, buffers.acquireLarge() === large], [true, true]);
});
