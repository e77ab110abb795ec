/**
 * The difference between two views of the live page, as it is sent to a page that has the first one.
 * `browser/merge.js` is its inverse. Pure.
 *
 * @module
 */
import { forEach, type Steps } from "../../base/work/steps.ts";
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
  const old = new Map<string, Row>();
  yield* forEach(before, (row) => void old.set(row.key, row));
  const put: Row[] = [];
  const added: string[] = [];
  const kept = new Set<string>();
  yield* forEach(after, (row) => {
    const known = old.get(row.key);
    if (known === undefined) added.push(row.key);
    else kept.add(row.key);
    if (known === undefined || !isSame(known, row)) put.push(row);
  });
  const drop: string[] = [];
  const merged: string[] = [];
  yield* forEach(before, ({ key }) => void (kept.has(key) ? merged : drop).push(key));
  merged.push(...added);
  const isOrdered = merged.every((key, i) => key === after[i]!.key);
  if (put.length === 0 && drop.length === 0 && isOrdered) return null;
  return {
    ...(put.length === 0 ? {} : { put }),
    ...(drop.length === 0 ? {} : { drop }),
    ...(isOrdered ? {} : { order: after.map(({ key }) => key) }),
  };
}

/** Compares two rows without making text of them: of thousands, few have changed. */
function isSame(a: Row, b: Row): boolean {
  if (a === b) return true;
  const [left, right] = [a, b] as unknown as Readonly<Record<string, unknown>>[];
  for (const name in left) {
    const [value, other] = [left[name], right![name]];
    if (value === other) continue;
    if (typeof value !== "object" || value === null || typeof other !== "object") return false;
    if (JSON.stringify(value) !== JSON.stringify(other)) return false;
  }
  return true; // rows of one list have the same fields
}
