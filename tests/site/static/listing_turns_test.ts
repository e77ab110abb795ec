// Goal: thousands of names hold up no one. Method: count the turns of the event loop, not the time.
import { assert, assertEquals } from "@std/assert";
import { filterInTurns, sortInTurns } from "../../../mod/site/static/listing_turns.ts";
import { TurnCounter } from "../../support/pages/turns.ts";

Deno.test("sortInTurns() sorts any number, and leaves equal items in their order", async () => {
  for (const count of [0, 1, 499, 500, 501, 12_345]) {
    const items = Array.from({ length: count }, (_, i) => ({ key: (i * 7919) % 1000, i }));
    const want = items.toSorted((a, b) => a.key - b.key);
    assertEquals(await sortInTurns(items, (a, b) => a.key - b.key), want);
  }
});

Deno.test("filterInTurns() finds what sorting finds", async () => {
  const items = Array.from({ length: 10_001 }, (_, i) => i);
  assertEquals(await filterInTurns(items, (i) => i % 5000 === 0), [0, 5000, 10_000]);
});

Deno.test("the work is cut into slices, also that of two lists at the same time", async () => {
  const counter = new TurnCounter();
  let compared = 0;
  let most = 0;
  let seen = 0;
  const compare = (a: number, b: number): number => {
    if (counter.turns !== seen) [seen, compared] = [counter.turns, 0];
    most = Math.max(most, ++compared);
    return a - b;
  };
  const items = Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 50_000);
  await Promise.all([sortInTurns(items, compare), sortInTurns(items, compare)]);
  await counter.stop();
  assert(counter.turns > 300, `${counter.turns} turns`);
  assert(most < 30_000, `${most} comparisons in one turn`);
});
