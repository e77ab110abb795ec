/**
 * Listings as columns of text.
 *
 * @module
 */
import stringWidth from "string-width";
import { oneLine } from "../../base/printable.ts";
import { cellsOf, type Listing } from "./format.ts";

/**
 * Returns the listing as a header line and columns, each as wide as its widest cell on a terminal,
 * with two spaces between. A line break in a cell becomes a space.
 */
export function table(listing: Listing): string {
  const [head = [], ...rows] = cellsOf(listing);
  const cells = [
    head.map((column) => column.toUpperCase()),
    ...rows.map((row) => row.map((cell) => oneLine(cell.replace(/\s+/g, " ")))),
  ];
  const widths = head.map((_, i) => {
    return cells.reduce((widest, line) => Math.max(widest, stringWidth(line[i]!)), 0);
  });
  return cells.map((line) => {
    return line.map((cell, i) => cell + " ".repeat(widths[i]! - stringWidth(cell))).join("  ")
      .trimEnd();
  }).join("\n");
}
