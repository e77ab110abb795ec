/**
 * What the person at `top` has chosen, and what each key changes of it. Pure.
 *
 * @module
 */
import { type LiveCell, type LiveTable, type ViewName, VIEWS } from "./views.ts";

/** How a view is sorted. */
interface SortChoice {
  readonly column: number;
  readonly isDown: boolean;
}

export interface LiveState {
  readonly view: ViewName;
  /** For views where another than the usual order was chosen. */
  readonly sorts: Readonly<Partial<Record<ViewName, SortChoice>>>;
  /** Rows without this text are left out; the case of letters does not matter. */
  readonly filter: string;
  /** The filter before it was typed anew; null while none is being typed. */
  readonly before: string | null;
  /** The first row that is shown. */
  readonly offset: number;
  readonly isPaused: boolean;
  readonly isHelp: boolean;
  readonly isOver: boolean;
}

export const FIRST_STATE: LiveState = {
  view: "addresses",
  sorts: {},
  filter: "",
  before: null,
  offset: 0,
  isPaused: false,
  isHelp: false,
  isOver: false,
};

/** How much there is to scroll, and how much of it is seen. */
export interface Extent {
  readonly rows: number;
  readonly height: number;
  readonly table: Pick<LiveTable, "columns" | "usual">;
}

/** A filter is not longer. */
const FILTER_MAX = 100;

/** Returns how the table of a view is sorted. */
export function sortOf(
  { view, sorts }: LiveState,
  { usual }: Pick<LiveTable, "usual">,
): SortChoice {
  return sorts[view] ?? usual;
}

/** Returns the offset that shows a full page, where there is one. */
export function clampedOffset(
  offset: number,
  { rows, height }: Pick<Extent, "rows" | "height">,
): number {
  return Math.max(0, Math.min(offset, rows - height));
}

/** Returns the state after a key, as `parseKeys()` names it. */
export function afterKey(state: LiveState, key: string, extent: Extent): LiveState {
  if (key === "ctrl+c") return { ...state, isOver: true };
  if (state.before !== null) return afterTyped(state, state.before, key);
  if (state.isHelp) return key === "q" ? { ...state, isOver: true } : { ...state, isHelp: false };
  const step = stepOf(key, extent);
  if (step !== null) {
    const from = clampedOffset(state.offset, extent);
    return { ...state, offset: clampedOffset(from + step, extent) };
  }
  const number = /^[1-9]$/.test(key) ? VIEWS[Number(key) - 1] : undefined;
  if (number !== undefined) return toView(state, number);
  switch (key) {
    case "q":
      return { ...state, isOver: true };
    case "?":
    case "h":
      return { ...state, isHelp: true };
    case " ":
      return { ...state, isPaused: !state.isPaused };
    case "/":
      return { ...state, before: state.filter, offset: 0 };
    case "escape":
      return { ...state, filter: "", offset: 0 };
    case "tab":
      return toView(state, neighbour(state.view, 1));
    case "shift+tab":
      return toView(state, neighbour(state.view, -1));
    case "<":
    case "left":
      return sortedBy(state, extent, -1);
    case ">":
    case "right":
      return sortedBy(state, extent, 1);
    case "r": {
      const { column, isDown } = sortOf(state, extent.table);
      return withSort(state, { column, isDown: !isDown });
    }
  }
  return state;
}

/** While the filter is typed, its rows are shown at once; Escape brings back what it was. */
function afterTyped(state: LiveState, before: string, key: string): LiveState {
  const { filter } = state;
  switch (key) {
    case "enter":
      return { ...state, before: null };
    case "escape":
      return { ...state, before: null, filter: before };
    case "backspace":
      return filter === ""
        ? { ...state, before: null }
        : { ...state, filter: [...filter].slice(0, -1).join("") };
    case "ctrl+u":
      return { ...state, filter: "" };
  }
  const isText = [...key].length === 1 && !/\p{C}/u.test(key);
  return isText && filter.length < FILTER_MAX
    ? { ...state, filter: filter + key, offset: 0 }
    : state;
}

/** How many rows a key scrolls; null for one that does not. */
function stepOf(key: string, { rows, height }: Extent): number | null {
  const page = Math.max(1, height - 1);
  const steps: Readonly<Record<string, number>> = {
    up: -1,
    k: -1,
    down: 1,
    j: 1,
    pageup: -page,
    "ctrl+b": -page,
    pagedown: page,
    "ctrl+f": page,
    home: -rows,
    g: -rows,
    end: rows,
    G: rows,
  };
  return steps[key] ?? null;
}

function toView(state: LiveState, view: ViewName): LiveState {
  return { ...state, view, offset: 0 };
}

function neighbour(view: ViewName, step: number): ViewName {
  return VIEWS[(VIEWS.indexOf(view) + step + VIEWS.length) % VIEWS.length]!;
}

function sortedBy(state: LiveState, { table }: Extent, step: number): LiveState {
  const { length } = table.columns;
  const column = (sortOf(state, table).column + step + length) % length;
  return withSort(state, { column, isDown: table.columns[column]!.isNumber });
}

function withSort(state: LiveState, sort: SortChoice): LiveState {
  return { ...state, sorts: { ...state.sorts, [state.view]: sort }, offset: 0 };
}

/** Returns the rows that the filter leaves, in order. */
export function chosenRows(table: LiveTable, state: LiveState): LiveTable["rows"] {
  const wanted = state.filter.toLowerCase();
  const kept = wanted === ""
    ? table.rows
    : table.rows.filter((row) => row.some((cell) => cell.text.toLowerCase().includes(wanted)));
  const { column, isDown } = sortOf(state, table);
  return kept.toSorted((a, b) => {
    const sign = compareCells(a[column], b[column]) * (isDown ? -1 : 1);
    return sign === 0 ? compareCells(a[0], b[0]) : sign;
  });
}

function compareCells(a: LiveCell | undefined, b: LiveCell | undefined): number {
  const [one, other] = [a?.order ?? 0, b?.order ?? 0];
  return one === other ? 0 : one < other ? -1 : 1;
}
