/**
 * Records -> text, JSON, lines of JSON, CSV or TSV. One way for everything that lists.
 *
 * @module
 */

type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell | readonly Cell[]>>;

/** A listing: `name` is its key in JSON, `rows` its records, all with the columns of `columns`. */
export interface Listing {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** Version of the JSON answers. They only grow; a change that would break a reader raises it. */
export const ANSWER_VERSION = 1;

/**
 * `value` as JSON for a pipe or a file. What a terminal would obey is escaped, which every reader of
 * JSON takes for the character itself.
 */
export function jsonText(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(
    /[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The listing in a machine's form. `text` is each command's own affair. */
export async function render(listing: Listing, form: string): Promise<string> {
  switch (form) {
    case "json":
      return jsonText({ version: ANSWER_VERSION, [listing.name]: listing.rows });
    case "ndjson":
      return listing.rows.map((row) => jsonText(row, 0)).join("\n");
    case "tsv":
      return cellsOf(listing).map((line) => line.map(escapeTab).join("\t")).join("\n");
    default: {
      const { stringify } = await import("@std/csv/stringify");
      // cut and awk would keep a CR in the last column.
      return stringify(cellsOf(listing)).replaceAll("\r\n", "\n");
    }
  }
}

/** The cells of a listing: the names of its columns, then a line a row. */
export function cellsOf({ columns, rows }: Listing): string[][] {
  return [[...columns], ...rows.map((row) => columns.map((column) => flat(row[column])))];
}

/** TSV has no quotes: what would break a line or a cell is escaped, as mlr and PostgreSQL read it. */
function escapeTab(cell: string): string {
  return cell.replace(/[\\\t\n\r]/g, (c) => TSV_ESCAPES[c]!);
}

const TSV_ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
};

function flat(cell: Row[string] | undefined): string {
  if (cell === undefined || cell === null) return "";
  return Array.isArray(cell) ? cell.join(" ") : String(cell);
}
