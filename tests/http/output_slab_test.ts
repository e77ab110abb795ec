/** Goal: no two pieces share a byte. Method: pieces of many sizes, all kept. */
import { assertEquals } from "@std/assert";
import { OutputSlab } from "../../mod/http/output_slab.ts";

Deno.test("OutputSlab gives every piece bytes of its own", () => {
  const slab = new OutputSlab();
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < 200; i++) {
    const length = i === 100 ? 70_000 : 7 * i;
    const start = slab.reserve(length + 50); // more than is used
    slab.bytes.fill(i, start, start + length);
    pieces.push(slab.commit(start + length));
  }
  slab.reserve(100);
  slab.bytes.fill(0xff, slab.reserve(100), slab.reserve(100) + 100); // and never committed
  for (const [i, piece] of pieces.entries()) {
    assertEquals(piece.length, i === 100 ? 70_000 : 7 * i);
    assertEquals(piece.every((byte) => byte === i), true, `piece ${i}`);
  }
});
