/**
 * The difference between two views of the live page, as it is sent to a page that has the first one.
 * `browser/merge.js` is its inverse. Pure.
 *
 * @module
 */
import { filter, map, type Steps } from "../../base/work/steps.ts";
import { type DashboardView, LISTS } from "../about/dashboard_view.ts";

type ListName = (typeof LISTS)[number];
type Row = { readonly key: string };

/** What is different in a list of rows. */
interface ListDelta {
  /** Rows that are new or have changed. */
  readonly put?: readonly Row[];
  /** The keys of rows that are gone. */
  readonly drop?: readonly string[];
  /** All keys in their order, if it is not that of the old rows followed by the new ones. */
  readonly order?: readonly string[];
}

/** What is different in a view. */
interface ViewDelta {
  /** The view that it is a difference to. */
  readonly from: number;
  readonly id: number;
  /** The fields that have changed, except for lists. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly lists: Readonly<Partial<Record<ListName, ListDelta>>>;
}

/** Returns what makes `after` of `before`. */
export function* viewDelta(before: DashboardView, after: DashboardView): Steps<ViewDelta> {
  const set: Record<string, unknown> = {};
  const isList: ReadonlySet<string> = new Set(LISTS);
  for (const [name, value] of Object.entries(after)) {
    if (name === "id" || isList.has(name)) continue;
    const old = before[name as keyof DashboardView];
    if (JSON.stringify(old) !== JSON.stringify(value)) set[name] = value;
  }
  const lists: Partial<Record<ListName, ListDelta>> = {};
  for (const name of LISTS) {
    const delta = yield* listDelta(before[name], after[name]);
    if (delta !== null) lists[name] = delta;
  }
  return { from: before.id, id: after.id, set, lists };
}

/** Returns what makes one list of the other; null if they are the same. */
function* listDelta(before: readonly Row[], after: readonly Row[]): Steps<ListDelta | null> {
  const old = new Map(yield* map(before, (row) => [row.key, row] as const));
  const put = yield* filter(after, (row) => {
    const known = old.get(row.key);
    return known === undefined || !isSame(known, row);
  });
  const kept = new Set(yield* map(after, ({ key }) => key));
  const drop = before.filter(({ key }) => !kept.has(key)).map(({ key }) => key);
  yield;
  const merged = [
    ...before.filter(({ key }) => kept.has(key)),
    ...after.filter(({ key }) => !old.has(key)),
  ];
  const isOrdered = merged.every(({ key }, i) => key === after[i]!.key);
  if (put.length === 0 && drop.length === 0 && isOrdered) return null;
  return {
    ...(put.length === 0 ? {} : { put }),
    ...(drop.length === 0 ? {} : { drop }),
    ...(isOrdered ? {} : { order: after.map(({ key }) => key) }),
  };
}

/** Compares two rows without making text of them: of thousands, few have changed. */
function isSame(a: object, b: object): boolean {
  if (a === b) return true;
  const [left, right] = [Object.entries(a), b as Record<string, unknown>];
  if (left.length !== Object.keys(b).length) return false;
  return left.every(([name, value]) => {
    const other = right[name];
    if (value === other) return true;
    if (typeof value !== "object" || value === null || other === undefined) return false;
    return JSON.stringify(value) === JSON.stringify(other);
  });
}
