/**
 * Records -> text, JSON, lines of JSON, CSV or TSV. One way for everything that lists.
 *
 * @module
 */

export type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell | readonly Cell[]>>;

/** A listing: `name` is its key in JSON, `rows` its records, all with the columns of `columns`. */
export interface Listing {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** Version of the JSON answers. They only grow; a change that would break a reader raises it. */
export const ANSWER_VERSION = 1;

/** The listing in a machine's form. `text` is each command's own affair. */
export async function render(listing: Listing, form: string): Promise<string> {
  switch (form) {
    case "json":
      return JSON.stringify({ version: ANSWER_VERSION, [listing.name]: listing.rows }, null, 2);
    case "ndjson":
      return listing.rows.map((row) => JSON.stringify(row)).join("\n");
    default: {
      const { stringify } = await import("@std/csv/stringify");
      const rows = listing.rows.map((row) => listing.columns.map((column) => flat(row[column])));
      const text = stringify([listing.columns, ...rows], {
        separator: form === "tsv" ? "\t" : ",",
      });
      return text.replaceAll("\r\n", "\n"); // cut and awk would keep the CR in the last column
    }
  }
}

/** Columns of text, each as wide as its widest cell, two spaces between; a header line on top. */
export function table(listing: Listing): string {
  const cells = [
    listing.columns.map((column) => column.toUpperCase()),
    ...listing.rows.map((row) => listing.columns.map((column) => flat(row[column]))),
  ];
  const widths = listing.columns.map((_, i) => {
    return cells.reduce((widest, line) => Math.max(widest, line[i]!.length), 0);
  });
  return cells
    .map((line) => line.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd())
    .join("\n");
}

function flat(cell: Row[string] | undefined): string {
  if (cell === undefined || cell === null) return "";
  return Array.isArray(cell) ? cell.join(" ") : String(cell);
}
