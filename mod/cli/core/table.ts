/**
 * Listings as columns of text.
 *
 * @module
 */
import { oneLine } from "../../base/printable.ts";
import {
  inLocale,
  joinLines,
  type Meaning,
  type Span,
  span,
  type Styled,
} from "./screen/colors.ts";
import {
  type ColumnKind,
  fittedWidths,
  GAP,
  padded,
  shortened,
  widthOf,
  wrapped,
  wrappedValues,
} from "./screen/fit.ts";
import { cellsOf, type Listing } from "./format.ts";
import type { Screen } from "./screen/screen.ts";

/** How a terminal shows a column; by default its name is the heading, and its cells are words. */
export interface ColumnLook {
  readonly heading?: string;
  readonly kind?: ColumnKind;
  /** The meaning of a cell, in a row of `cells`; by default none. */
  meaning?(cell: string, cells: readonly string[]): Meaning | null;
}

interface TableOptions {
  readonly looks?: Readonly<Record<string, ColumnLook>>;
  /** Spaces before every line. */
  readonly indent?: number;
  /** The column that a terminal shows below its row where it does not fit beside the others. */
  readonly detail?: string;
}

interface Column {
  readonly name: string;
  readonly heading: string;
  readonly kind: ColumnKind;
  /** The text of each cell. */
  readonly cells: readonly string[];
  /** The values of each cell, if the column is of the kind `values`; one if it has no list. */
  readonly values: readonly (readonly string[])[];
  /** Of each cell. */
  readonly meanings: readonly (Meaning | null)[];
  /** The width of the widest cell, heading included. */
  readonly wanted: number;
  /** The same if each of several values has a line of its own. */
  readonly stacked: number;
}

type Part = string | Span;

/** What few cells have, and is not shown as it is. */
const UNUSUAL = /[^ -~]| {2}/;

/**
 * Returns the listing as a header line and columns, each as wide as its widest cell, with two spaces
 * between. A line break in a cell becomes a space.
 *
 * On a terminal the table fits its width: long cells wrap or are shortened in the middle, and a column
 * without content is left out. Without a terminal a record is one line, and nothing is left out.
 */
export function table(
  listing: Listing,
  screen: Screen,
  { looks = {}, indent = 0, detail }: TableOptions = {},
): Styled {
  const margin = " ".repeat(indent);
  const all = columnsOf(listing, screen, looks);
  const available = screen.columns === null ? Infinity : screen.columns - indent;
  const isBeside = widthOfAll(all.map(({ stacked }) => stacked)) <= available;
  const below = isBeside ? undefined : all.find(({ name }) => name === detail);
  const columns = all.filter((column) => column !== below);
  const isWide = widthOfAll(columns.map(({ wanted }) => wanted)) <= available;
  const widths = fittedWidths(
    columns.map(({ kind, heading, wanted, stacked }) => {
      return { kind, least: widthOf(heading), wanted: isWide ? wanted : stacked };
    }),
    available,
  );
  const lines = widths === null
    ? recordLines(all, available, screen)
    : rowLines(columns, below, { widths, available, screen });
  return joinLines(lines.map((line) => [margin, ...line]));
}

/** Returns the width of a table in which each column has what it wants. */
function widthOfAll(wanted: readonly number[]): number {
  return wanted.reduce((sum, width) => sum + width + GAP.length, -GAP.length);
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, widthOf(text)), 0);
}

