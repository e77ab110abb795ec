/**
 * Records -> JSON, lines of JSON, CSV or TSV, in the same way for every listing.
 *
 * @module
 */
import type { FlagInput } from "../../base/flag_spec.ts";
import { escapeUnprintable, ForeignText, oneLine, printableJson } from "../../base/printable.ts";

type Cell = string | number | boolean | ForeignText | null;
export type Row = Readonly<Record<string, Cell | readonly Cell[]>>;

/**
 * A listing: `name` is its key in JSON, `rows` are its records, each with the columns in `columns`.
 */
export interface Listing {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** Version of the JSON output. Fields are only added; a change that breaks readers raises it. */
const ANSWER_VERSION = 1;

/** Returns `value` as JSON for a pipe or a file. */
export function jsonText(value: unknown, indent = 2): string {
  return printableJson(value, indent);
}

/** Returns the JSON object that a command answers with. */
export function answerText(fields: object): string {
  return jsonText({ version: ANSWER_VERSION, ...fields });
}

/** How a command writes a listing where a list of records is not the answer. */
interface ListingForms {
  /** Writes it for people. */
  text(): void | Promise<void>;
  /** The fields of the JSON answer; the records under their name if not given. */
  readonly json?: object;
}

/** Writes `listing` in the form that `--format` selects. */
export async function writeListing(
  input: Pick<FlagInput, "text">,
  io: { out(text: string): void; readonly os?: string },
  listing: Listing,
  { text, json }: ListingForms,
): Promise<void> {
  const form = input.text("format") ?? "text";
  if (form === "text") await text();
  else if (form === "json" && json !== undefined) {
    io.out(answerText(await onSystem(json, io.os)));
  } else io.out(await render(listing, form));
}

/** Returns the fields of an answer with the hints in them as they are typed on the system `os`. */
export async function onSystem<T extends object>(fields: T, os: string = "linux"): Promise<T> {
  if (os === "linux") return fields;
  const { withHintsOn } = await import("../../base/hints/system_lines.ts");
  return withHintsOn(os, fields);
}

/**
 * Returns the listing in a machine-readable format. A control character in a value is escaped in
 * JSON and TSV; CSV has no escapes, and shows "?" instead. A record is one line of NDJSON, CSV and TSV.
 */
export async function render(listing: Listing, form: string): Promise<string> {
  switch (form) {
    case "json":
      return answerText({ [listing.name]: listing.rows });
    case "ndjson":
      return listing.rows.map((row) => jsonText(row, 0)).join("\n");
    case "tsv":
      return cellsOf(listing).map((line) => line.map(escapeTab).join("\t")).join("\n");
    default: {
      const { stringify } = await import("@std/csv/stringify");
      // cut and awk would keep the CR in the last column.
      return stringify(cellsOf(listing).map((line) => line.map(oneLine))).replaceAll("\r\n", "\n");
    }
  }
}

/** Returns the cells of a listing: the column names, then one line per row. */
export function cellsOf({ columns, rows }: Listing): string[][] {
  return [[...columns], ...rows.map((row) => columns.map((column) => flat(row[column])))];
}

/** TSV has no quotes: what would end a line or a cell is escaped, as mlr and PostgreSQL read it. */
function escapeTab(cell: string): string {
  return escapeUnprintable(cell.replace(/[\\\t\n\r]/g, (c) => TSV_ESCAPES[c]!));
}

const TSV_ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
};

function flat(cell: Row[string] | undefined): string {
  if (cell === undefined || cell === null) return "";
  if (Array.isArray(cell)) return cell.map(flat).join(" ");
  return cell instanceof ForeignText ? cell.raw : String(cell);
}
