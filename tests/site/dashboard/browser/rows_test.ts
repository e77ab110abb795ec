// Goal: of thousands of rows the right ones exist, in the right order. Method: the arithmetic alone.
import { assert, assertEquals } from "@std/assert";
import {
  filterOf,
  isTrouble,
  keptInPlace,
  sorted,
  topToSee,
  windowOf,
} from "../../../../mod/site/dashboard/browser/rows.js";
import { TABLES } from "../../../../mod/site/dashboard/browser/tables.js";
import { addressRow } from "../../../support/about/dashboard.ts";

const ADDRESSES = TABLES.find(({ name }) => name === "addresses")!;
const NOW = "2026-11-27T12:00:00.000Z";

Deno.test("windowOf() has every row that can be seen, and few others", () => {
  const rowHeight = 30;
  for (const count of [0, 1, 5, 100, 10_000]) {
    for (const height of [0, 1, 45, 300]) {
      const most = Math.max(0, count * rowHeight - height);
      for (const top of [0, 1, 29, 30, 31, most / 2, most, most + 5000]) {
        const { start, end, above, below } = windowOf({ count, rowHeight, top, height });
        const what = `${count} rows, ${height} high, from ${top}`;
        assert(start >= 0 && start <= end && end <= count, what);
        assertEquals(above + (end - start) * rowHeight + below, count * rowHeight, what);
        assert(end - start <= height / rowHeight + 20, what);
        const seen = Math.min(top, most); // a browser does not scroll further
        assert(start * rowHeight <= seen, what);
        assert(end * rowHeight >= Math.min(count * rowHeight, seen + height), what);
      }
    }
  }
});

Deno.test("topToSee() scrolls as little as is needed", () => {
  const list = { rowHeight: 30, top: 300, height: 90 };
  const cases = [[10, 300], [12, 300], [9, 270], [0, 0], [13, 330], [100, 2940]] as const;
  for (const [index, want] of cases) assertEquals(topToSee(index, list), want, `row ${index}`);
});

Deno.test("rows are sorted as numbers where there are numbers, and keep their order if equal", () => {
  const rows = [
    addressRow("10.0.0.10:80", { requestRate: 2 }),
    addressRow("10.0.0.9:80", { requestRate: 10 }),
    addressRow("10.0.0.9:8080", { requestRate: 2 }),
    addressRow("[fd00::1]:80", { requestRate: 0 }),
  ];
  const order = (column: string, isDown: boolean): string => {
    return sorted(ADDRESSES, rows, { column, isDown }, NOW).map(({ address }) => address).join(" ");
  };
  assertEquals(order("address", false), "10.0.0.9:80 10.0.0.9:8080 10.0.0.10:80 [fd00::1]:80");
  assertEquals(order("requestRate", true), "10.0.0.9:80 10.0.0.10:80 10.0.0.9:8080 [fd00::1]:80");
  assertEquals(sorted(ADDRESSES, rows, null, NOW), rows);
  assertEquals(sorted(ADDRESSES, rows, { column: "gone", isDown: true }, NOW), rows);
});

Deno.test("rows without a value come last in both directions", () => {
  const table = TABLES.find(({ name }) => name === "sites")!;
  const site = (key: string, errorRatio: number | null): { key: string } => {
    return { key, errorRatio } as never;
  };
  const rows = [site("none", null), site("few", 0.1), site("many", 0.9)];
  for (const [isDown, want] of [[true, "many few none"], [false, "few many none"]] as const) {
    const found = sorted(table, rows, { column: "errorRatio", isDown }, NOW);
    assertEquals(found.map(({ key }) => key).join(" "), want);
  }
});

Deno.test("keptInPlace() moves nothing, drops what is gone and appends what is new", () => {
  const rows = ["c", "x", "a", "b"].map((key) => ({ key }));
  const kept = keptInPlace(rows, ["a", "b", "gone", "c"]).map(({ key }) => key);
  assertEquals(kept, ["a", "b", "c", "x"]);
});

Deno.test("a filter wants all of its words, in any column", () => {
  const row = addressRow("10.0.0.1:80", { state: "wait", cause: "No interface" });
  const cases = [["", true], ["  ", true], ["WAIT 10.0", true], ["interface", true], [
    "10.0 open",
    false,
  ]] as const;
  for (const [words, want] of cases) {
    assertEquals(filterOf(ADDRESSES, words)(row, NOW), want, words);
  }
  assertEquals(isTrouble(ADDRESSES, row), true);
  assertEquals(isTrouble(ADDRESSES, addressRow("10.0.0.1:80")), false);
});