function columnsOf(
  listing: Listing,
  { columns, isUnicode }: Screen,
  looks: Readonly<Record<string, ColumnLook>>,
): Column[] {
  const [, ...rows] = cellsOf(listing);
  const shown = (text: string): string => {
    return UNUSUAL.test(text) ? inLocale(oneLine(text.replace(/\s+/g, " ")), isUnicode) : text;
  };
  const all = listing.columns.map((name, i): Column => {
    const look = looks[name] ?? {};
    const { kind = "words", meaning } = look;
    const heading = (columns === null ? name : look.heading ?? name).toUpperCase();
    const cells = rows.map((row) => shown(row[i]!));
    const values = kind !== "values" ? [] : listing.rows.map((row, r) => {
      const cell = row[name];
      return Array.isArray(cell) ? cell.map((value) => shown(String(value))) : [cells[r]!];
    });
    const wanted = widest([heading, ...cells]);
    const stacked = kind === "values" ? widest([heading, ...values.flat()]) : wanted;
    const meanings = rows.map((row) => meaning?.(row[i]!, row) ?? null);
    return { name, heading, kind, cells, values, meanings, wanted, stacked };
  });
  const isShown = ({ cells }: Column): boolean => cells.some((cell) => cell !== "");
  return columns === null || rows.length === 0 ? all : all.filter(isShown);
}

/** Returns the lines of a table; a row has as many as its highest cell, and those `below` it. */
function rowLines(
  columns: readonly Column[],
  below: Column | undefined,
  { widths, available, screen }: {
    readonly widths: readonly number[];
    readonly available: number;
    readonly screen: Screen;
  },
): Part[][] {
  // Further to the right than the second column, because without color one looks like a cell of it.
  const start = " ".repeat((widths[0] ?? 0) + GAP.length) + GAP;
  const head = columns.map(({ heading }) => span("heading", heading));
  const rows = (columns[0]?.cells ?? []).map((_, row) => {
    const cells = columns.map((column, i) => cellLines(column, row, widths[i]!, screen));
    const height = Math.max(...cells.map((lines) => lines.length));
    const detail = below?.cells[row] ?? "";
    const details = detail === "" ? [] : wrapped(detail, available - start.length);
    return [
      ...Array.from({ length: height }, (_, line) => {
        return joined(cells.map((lines) => lines[line] ?? ""), widths);
      }),
      ...details.map((line) => [start, line]),
    ];
  });
  return [joined(head, widths), ...rows.flat()];
}

function cellLines(column: Column, row: number, width: number, screen: Screen): Part[] {
  const { cells, values, kind, meanings } = column;
  const cell = cells[row]!;
  const ellipsis = inLocale("…", screen.isUnicode);
  const lines = widthOf(cell) <= width
    ? [cell]
    : kind === "words"
    ? wrapped(cell, width)
    : kind === "values"
    ? wrappedValues(values[row]!, width, ellipsis)
    : [shortened(cell, width, ellipsis)];
  const found = meanings[row] ?? null;
  return found === null ? lines : lines.map((line) => span(found, line));
}

/** Joins the cells of a line; nothing follows the last one that has text. */
function joined(cells: readonly Part[], widths: readonly number[]): Part[] {
  const parts: Part[] = [];
  const last = cells.findLastIndex((cell) => textOf(cell) !== "");
  let text = "";
  for (const [i, cell] of cells.slice(0, last + 1).entries()) {
    if (typeof cell === "string") text += cell;
    else {
      parts.push(text, cell);
      text = "";
    }
    if (i < last) text += " ".repeat(widths[i]! - widthOf(textOf(cell))) + GAP;
  }
  return [...parts, text];
}

function textOf(cell: Part): string {
  return typeof cell === "string" ? cell : cell.text;
}

/** Returns one line for each cell, below its heading: where a table has no room. */
function recordLines(columns: readonly Column[], available: number, screen: Screen): Part[][] {
  const left = Math.max(...columns.map(({ heading }) => widthOf(heading)));
  const right = Math.max(1, available - left - GAP.length);
  return (columns[0]?.cells ?? []).flatMap((_, row) => {
    const lines = columns.filter(({ cells }) => cells[row] !== "").flatMap((column) => {
      return cellLines(column, row, right, screen).map((line, i) => [
        span("heading", padded(i === 0 ? column.heading : "", left)),
        GAP,
        line,
      ]);
    });
    return row === 0 ? lines : [[], ...lines];
  });
}
