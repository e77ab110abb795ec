// Goal: ticks are never early, and the date has the form of HTTP. Method: tables, the system clock.
import { assertEquals, assertMatch } from "@std/assert";
import { NEVER, SystemClock, TICK_MS, ticksOf } from "../../mod/http/clock.ts";

Deno.test("ticksOf() lasts long enough even if a tick is under way", () => {
  const cases: [ms: number, ticks: number][] = [[0, 1], [1, 2], [500, 2], [501, 3], [120_000, 241]];
  for (const [ms, ticks] of cases) assertEquals(ticksOf(ms), ticks, String(ms));
  for (const [ms] of cases) assertEquals((ticksOf(ms) - 1) * TICK_MS >= ms, true);
  assertEquals(ticksOf(Infinity) + ticksOf(Infinity) <= NEVER, true, "stays a small number");
});

Deno.test("SystemClock has a date from the beginning, and ticks once it is started", async () => {
  const clock = new SystemClock();
  assertMatch(clock.date, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
  const { tick } = clock;
  await new Promise<void>((resolve) => clock.start(resolve));
  assertEquals(clock.tick > tick, true);
  clock.stop();
  clock.stop();
});
