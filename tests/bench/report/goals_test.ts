import { assertEquals } from "@std/assert";
import { goalRows, judge, type RowGoal } from "./goals.ts";
import { figure } from "./testing.ts";

const FIGURES = [
  figure({ rounds: [90, 99, 80] }),
  figure({ server: "floor", rounds: [100, 100, 100] }),
  figure({ row: "idle", measure: "bytes each", unit: "bytes", better: "less", rounds: [7000] }),
];
const HOT: RowGoal = { row: "keep-alive", work: "hot", measure: "req/CPU s", against: "floor" };
const IDLE: RowGoal = { row: "idle", work: "idle", measure: "bytes each" };

Deno.test("a goal is met at its bound, and not beyond", () => {
  assertEquals(judge(FIGURES, { ...HOT, atLeast: 0.9 }).isMet, true);
  assertEquals(judge(FIGURES, { ...HOT, atLeast: 0.91 }).isMet, false);
  assertEquals(judge(FIGURES, { ...IDLE, atMost: 7000 }).isMet, true);
  assertEquals(judge(FIGURES, { ...IDLE, atMost: 6999 }).isMet, false);
});

Deno.test("the value is the median of the ratios of the rounds, or of the rounds", () => {
  assertEquals(judge(FIGURES, HOT).value, 0.9);
  assertEquals(judge(FIGURES, IDLE).value, 7000);
});

Deno.test("the table says what is met, what is not, and what was not measured", () => {
  const rows = goalRows(FIGURES, [
    { ...HOT, atLeast: 0.9 },
    { ...HOT, against: "nginx", atLeast: 0.9 },
    { ...HOT },
    { ...IDLE, atMost: 6500 },
    { ...IDLE, row: "other", atMost: 1 },
  ]);
  assertEquals(rows, [
    ["row", "work", "measure", "httpcfg", "goal", "met"],
    ["keep-alive", "hot", "req/CPU s", "0.90 x floor", ">= 0.9", "yes"],
    ["keep-alive", "hot", "req/CPU s", "-", ">= 0.9", "not measured"],
    ["keep-alive", "hot", "req/CPU s", "0.90 x floor", "", ""],
    ["idle", "idle", "bytes each", "7000 bytes", "<= 6500", "NO"],
    ["other", "idle", "bytes each", "-", "<= 1", "not measured"],
  ]);
});
