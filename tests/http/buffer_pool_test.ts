// Goal: no buffer has two users, and released buffers are used again. Method: identity of buffers.
import { assertEquals, assertStrictEquals } from "@std/assert";
import { BufferPool, LARGE_BYTES, SMALL_BYTES } from "../../mod/http/buffer_pool.ts";

Deno.test("BufferPool hands out buffers that do not overlap", () => {
  const buffers = new BufferPool();
  const acquired = Array.from({ length: 200 }, () => buffers.acquireSmall());
  acquired.forEach((buffer, i) => buffer.fill(i));
  acquired.forEach((buffer, i) => {
    assertEquals(buffer.length, SMALL_BYTES);
    assertEquals(buffer.every((byte) => byte === i), true);
  });
});

Deno.test("BufferPool hands out released buffers again", () => {
  const buffers = new BufferPool();
  const small = buffers.acquireSmall();
  buffers.releaseSmall(small);
  assertStrictEquals(buffers.acquireSmall(), small);
  const large = buffers.acquireLarge();
  assertEquals(large.length, LARGE_BYTES);
  buffers.releaseLarge(large);
  assertStrictEquals(buffers.acquireLarge(), large);
});

Deno.test("BufferPool keeps only a few large buffers", () => {
  const buffers = new BufferPool();
  const acquired = new Set(Array.from({ length: 40 }, () => buffers.acquireLarge()));
  for (const buffer of acquired) buffers.releaseLarge(buffer);
  const reused = Array.from({ length: 40 }, () => buffers.acquireLarge()).filter((b) =>
    acquired.has(b)
  );
  assertEquals(reused.length, 16);
});
