import { assertEquals } from "@std/assert";
import { formatTable, rowTable } from "./tables.ts";
import { figure } from "./testing.ts";

Deno.test("columns are aligned, and no line ends in spaces", () => {
  assertEquals(formatTable([["a", "bb", "c"], ["aaa", "b"]]), "a    bb  c\naaa  b");
});

Deno.test("a row has a line for each server, and the ratio of the first measure", () => {
  const table = rowTable([
    figure({ rounds: [80, 90, 100] }),
    figure({ measure: "p99", unit: "ms", better: "less", rounds: [1.5, 2, 1] }),
    figure({ server: "floor", rounds: [100, 100, 100] }),
  ]);
  assertEquals(
    table,
    `server   req/CPU s  httpcfg/it  p99, ms
httpcfg  90.0       1.00        1.50
floor    100        0.90        -`,
  );
});
