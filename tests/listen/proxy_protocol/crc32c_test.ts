// Goal: the checksum is CRC-32C. Method: the examples of RFC 3720, appendix B.4.
import { assertEquals } from "@std/assert";
import { crc32c } from "../../../mod/listen/proxy_protocol/crc32c.ts";

Deno.test("crc32c() has the values of RFC 3720", () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
  for (
    const [bytes, swapped] of [
      [new Uint8Array(32), "aa36918a"],
      [new Uint8Array(32).fill(0xff), "43aba862"],
      [ascending, "4e79dd46"],
      [ascending.toReversed(), "5cdb3f11"],
    ] as const
  ) {
    const value = crc32c(bytes, Infinity);
    const hex = [0, 8, 16, 24].map((shift) => (value >>> shift & 0xff).toString(16));
    assertEquals(hex.map((byte) => byte.padStart(2, "0")).join(""), swapped);
  }
});

Deno.test("crc32c() counts four bytes as zeros", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  assertEquals(crc32c(bytes, 2), crc32c(Uint8Array.of(1, 2, 0, 0, 0, 0, 7, 8), Infinity));
});
