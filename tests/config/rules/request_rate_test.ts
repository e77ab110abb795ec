// Goal: a rate is read as people and nginx write it, and has one spelling.
import { assertEquals } from "@std/assert";
import { isProblem } from "../../../mod/base/problem.ts";
import { parseRequestRate } from "../../../mod/config/rules/request_rate.ts";

Deno.test("parseRequestRate() reads a number for a second, a minute or an hour", () => {
  const cases: readonly (readonly [string, string | null, number?])[] = [
    ["10", "10/s", 1000],
    ["10/s", "10/s", 1000],
    ["10r/s", "10/s", 1000],
    ["10/sec", "10/s", 1000],
    ["600/M", "600/m", 60_000],
    ["5/hour", "5/h", 3_600_000],
    ["1000000/s", "1000000/s", 1000],
    ["1000001/s", null],
    ["0/s", null],
    ["-1/s", null],
    ["1.5/s", null],
    ["10/d", null],
    ["10 /s", null],
    ["", null],
    ["none", null],
  ];
  for (const [text, want, periodMs] of cases) {
    const rate = parseRequestRate(text);
    assertEquals(isProblem(rate) ? null : rate.text, want, text);
    if (!isProblem(rate)) assertEquals(rate.periodMs, periodMs, text);
  }
});
