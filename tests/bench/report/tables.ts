/**
 * Tables of figures, as text.
 *
 * @module
 */
import { type Figure, findFigure, formatNumber, median, OURS, ratios } from "./figures.ts";

/** Returns the lines of a table in aligned columns; the first row is the header. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd())
    .join("\n");
}

/**
 * Returns the table of one row: the medians of every server, and of the first measure how many times
 * better httpcfg is, as the median of the ratios of the rounds.
 */
export function rowTable(figures: readonly Figure[]): string {
  const row = figures[0]!.row;
  const measures = [...new Map(figures.map((one) => [one.measure, one])).values()];
  const main = measures[0]!;
  const servers = [...new Set(figures.map(({ server }) => server))];
  const ours = findFigure(figures, row, OURS, main.measure);
  const heads = measures.map(({ measure, unit }) => unit === "" ? measure : `${measure}, ${unit}`);
  const lines = servers.map((server) => {
    const cells = measures.map(({ measure }) => {
      const found = findFigure(figures, row, server, measure);
      return found === undefined ? "-" : formatNumber(median(found.rounds));
    });
    const against = findFigure(figures, row, server, main.measure);
    const ratio = ours === undefined || against === undefined
      ? "-"
      : median(ratios(ours, against)).toFixed(2);
    return [server, cells[0]!, ratio, ...cells.slice(1)];
  });
  return formatTable([["server", heads[0]!, `${OURS}/it`, ...heads.slice(1)], ...lines]);
}
