// Goal: a key has as many places as it took and did not give back, and one without any is forgotten.
// Method: random steps, compared with a Map from which keys are deleted.
import { assertEquals } from "@std/assert";
import { PlaceCounts } from "../../../mod/host/serving/place_counts.ts";
import { Random } from "../../fuzz/random.ts";

Deno.test("PlaceCounts counts as a Map does, for many keys and few", () => {
  for (const keys of [1, 5, 3000]) {
    const random = new Random(keys);
    const counts = new PlaceCounts();
    const model = new Map<string, number>();
    for (let step = 0; step < 20_000; step++) {
      const key = `10.0.0.${random.below(keys)}`;
      const count = model.get(key) ?? 0;
      if (random.chance(2)) {
        counts.add(key);
        model.set(key, count + 1);
      } else {
        counts.subtract(key);
        if (count > 1) model.set(key, count - 1);
        else model.delete(key);
      }
      assertEquals([counts.of(key), counts.size], [model.get(key) ?? 0, model.size]);
    }
    const found = new Map<string, number>();
    counts.forEach((key, count) => found.set(key, count));
    assertEquals(found, model);
  }
});

Deno.test("PlaceCounts keeps no more unused keys than it has used ones, or 256", () => {
  const counts = new PlaceCounts();
  let largest = 0;
  for (let i = 0; i < 10_000; i++) {
    counts.add(`${i}`);
    if (i >= 1000) counts.subtract(`${i - 1000}`);
    largest = Math.max(largest, counts.kept);
  }
  assertEquals([counts.size, largest], [1000, 2000]);
});
