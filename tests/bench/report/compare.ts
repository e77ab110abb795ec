/**
 * Comparing two runs: of each figure of httpcfg, how it changed.
 *
 * @module
 */
import {
  type Figure,
  findFigure,
  FLOOR,
  formatNumber,
  median,
  OURS,
  ratios,
  type Run,
} from "./figures.ts";

/** With four rounds in each run, all of one are above all of the other by chance in 3 % of cases. */
const ROUNDS_MIN = 4;

/** A measure of httpcfg in two runs. */
export interface Change {
  readonly row: string;
  readonly measure: string;
  /** `x floor` if both runs have a floor for it, else the unit of the measure. */
  readonly unit: string;
  readonly old: number;
  readonly new: number;
  /** New by old. */
  readonly ratio: number;
  readonly verdict: "better" | "worse" | "same" | "too few rounds";
}

/**
 * Returns the changes from one run to another, of what both have and what has a better direction.
 *
 * Two runs are two states of a machine, so a figure is taken relative to the floor of its own
 * rounds if there is one. It has changed only if all its rounds in one run are on one side of all
 * those in the other, and there are enough of them that this hardly happens by chance.
 */
export function compareRuns(old: Run, now: Run): Change[] {
  return now.figures.flatMap((figure) => {
    const before = findFigure(old.figures, figure.row, figure.server, figure.measure);
    if (figure.server !== OURS || figure.better === "none" || before === undefined) return [];
    const floors = [old, now].map((run) => {
      return findFigure(run.figures, figure.row, FLOOR, figure.measure);
    });
    const hasFloor = !floors.includes(undefined);
    const [was, is] = hasFloor
      ? [ratios(before, floors[0]!), ratios(figure, floors[1]!)]
      : [before.rounds, figure.rounds];
    const { row, measure } = figure;
    const unit = hasFloor ? `x ${FLOOR}` : figure.unit;
    const [first, second] = [median(was), median(is)];
    const ratio = second / first;
    return [{
      row,
      measure,
      unit,
      old: first,
      new: second,
      ratio,
      verdict: verdictOf(was, is, figure.better),
    }];
  });
}

function verdictOf(
  was: readonly number[],
  is: readonly number[],
  better: Figure["better"],
): Change["verdict"] {
  if (Math.min(was.length, is.length) < ROUNDS_MIN) return "too few rounds";
  const isMore = Math.min(...is) > Math.max(...was);
  const isLess = Math.max(...is) < Math.min(...was);
  if (!isMore && !isLess) return "same";
  return isMore === (better === "more") ? "better" : "worse";
}

/** Returns the table of {@linkcode compareRuns}, with a header. */
export function changeRows(changes: readonly Change[]): readonly (readonly string[])[] {
  const lines = changes.map((change) => [
    change.row,
    change.measure,
    change.unit,
    formatNumber(change.old),
    formatNumber(change.new),
    change.ratio.toFixed(3),
    change.verdict,
  ]);
  return [["row", "measure", "unit", "old", "new", "new/old", ""], ...lines];
}
