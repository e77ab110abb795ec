// Goal: no two users of one buffer, and buffers that come back are lent again.
import { assertEquals, assertStrictEquals } from "@std/assert";
import { BufferPool, LARGE_BYTES, SMALL_BYTES } from "../../mod/http/buffer_pool.ts";

Deno.test("BufferPool lends pieces that do not overlap", () => {
  const buffers = new BufferPool();
  const taken = Array.from({ length: 200 }, () => buffers.acquireSmall());
  taken.forEach((buffer, i) => buffer.fill(i));
  taken.forEach((buffer, i) => {
    assertEquals(buffer.length, SMALL_BYTES);
    assertEquals(buffer.every((byte) => byte === i), true);
  });
});

Deno.test("BufferPool lends again what came back", () => {
  const buffers = new BufferPool();
  const small = buffers.acquireSmall();
  buffers.releaseSmall(small);
  assertStrictEquals(buffers.acquireSmall(), small);
  const large = buffers.acquireLarge();
  assertEquals(large.length, LARGE_BYTES);
  buffers.releaseLarge(large);
  assertStrictEquals(buffers.acquireLarge(), large);
});

Deno.test("BufferPool keeps no more than a few large ones", () => {
  const buffers = new BufferPool();
  const taken = new Set(Array.from({ length: 40 }, () => buffers.acquireLarge()));
  for (const buffer of taken) buffers.releaseLarge(buffer);
  const kept = Array.from({ length: 40 }, () => buffers.acquireLarge()).filter((b) => taken.has(b));
  assertEquals(kept.length, 16);
});
