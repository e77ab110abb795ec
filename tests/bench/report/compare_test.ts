import { assertEquals } from "@std/assert";
import { changeRows, compareRuns } from "./compare.ts";
import { figure, run } from "./testing.ts";

const floor = (...rounds: number[]) => figure({ server: "floor", rounds });
const p99 = (...rounds: number[]) => {
  return figure({ measure: "p99", unit: "ms", better: "less", rounds });
};

Deno.test("a figure is compared relative to the floor of its own rounds", () => {
  const old = run([figure({ rounds: [80, 100, 90, 90] }), floor(100, 100, 100, 100)]);
  const now = run([figure({ rounds: [45, 48, 45, 44] }), floor(50, 50, 50, 50)]); // on a slower machine
  const [change] = compareRuns(old, now);
  assertEquals([change?.old, change?.unit, change?.verdict], [0.9, "x floor", "same"]);
});

Deno.test("without a floor in both runs, a figure is compared as it is", () => {
  const [change] = compareRuns(
    run([figure({ rounds: [80] }), floor(100)]),
    run([figure({ rounds: [40] })]),
  );
  assertEquals([change?.old, change?.new, change?.ratio], [80, 40, 0.5]);
});

Deno.test("a change is one only if all rounds agree, in the direction of the measure", () => {
  const verdict = (was: number[], is: number[]): string | undefined => {
    return compareRuns(run([p99(...was)]), run([p99(...is)]))[0]?.verdict;
  };
  assertEquals(verdict([5, 6, 6, 7], [3, 3, 4, 4]), "better");
  assertEquals(verdict([3, 3, 4, 4], [5, 6, 6, 7]), "worse");
  assertEquals(verdict([3, 3, 4, 5], [4, 6, 6, 7]), "same");
  assertEquals(verdict([3, 3, 4, 4], [4, 6, 6, 7]), "same");
  assertEquals(verdict([3, 3, 4, 4], [5, 6, 6]), "too few rounds");
});

Deno.test("peers, and what one run lacks, are not compared", () => {
  const nginx = figure({ server: "nginx", rounds: [1] });
  const core = figure({ measure: "server core", better: "none", rounds: [1] });
  const now = run([nginx, core, figure({ row: "new", rounds: [1] }), p99(2)]);
  const old = run([nginx, core, p99(1)]);
  assertEquals(changeRows(compareRuns(old, now)), [
    ["row", "measure", "unit", "old", "new", "new/old", ""],
    ["keep-alive", "p99", "ms", "1.00", "2.00", "2.000", "too few rounds"],
  ]);
});
