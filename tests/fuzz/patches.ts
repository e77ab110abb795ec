/**
 * Fuzzes the changes that the history keeps: any two values, and changes that a file may have. The
 * rules: what is made of a value before and its changes is the value after, and nothing is thrown,
 * whatever a change that passes the check is applied to.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { applyPatch, makePatch, patchSchema } from "../../mod/config/document/patch.ts";
import { hostileJson } from "./hostile_json.ts";
import type { Random } from "./random.ts";
import { target } from "./target.ts";

interface Case {
  /** JSON. */
  readonly before: string;
  readonly after: string;
  readonly patch: string;
}

function value(random: Random, depth = 0): unknown {
  switch (random.below(depth > 3 ? 3 : 6)) {
    case 0:
      return random.pick([null, true, 0, -1, "a", "", [], {}]);
    case 1:
      return random.below(4);
    case 2:
      return random.pick(["a", "b", "c"]);
    case 3:
      return Object.fromEntries(
        Array.from({ length: random.below(4) }, () => {
          return [random.pick(["a", "b", "c", "0", "__proto__", ""]), value(random, depth + 1)];
        }),
      );
    default:
      return Array.from({ length: random.below(6) }, () => value(random, depth + 1));
  }
}

const PATCHES = [
  { value: 1 },
  { splices: [[0, 1, "a"], [2, 0, "b"]] },
  { splices: [[1e9, 0]] },
  { fields: [["a", { value: 2 }], ["__proto__", null], ["b", { splices: [[0, 0, 1]] }]] },
];

function pair(random: Random): Case {
  const before = value(random);
  const after = random.chance(3) ? value(random) : changed(before, random);
  return {
    before: JSON.stringify(before),
    after: JSON.stringify(after),
    patch: hostileJson(random.pick(PATCHES), random),
  };
}

function changed(before: unknown, random: Random): unknown {
  if (random.chance(6) || typeof before !== "object" || before === null) return value(random, 2);
  if (Array.isArray(before)) {
    const kept = before.filter(() => !random.chance(4)).map((member) => {
      return random.chance(4) ? changed(member, random) : member;
    });
    return random.chance(3) ? [...kept, value(random, 2)] : kept;
  }
  const fields = Object.entries(before).map(([name, member]) => {
    return [name, random.chance(3) ? changed(member, random) : member];
  });
  return Object.fromEntries(random.chance(5) ? fields.toReversed() : fields);
}

function check(texts: Case): void {
  const [before, after] = [JSON.parse(texts.before), JSON.parse(texts.after)];
  const patch: unknown = JSON.parse(JSON.stringify(makePatch(before, after)));
  const read = v.parse(patchSchema, patch);
  assertEquals(JSON.stringify(applyPatch(before, read)), texts.after);
  const hostile = v.safeParse(patchSchema, parsed(texts.patch));
  if (hostile.success) applyPatch(before, hostile.output);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const patches = target("patches", pair, () => ({ check }));
