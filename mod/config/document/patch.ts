/**
 * The change from one JSON value to another, about as large as what differs: what the history keeps
 * of most versions. Pure.
 *
 * @module
 */
import * as v from "valibot";

/** What makes the value after a change of the value before it. */
export type Patch =
  | { readonly value: unknown }
  | { readonly splices: readonly Splice[] }
  | { readonly fields: readonly FieldChange[] };

/**
 * A place in the list before the change, how many members were removed there, and the members that
 * were added there.
 */
type Splice = readonly [place: number, removed: number, ...added: unknown[]];
/** A field that differs; null for one that was removed. */
type FieldChange = readonly [name: string, patch: Patch | null];
type Fields = Readonly<Record<string, unknown>>;

const spliceSchema = v.custom<Splice>((value) => {
  return Array.isArray(value) && value.slice(0, 2).every((n) => Number.isInteger(n) && n >= 0) &&
    value.length >= 2;
});

/** A patch that is read from a file. */
export const patchSchema: v.GenericSchema<Patch> = v.lazy(() =>
  v.union([
    v.strictObject({ value: v.unknown() }),
    v.strictObject({ splices: v.array(spliceSchema) }),
    v.strictObject({ fields: v.array(v.tuple([v.string(), v.nullable(patchSchema)])) }),
  ])
);

/** Returns the patch that makes `after` of `before`, also the order of its fields. */
export function makePatch(before: unknown, after: unknown): Patch {
  if (Array.isArray(before) && Array.isArray(after)) return listPatch(before, after);
  if (isRecord(before) && isRecord(after)) return recordPatch(before, after);
  return { value: after };
}

/** Returns the value that `patch` makes of `before`; undefined if it is the patch of another. */
export function applyPatch(before: unknown, patch: Patch): unknown {
  if ("value" in patch) return patch.value;
  if ("splices" in patch) {
    return Array.isArray(before) ? applySplices(before, patch.splices) : undefined;
  }
  return isRecord(before) ? applyFields(before, patch.fields) : undefined;
}

function listPatch(before: readonly unknown[], after: readonly unknown[]): Patch {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && isSame(before[start], after[start])) start++;
  let end = 0;
  while (end < shorter - start && isSame(before.at(-1 - end), after.at(-1 - end))) end++;
  const old = before.slice(start, before.length - end).map((member) => JSON.stringify(member));
  const current = after.slice(start, after.length - end).map((member) => JSON.stringify(member));
  const [inOld, inCurrent] = [new Set(old), new Set(current)];
  const splices: Splice[] = [];
  for (let [i, j] = [0, 0]; i < old.length || j < current.length;) {
    if (old[i] === current[j]) {
      i++;
      j++;
      continue;
    }
    const [place, from] = [i, j];
    while (i < old.length && !inCurrent.has(old[i]!)) i++;
    while (j < current.length && !inOld.has(current[j]!)) j++;
    if (i === place && j === from) return { value: after }; // the same members in another order
    splices.push([start + place, i - place, ...after.slice(start + from, start + j)]);
  }
  return { splices };
}

function applySplices(
  before: readonly unknown[],
  splices: readonly Splice[],
): unknown[] | undefined {
  const parts: unknown[][] = [];
  let at = 0;
  for (const [place, removed, ...added] of splices) {
    if (place < at || place + removed > before.length) return undefined;
    parts.push(before.slice(at, place), added);
    at = place + removed;
  }
  return [...parts, before.slice(at)].flat();
}

function recordPatch(before: Fields, after: Fields): Patch {
  const kept = Object.keys(before).filter((name) => Object.hasOwn(after, name));
  const added = Object.keys(after).filter((name) => !Object.hasOwn(before, name));
  // A field that comes anywhere but at the end would lose its place.
  if (!isSame([...kept, ...added], Object.keys(after))) return { value: after };
  const fields: FieldChange[] = [];
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name)) fields.push([name, null]);
    else if (!isSame(before[name], after[name])) {
      fields.push([name, makePatch(before[name], after[name])]);
    }
  }
  for (const name of added) fields.push([name, { value: after[name] }]);
  return { fields };
}

function applyFields(before: Fields, fields: readonly FieldChange[]): Fields | undefined {
  const after = new Map(Object.entries(before));
  for (const [name, patch] of fields) {
    if (patch === null) {
      after.delete(name);
      continue;
    }
    const value = applyPatch(after.get(name), patch);
    if (value === undefined) return undefined;
    after.set(name, value);
  }
  return Object.fromEntries(after);
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b));
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
