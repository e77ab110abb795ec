import { assertEquals } from "@std/assert";
import { fieldText, periodText, Stamp } from "../../../mod/telemetry/logs/stamp.ts";

Deno.test("fieldText() returns one field of printable ASCII, whatever the value", () => {
  const cases: [value: string | null, want: string][] = [
    [null, "-"],
    ["", "-"],
    ["-", "-"],
    ["plain/path", "plain/path"],
    ["Mozilla/5.0 (X11; Linux)", "Mozilla/5.0+(X11;+Linux)"],
    ["a\r\n2026-01-01 forged", "a++2026-01-01+forged"],
    ["\t\0\x1b[31m\x7f", "+++[31m+"],
    ["gr\u00fc\u00df \u2028\u{1f600}", "gr??+???"],
    ["x".repeat(10), "x".repeat(10)],
    ["x".repeat(11), "xxxxxxx..."],
  ];
  for (const [value, want] of cases) {
    assertEquals(fieldText(value, 10), truncated(want), `${value}`);
  }
  for (let c = 0; c < 0x180; c++) {
    assertEquals(/^[\x21-\x7e]+$/.test(fieldText(String.fromCharCode(c), 10)), true, `${c}`);
  }
});

Deno.test("Stamp follows the clock in UTC, also backwards", () => {
  const stamp = new Stamp();
  stamp.at(Date.UTC(2026, 10, 22, 23, 59, 59, 999));
  assertEquals([stamp.date, stamp.time, stamp.day], ["2026-11-22", "23:59:59", "261122"]);
  stamp.at(Date.UTC(2026, 10, 23));
  assertEquals([stamp.date, stamp.time, stamp.day], ["2026-11-23", "00:00:00", "261123"]);
  stamp.at(Date.UTC(2026, 10, 22, 23, 59, 59));
  assertEquals(stamp.day, "261122");
});

/** Truncates an expected value that is too long because its case is about another rule. */
function truncated(want: string): string {
  return want.length > 10 ? `${want.slice(0, 7)}...` : want;
}

Deno.test("periodText() names days, weeks of the month, months and hours", () => {
  const cases: [time: [number, number, number, number], texts: string[]][] = [
    [[2026, 10, 1, 0], ["", "261101", "261101", "2611", "26110100"]], // a Sunday
    [[2026, 10, 8, 5], ["", "261108", "261102", "2611", "26110805"]],
    [[2026, 9, 31, 23], ["", "261031", "261005", "2610", "26103123"]],
    [[2000, 1, 29, 12], ["", "000229", "000205", "0002", "00022912"]],
  ];
  for (const [time, texts] of cases) {
    const second = Date.UTC(...time) / 1000;
    assertEquals(texts.map((_, type) => periodText(second, type, false)), texts);
  }
});
