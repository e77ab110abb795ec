import { assert, assertEquals, assertThrows } from "@std/assert";
import { formatNumber, formatRun, median, parseRun, ratios } from "./figures.ts";
import { figure, run } from "./testing.ts";

Deno.test("median: the middle, or the mean of the two in the middle", () => {
  assertEquals(median([3]), 3);
  assertEquals(median([9, 1, 5]), 5);
  assertEquals(median([4, 1, 3, 2]), 2.5);
  assertEquals(median([5, NaN, 1]), 3);
  assert(Number.isNaN(median([])));
});

Deno.test("ratios: round by round, as far as both go", () => {
  const ours = figure({ rounds: [10, 20, 30] });
  assertEquals(ratios(ours, figure({ rounds: [5, 40] })), [2, 0.5]);
});

Deno.test("ratios: a machine that is slow for one round does not change the median", () => {
  const ours = figure({ rounds: [100, 50, 100] });
  const floor = figure({ server: "floor", rounds: [200, 100, 200] });
  assertEquals(median(ratios(ours, floor)), 0.5);
});

Deno.test("a run is read as it was written", () => {
  const made = run([figure({ rounds: [1, 2] }), figure({ server: "floor", rounds: [NaN, 3] })]);
  assertEquals(parseRun(formatRun(made)), made);
});

Deno.test("a file that is no run is refused", () => {
  assertThrows(() => parseRun("{}"));
  assertThrows(() => parseRun("not JSON"));
  assertThrows(() => parseRun(JSON.stringify({ ...run([]), figures: [{ row: "x" }] })));
});

Deno.test("numbers have three digits, or all before the point", () => {
  const shown = [0, 0.01234, 0.5, 1.256, 12.34, 123.4, 98765.4, -0.5, NaN].map(formatNumber);
  assertEquals(shown, ["0", "0.012", "0.50", "1.26", "12.3", "123", "98765", "-0.50", "-"]);
});
