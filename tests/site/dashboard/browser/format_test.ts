import { assertEquals } from "@std/assert";
import * as format from "../../../../mod/site/dashboard/browser/format.js";

/** Checks each value with the text that is wanted of it. */
function check<T>(show: (value: T) => string, cases: readonly (readonly [T, string])[]): void {
  for (const [value, want] of cases) assertEquals(show(value), want, `${value}`);
}

Deno.test("numbers have three digits and a unit", () => {
  check(format.short, [
    [0, "0"],
    [0.00012, "0.0001"],
    [0.05, "0.05"],
    [1.234, "1.23"],
    [12.5, "12.5"],
    [999, "999"],
    [999.6, "1k"],
    [1000, "1k"],
    [1234, "1.23k"],
    [999_499, "999k"],
    [999_600, "1M"],
    [5e9, "5G"],
  ]);
  check(format.count, [[0, "0"], [999, "999"], [1000, "1,000"], [1234567, "1,234,567"]]);
  check(format.rate, [[null, "–"], [0, "0/s"], [12.5, "12.5/s"], [4200, "4.2k/s"]]);
  check(format.bytes, [[null, "–"], [0, "0 B"], [999, "999 B"], [1500, "1.5 kB"], [3e6, "3 MB"]]);
  check(format.byteRate, [[null, "–"], [1500, "1.5 kB/s"]]);
});

Deno.test("a part is never rounded to nothing or to all", () => {
  check(format.percent, [
    [null, "–"],
    [0, "0 %"],
    [0.00001, "< 0.01 %"],
    [0.0123, "1.23 %"],
    [0.5, "50 %"],
    [0.9999, "99.9 %"],
    [1, "100 %"],
  ]);
});

Deno.test("times are in their own unit", () => {
  check(format.duration, [
    [null, "> 10 s"],
    [0.0004, "0.4 ms"],
    [0.0123, "12.3 ms"],
    [0.9996, "1 s"],
    [2.5, "2.5 s"],
  ]);
  check(format.age, [
    [-5, "0 s"],
    [59.9, "59 s"],
    [60, "1 min 0 s"],
    [3661, "1 h 1 min"],
    [90_061, "1 d 1 h"],
  ]);
  check(format.moment, [[null, "–"], ["2026-11-27T18:02:11.123Z", "2026-11-27 18:02:11Z"]]);
  assertEquals(format.since("2026-11-27T18:00:00Z", "2026-11-27T19:30:00Z"), "1 h 30 min");
  assertEquals(format.since(null, "2026-11-27T19:30:00Z"), "–");
  const latency = { p50: 0.004, p95: 0.02, p99: null };
  assertEquals(format.quantile(latency, "p95"), "20 ms");
  assertEquals(format.quantile(latency, "p99"), "> 10 s");
  assertEquals(format.quantile(null, "p99"), "–");
});
