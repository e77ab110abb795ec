// Goal: numbers take few columns and lose nothing that matters. Method: tables.
import { assertEquals } from "@std/assert";
import {
  ageText,
  bytesText,
  latencyText,
  rateText,
} from "../../../../../mod/cli/commands/observe/live/live_data.ts";

Deno.test("rateText()", () => {
  const cases: [number | null, string][] = [
    [null, "-"],
    [0, "0"],
    [0.01, "<0.1"],
    [0.3, "0.3"],
    [9.94, "9.9"],
    [9.96, "10"],
    [1234.4, "1,234"],
    [99_949, "99,949"],
    [125_000, "125k"],
    [999_600, "1.0M"],
    [2_500_000, "2.5M"],
  ];
  for (const [rate, want] of cases) assertEquals(rateText(rate), want, String(rate));
});

Deno.test("bytesText()", () => {
  const cases: [number | null, string][] = [
    [null, "-"],
    [0, "0"],
    [1, "1 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [12_345, "12.3 kB"],
    [123_456, "123 kB"],
    [999_600, "1.0 MB"],
    [93_800_000, "93.8 MB"],
    [1e15, "1.0 PB"],
    [1e21, "1000000 PB"],
  ];
  for (const [bytes, want] of cases) assertEquals(bytesText(bytes), want, String(bytes));
});

Deno.test("latencyText()", () => {
  const cases: [number | null, string][] = [
    [null, "-"],
    [0, "0.0 ms"],
    [0.0025, "2.5 ms"],
    [0.00996, "10 ms"],
    [0.25, "250 ms"],
    [0.9996, "1.00 s"],
    [2.5, "2.50 s"],
    [9.99, "9.99 s"],
    [10, "> 10 s"],
  ];
  for (const [seconds, want] of cases) assertEquals(latencyText(seconds), want, String(seconds));
});

Deno.test("ageText()", () => {
  const cases: [number, string][] = [
    [-5, "0 s"],
    [999, "0 s"],
    [12_000, "12 s"],
    [60_000, "1 min"],
    [3_599_000, "59 min"],
    [3_600_000, "1 h"],
    [11_100_000, "3 h 5 min"],
    [86_400_000, "1 d"],
    [1_051_200_000, "12 d 4 h"],
  ];
  for (const [ms, want] of cases) assertEquals(ageText(ms), want, String(ms));
});
