// Goal: Workers means the same number wherever it is asked. Method: a table of machines.
import { assertEquals } from "@std/assert";
import { spreadsConnections, workerCount } from "../../../mod/host/serving/worker_count.ts";

Deno.test("workerCount() is that of the setting, of the cores, or 1", () => {
  const cases:
    readonly (readonly [value: number | string, os: string, cores: number, n: number])[] = [
      ["default", "linux", 1, 1],
      ["default", "linux", 2, 1],
      ["default", "linux", 7, 1],
      ["default", "linux", 8, 8],
      ["default", "linux", 64, 64],
      ["auto", "linux", 1, 1],
      ["auto", "linux", 2, 2],
      ["auto", "linux", 64, 64],
      [1, "linux", 8, 1],
      [3, "linux", 1, 3],
      [256, "linux", 4, 256],
      // Elsewhere one process gets all connections of an address.
      ["default", "darwin", 8, 1],
      ["auto", "windows", 8, 1],
      [4, "darwin", 8, 1],
    ];
  for (const [value, os, cores, count] of cases) {
    assertEquals(workerCount(value, { os, cores }), count, `${value} on ${cores} of ${os}`);
  }
});

Deno.test("spreadsConnections() is true on Linux alone", () => {
  assertEquals(["linux", "darwin", "windows"].map(spreadsConnections), [true, false, false]);
});
