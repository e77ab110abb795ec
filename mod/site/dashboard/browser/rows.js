// @ts-check
/**
 * Which rows of a long list are shown: those that match, in an order that keeps still under the
 * pointer, and of these the ones that can be seen. Pure.
 *
 * @module
 */

/**
 * @typedef {import("./tables.js").Table} Table
 * @typedef {{ readonly key: string }} Row
 * @typedef {{ readonly column: string, readonly isDown: boolean } | null} Sorting Null for the order
 *   of the view.
 */

/** Rows that are made above and below those that can be seen, so that scrolling shows no gap. */
const SPARE_ROWS = 8;

/**
 * Returns the rows from `start` up to `end` that have to exist, and the heights above and below them.
 *
 * @param {{
 *   readonly count: number,
 *   readonly rowHeight: number,
 *   readonly top: number,
 *   readonly height: number,
 * }} list How many rows there are, how high each is, and which part can be seen.
 * @returns {{ start: number, end: number, above: number, below: number }}
 */
export function windowOf({ count, rowHeight, top, height }) {
  const most = Math.max(0, count - Math.ceil(height / rowHeight));
  const first = Math.min(most, Math.max(0, Math.floor(top / rowHeight)));
  const start = Math.max(0, first - SPARE_ROWS);
  const end = Math.min(count, first + Math.ceil(height / rowHeight) + 1 + SPARE_ROWS);
  return { start, end, above: start * rowHeight, below: (count - end) * rowHeight };
}

/**
 * Returns where a list has to be scrolled to, so that row `index` can be seen.
 *
 * @param {number} index
 * @param {{ readonly rowHeight: number, readonly top: number, readonly height: number }} list
 * @returns {number}
 */
export function topToSee(index, { rowHeight, top, height }) {
  const [start, end] = [index * rowHeight, (index + 1) * rowHeight];
  if (start < top) return start;
  return end > top + height ? end - height : top;
}

/**
 * Returns the test of what is typed into the filter: every word must be in the texts of a row.
 *
 * @param {Table} table
 * @param {string} words
 * @returns {(row: any, now: string) => boolean}
 */
export function filterOf({ columns }, words) {
  const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (wanted.length === 0) return () => true;
  return (row, now) => {
    const text = columns.map((column) => column.text(row, now)).join("\n").toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
}

/**
 * Reports whether a row is about something that is not as it should be; true for all rows of a table
 * without states.
 *
 * @param {Table} table
 * @param {any} row
 * @returns {boolean}
 */
export function isTrouble({ columns }, row) {
  const column = columns.find(({ look }) => look !== undefined);
  const look = column?.look?.(row) ?? "bad";
  return look === "bad" || look === "warn";
}

/**
 * Returns the rows in their order. Those without a value come last, and equal ones keep their order.
 *
 * @template {Row} R
 * @param {Table} table
 * @param {readonly R[]} rows
 * @param {Sorting} sorting
 * @param {string} now
 * @returns {readonly R[]}
 */
export function sorted({ columns }, rows, sorting, now) {
  const column = columns.find(({ name }) => name === sorting?.column);
  if (sorting === null || column === undefined) return rows;
  const valued = rows.map((row) => ({
    row,
    value: column.sort?.(row) ?? textOf(column, row, now),
  }));
  const sign = sorting.isDown ? -1 : 1;
  valued.sort((a, b) => {
    const [noA, noB] = [a.value === null, b.value === null];
    if (noA || noB) return Number(noA) - Number(noB);
    return sign * compare(a.value, b.value);
  });
  return valued.map(({ row }) => row);
}

/**
 * Returns the rows in the order of `before`, the new ones behind them: what is under a pointer stays
 * where it is.
 *
 * @template {Row} R
 * @param {readonly R[]} rows
 * @param {readonly string[]} before
 * @returns {readonly R[]}
 */
export function keptInPlace(rows, before) {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  /** @type {R[]} */
  const kept = [];
  for (const key of before) {
    const row = byKey.get(key);
    if (row === undefined) continue;
    kept.push(row);
    byKey.delete(key);
  }
  return [...kept, ...byKey.values()];
}

/**
 * @param {import("./tables.js").Column} column
 * @param {any} row
 * @param {string} now
 * @returns {string | null}
 */
function textOf(column, row, now) {
  // A column that has numbers has nothing to compare where there is none.
  return column.sort === undefined ? column.text(row, now) : null;
}

/**
 * Compares numbers as numbers, and texts with the numbers in them as numbers: 10.0.0.9 comes before
 * 10.0.0.10.
 *
 * @param {any} a
 * @param {any} b
 * @returns {number}
 */
function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [parts(String(a)), parts(String(b))];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const [x, y] = [left[i] ?? "", right[i] ?? ""];
    if (x === y) continue;
    const difference = Number(x) - Number(y);
    if (!Number.isNaN(difference) && difference !== 0) return difference;
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

/** @param {string} text @returns {string[]} */
function parts(text) {
  return text.toLowerCase().match(/\d+|\D+/g) ?? [];
}
