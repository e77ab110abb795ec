// Goal: a patch makes exactly the value after the change, and is about as large as what differs.
// Method: tables, random lists, and sizes.
import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import {
  applyPatch,
  makePatch,
  type Patch,
  patchSchema,
} from "../../../mod/config/document/patch.ts";

/** Returns the patch, as it comes back from a file. */
function patchOf(before: unknown, after: unknown): Patch {
  return v.parse(patchSchema, JSON.parse(JSON.stringify(makePatch(before, after))));
}

Deno.test("makePatch() and applyPatch() agree, also on the order of fields", () => {
  const values: unknown[] = [
    null,
    1,
    "x",
    [],
    {},
    ["a"],
    ["a", "b", "c"],
    ["c", "b", "a"],
    ["a", "a"],
    ["a", "x", "b", "y", "c"],
    [["a"], { b: [1] }, null],
    [{ id: 1, on: true }, { id: 2, on: true }],
    [{ id: 1, on: true }, { id: 2, on: false }],
    { list: ["a", "b"], name: "n", more: { deep: 1 } },
    { list: ["b"], name: "n", more: { deep: 2, deeper: [] } },
    { name: "n", list: ["a", "b"] },
    { list: null, "__proto__ of": {}, constructor: 1 },
    JSON.parse('{"__proto__": {"a": 1}}'),
  ];
  for (const before of values) {
    for (const after of values) {
      const made = applyPatch(before, patchOf(before, after));
      assertEquals(JSON.stringify(made), JSON.stringify(after));
    }
  }
});

Deno.test("a patch of a list is as large as what differs, wherever it differs", () => {
  const list = Array.from({ length: 10_000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  const spread = list.filter((_, i) => i % 1000 !== 7).toSpliced(5000, 0, "::1").concat("::2");
  for (const [before, after] of [[list, spread], [spread, list]] as const) {
    const patch = patchOf({ list: before }, { list: after });
    assert(JSON.stringify(patch).length < 500, JSON.stringify(patch).slice(0, 600));
    assertEquals(applyPatch({ list: before }, patch), { list: after });
  }
});

Deno.test("makePatch() is right for any two lists of few members", () => {
  let seed = 1;
  const next = (below: number): number => (seed = seed * 48271 % 2147483647) % below;
  const list = (): string[] => Array.from({ length: next(7) }, () => "abcd"[next(4)]!);
  for (let i = 0; i < 5000; i++) {
    const [before, after] = [list(), list()];
    assertEquals(applyPatch(before, patchOf(before, after)), after, `${before} -> ${after}`);
  }
});

Deno.test("applyPatch() returns undefined for a patch of another value", () => {
  const cases: [before: unknown, patch: Patch][] = [
    ["x", { splices: [[0, 0, "a"]] }],
    [["a"], { splices: [[1, 1]] }],
    [["a", "b"], { splices: [[1, 1], [0, 1]] }],
    [["a"], { fields: [] }],
    [{ a: 1 }, { fields: [["a", { splices: [] }]] }],
  ];
  for (const [before, patch] of cases) assertEquals(applyPatch(before, patch), undefined);
});

Deno.test("patchSchema rejects what is not a patch", () => {
  for (
    const value of [null, {}, { splices: [[0]] }, { splices: [[-1, 0]] }, { fields: [["a", 1]] }]
  ) {
    assert(!v.safeParse(patchSchema, value).success, JSON.stringify(value));
  }
});
