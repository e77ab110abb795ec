import { assertEquals } from "@std/assert";
import { divideCores, parseCores, parseCoreTime, utilisation } from "./cores.ts";

Deno.test("servers, clients and programs have cores of their own as far as there are enough", () => {
  const divided = (available: number[], servers: number): unknown => {
    const { servers: own, clients, behind, areApart } = divideCores(available, servers);
    return [own, clients, behind, areApart];
  };
  assertEquals(divided([0, 1, 2, 3], 1), [[0], [1, 2], [3], true]);
  assertEquals(divided([0, 1, 2, 3], 2), [[0, 1], [2], [3], true]);
  assertEquals(divided([2, 3], 1), [[2], [3], [3], true]);
  assertEquals(divided([0, 1], 2), [[0, 1], [0, 1], [0, 1], false]);
  assertEquals(divided([0], 1), [[0], [0], [0], false]);
  assertEquals(divided([0], 2), [[0], [0], [0], false]);
  assertEquals(divided([], 1), [[], [], [], false]);
});

Deno.test("a list of cores is read as the kernel writes it", () => {
  assertEquals(parseCores("0-2,5,7-8\n"), [0, 1, 2, 5, 7, 8]);
  assertEquals(parseCores("3"), [3]);
});

Deno.test("utilisation counts all but idle and waiting time, of the cores asked for", () => {
  const before = `cpu  9 9 9 9 9 9 9 9 0 0
cpu0 10 0 10 100 5 0 0 0 0 0
cpu1 0 0 0 500 0 0 0 0 0 0
cpu10 7 7 7 7 7 7 7 7 0 0`;
  const after = before.replace("cpu0 10 0 10 100 5", "cpu0 40 0 50 120 15");
  const used = (cores: number[]): number => {
    return utilisation(parseCoreTime(before, cores), parseCoreTime(after, cores));
  };
  assertEquals(used([0]), 0.7);
  assertEquals(used([]), NaN);
});
