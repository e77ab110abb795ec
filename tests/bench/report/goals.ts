/**
 * Goals: what a figure of httpcfg should be, alone or against another server in the same rounds.
 *
 * @module
 */
import { type Figure, findFigure, formatNumber, median, OURS, ratios } from "./figures.ts";

export interface Goal {
  /** What is done, in the words of the table of goals. */
  readonly work: string;
  readonly measure: string;
  /** The server whose figure of this measure is the unit; without it the figure stands alone. */
  readonly against?: string;
  /** The bounds; a goal without them only shows where httpcfg stands. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A goal of the row of this name. */
export interface RowGoal extends Goal {
  readonly row: string;
}

export interface Verdict {
  readonly goal: RowGoal;
  /** NaN if it was not measured. */
  readonly value: number;
  readonly isMet: boolean;
}

/** Returns what the figures say about a goal. */
export function judge(figures: readonly Figure[], goal: RowGoal): Verdict {
  const value = valueOf(figures, goal);
  const { atLeast = -Infinity, atMost = Infinity } = goal;
  return { goal, value, isMet: value >= atLeast && value <= atMost };
}

function valueOf(figures: readonly Figure[], { row, measure, against }: RowGoal): number {
  const ours = findFigure(figures, row, OURS, measure);
  if (ours === undefined) return NaN;
  if (against === undefined) return median(ours.rounds);
  const other = findFigure(figures, row, against, measure);
  return other === undefined ? NaN : median(ratios(ours, other));
}

/** Returns the table of goals, with a header: one line for each. */
export function goalRows(
  figures: readonly Figure[],
  goals: readonly RowGoal[],
): readonly (readonly string[])[] {
  const lines = goals.map((goal) => {
    const { value, isMet } = judge(figures, goal);
    const unit = goal.against === undefined ? unitOf(figures, goal) : `x ${goal.against}`;
    const met = Number.isNaN(value) ? "not measured" : isMet ? "yes" : "NO";
    const isBound = goal.atLeast !== undefined || goal.atMost !== undefined;
    return [
      goal.row,
      goal.work,
      goal.measure,
      Number.isNaN(value) ? "-" : `${formatNumber(value)} ${unit}`.trim(),
      boundOf(goal),
      isBound || Number.isNaN(value) ? met : "",
    ];
  });
  return [["row", "work", "measure", "httpcfg", "goal", "met"], ...lines];
}

function unitOf(figures: readonly Figure[], { row, measure }: RowGoal): string {
  return findFigure(figures, row, OURS, measure)?.unit ?? "";
}

function boundOf({ atLeast, atMost }: RowGoal): string {
  const bounds = [
    ...(atLeast === undefined ? [] : [`>= ${atLeast}`]),
    ...(atMost === undefined ? [] : [`<= ${atMost}`]),
  ];
  return bounds.join(", ");
}
