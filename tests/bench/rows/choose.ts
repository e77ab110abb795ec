/** Which rows a command line names. */
import type { Row } from "../bench.ts";

/**
 * Returns the rows of these names, in their order; `https` stands for every `https-...`. Without
 * names, all. Returns what is wrong if a name is none.
 */
export function chooseRows(rows: readonly Row[], names: readonly string[]): Row[] | string {
  const isMeant = (row: Row, name: string): boolean => {
    return row.name === name || row.name.startsWith(`${name}-`);
  };
  const unknown = names.filter((name) => !rows.some((row) => isMeant(row, name)));
  if (unknown.length > 0) return `no row is named "${unknown.join('", "')}"; see --list`;
  return rows.filter((row) => names.length === 0 || names.some((name) => isMeant(row, name)));
}
