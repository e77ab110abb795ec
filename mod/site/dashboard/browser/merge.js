// @ts-check
/**
 * Makes the new view of the old one and what has changed: the inverse of `view_delta.ts`. Pure.
 *
 * @module
 */

/**
 * @typedef {{ readonly key: string }} Row
 * @typedef {{ put?: readonly Row[], drop?: readonly string[], order?: readonly string[] }} ListDelta
 * @typedef {{
 *   from: number,
 *   id: number,
 *   set: Readonly<Record<string, unknown>>,
 *   lists: Readonly<Record<string, ListDelta>>,
 * }} Delta
 */

/**
 * Returns the new view; null if `delta` is not about this one. Rows that did not change are the same
 * objects in both.
 *
 * @param {Readonly<Record<string, unknown>>} view
 * @param {Delta} delta
 * @returns {Record<string, unknown> | null}
 */
export function mergeView(view, delta) {
  if (view["id"] !== delta.from) return null;
  /** @type {Record<string, unknown>} */
  const merged = { ...view, ...delta.set, id: delta.id };
  for (const [name, change] of Object.entries(delta.lists)) {
    merged[name] = mergeList(/** @type {readonly Row[]} */ (view[name] ?? []), change);
  }
  return merged;
}

/**
 * @param {readonly Row[]} rows
 * @param {ListDelta} delta
 * @returns {Row[]}
 */
function mergeList(rows, { put = [], drop = [], order }) {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  for (const key of drop) byKey.delete(key);
  for (const row of put) byKey.set(row.key, row);
  if (order === undefined) return [...byKey.values()];
  return order.flatMap((key) => byKey.get(key) ?? []);
}
