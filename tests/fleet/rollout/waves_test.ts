// Goal: the order in which members get a revision, as a table, and what holds of fleets of any size.
import { assert, assertEquals } from "@std/assert";
import { makeWaves, WAVE_MAX } from "../../../mod/fleet/rollout/waves.ts";

const names = (count: number): string[] => {
  return Array.from({ length: count }, (_, i) => `web${String(i).padStart(4, "0")}`);
};

for (
  const [about, members, canaries, wanted] of [
    ["nobody", [], 1, []],
    ["one", ["a"], 1, [["a"]]],
    ["two", ["b", "a"], 1, [["a"], ["b"]]],
    ["three", ["c", "b", "a"], 1, [["a"], ["b"], ["c"]]],
    ["no canary", ["c", "b", "a"], 0, [["a"], ["b"], ["c"]]],
    ["a canary by name", ["a", "b", "c"], ["c"], [["c"], ["a"], ["b"]]],
    ["all are canaries", ["a", "b", "c"], 7, [["a", "b", "c"]]],
    ["one twice", ["a", "a", "b"], 1, [["a"], ["b"]]],
  ] as const
) {
  Deno.test(`waves of ${about}`, () => assertEquals(makeWaves(members, canaries), wanted));
}

Deno.test("waves: a canary, a tenth, three tenths, the rest", () => {
  assertEquals(makeWaves(names(40), 2).map((wave) => wave.length), [2, 4, 12, 22]);
});

Deno.test("waves: each member is in one, and no wave is empty or too large", () => {
  for (const size of [1, 2, 5, 10, 99, 100, 101, 1000, 1001]) {
    for (const canaries of [0, 1, 3, 250]) {
      const waves = makeWaves(names(size), canaries);
      assertEquals(waves.flat().toSorted(), names(size));
      assert(waves.every((wave) => wave.length > 0 && wave.length <= WAVE_MAX));
    }
  }
});
