import { assertEquals } from "@std/assert";
import { grouped } from "../../mod/base/grouped.ts";

Deno.test("grouped() is what the runtime writes for a reader of English", () => {
  const counts = [
    0,
    1,
    12,
    999,
    1000,
    1001,
    12_345,
    999_999,
    1_000_000,
    65_535,
    2 ** 53 - 1,
    -1234,
  ];
  for (let digits = 1; digits < 16; digits++) counts.push(10 ** digits, 10 ** digits - 1);
  for (const count of counts) assertEquals(grouped(count), count.toLocaleString("en-US"));
});
