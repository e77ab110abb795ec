// Goal: work in steps has the result of the same work at once, and never many members in one step.
// Method: lists of all lengths around the limits.
import { assertEquals } from "@std/assert";
import {
  atOnce,
  filter,
  forEach,
  map,
  sort,
  type Steps,
  unequalParts,
} from "../../../mod/base/work/steps.ts";

/** Returns the result, and the largest number of calls of `counted` between two pauses. */
function mostCalls<T>(make: (count: () => void) => Steps<T>): [result: T, most: number] {
  let [calls, most] = [0, 0];
  const steps = make(() => void calls++);
  for (;;) {
    const step = steps.next();
    most = Math.max(most, calls);
    calls = 0;
    if (step.done === true) return [step.value, most];
  }
}

Deno.test("map(), filter() and forEach() do as those of Array, a few members in a step", () => {
  const many = Array.from({ length: 10_000 }, (_, i) => i);
  const [doubled, most] = mostCalls((count) =>
    map(many, (n) => {
      count();
      return 2 * n;
    })
  );
  assertEquals(doubled, many.map((n) => 2 * n));
  assertEquals(most <= 64, true);
  assertEquals(atOnce(filter(many, (n) => n % 3 === 0)), many.filter((n) => n % 3 === 0));
  const seen: number[] = [];
  atOnce(forEach(new Set([3, 1, 2]), (n) => void seen.push(n)));
  assertEquals(seen, [3, 1, 2]);
});

Deno.test("sort() is stable, leaves its input alone, and compares few members in a step", () => {
  for (const length of [0, 1, 2, 1023, 1024, 1025, 4096, 10_000]) {
    const members = Array.from({ length }, (_, i) => ({ key: (i * 7919) % 101, i }));
    const compare = (a: { key: number }, b: { key: number }): number => a.key - b.key;
    const before = [...members];
    assertEquals(atOnce(sort(members, compare)), members.toSorted(compare));
    assertEquals(members, before);
  }
  const sorted = [1, 2, 2, 3];
  assertEquals(atOnce(sort(sorted, (a, b) => a - b)) === sorted, true, "nothing to do");
  const reversed = Array.from({ length: 50_000 }, (_, i) => -((i * 7919) % 50_021));
  const [, most] = mostCalls((count) =>
    sort(reversed, (a, b) => {
      count();
      return a - b;
    })
  );
  assertEquals(most < 12_000, true, `${most} comparisons`);
});

Deno.test("unequalParts() leaves out what two lists begin and end with", () => {
  const cases: [before: string, after: string, parts: [string, string]][] = [
    ["", "", ["", ""]],
    ["abc", "abc", ["", ""]],
    ["abc", "abxc", ["", "x"]],
    ["abc", "ac", ["b", ""]],
    ["aa", "aaa", ["", "a"]],
    ["abc", "", ["abc", ""]],
    ["abcd", "axyd", ["bc", "xy"]],
  ];
  for (const [before, after, parts] of cases) {
    const found = atOnce(unequalParts([...before], [...after]));
    assertEquals(found.map((part) => part.join("")), parts);
  }
});
