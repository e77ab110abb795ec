import { assertEquals } from "@std/assert";
import {
  CHARTS,
  History,
  POINTS_MAX,
  summaryOf,
} from "../../../../mod/site/dashboard/browser/history.js";
import { VIEW } from "../../../support/about/dashboard.ts";

function viewAt(seconds: number, requestRate: number): typeof VIEW {
  const time = new Date(Date.UTC(2026, 10, 27) + seconds * 1000).toISOString();
  return { ...VIEW, time, traffic: { ...VIEW.traffic, requestRate } };
}

Deno.test("a history keeps the newest points, all series of the same length", () => {
  const history = new History();
  for (let i = 0; i < POINTS_MAX + 20; i++) history.add(viewAt(i, i));
  assertEquals(history.times.length, POINTS_MAX);
  for (const { name, series } of CHARTS) {
    const lengths = history.of(name).map((values) => values.length);
    assertEquals(lengths, series.map(() => POINTS_MAX), name);
  }
  assertEquals(history.of("requests")[0]!.at(-1), POINTS_MAX + 19);
});

Deno.test("a history interrupts its lines where nothing was known, and never goes back", () => {
  const history = new History();
  for (const [second, rate] of [[0, 1], [1, 2], [1, 3], [60, 4], [59, 5]] as const) {
    history.add(viewAt(second, rate));
  }
  assertEquals(history.of("requests")[0], [1, 2, null, 4]);
  const steps = history.times.map((time) => time - history.times[0]!);
  assertEquals(steps, [0, 1, 2, 60]);
});

Deno.test("a summary is of what is known", () => {
  assertEquals(summaryOf([]), null);
  assertEquals(summaryOf([null]), null);
  assertEquals(summaryOf([1, null, 3]), { now: 3, least: 1, most: 3, mean: 2 });
  assertEquals(summaryOf([1, null]), { now: null, least: 1, most: 1, mean: 1 });
});
