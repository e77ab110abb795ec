/**
 * Figures: what was measured, round by round, and the ratios of figures of the same rounds.
 *
 * Pure, so that it is the same for a run that has just ended and for one read from a file.
 *
 * @module
 */
import * as v from "valibot";

/** What one server showed in the rounds of one row. */
export type Figure = v.InferOutput<typeof FIGURE>;

const FIGURE = v.object({
  row: v.string(),
  server: v.string(),
  measure: v.string(),
  unit: v.string(),
  /** Which direction is the better one; `none` for a figure that explains others. */
  better: v.picklist(["more", "less", "none"]),
  /** One value for each round, in the order in which they were measured. */
  rounds: v.pipe(v.array(v.nullable(v.number())), v.transform((all) => all.map(orNaN))),
});

const RUN = v.object({
  date: v.string(),
  commit: v.string(),
  program: v.string(),
  /** The processor, and which of its cores the servers and the clients had. */
  machine: v.string(),
  versions: v.record(v.string(), v.string()),
  rounds: v.number(),
  seconds: v.number(),
  figures: v.array(FIGURE),
});

/** All figures of one run, and what they depend on. */
export type Run = v.InferOutput<typeof RUN>;

/** The program that is measured; every other server is a peer, or the floor. */
export const OURS = "httpcfg";
/** The least that the runtime can do for the same bytes. */
export const FLOOR = "floor";

/** Parses what {@linkcode formatRun} returned; throws an error that says what is wrong. */
export function parseRun(text: string): Run {
  return v.parse(RUN, JSON.parse(text));
}

/** Returns a run as JSON, with the median of each figure for whoever reads it. */
export function formatRun(run: Run): string {
  const figures = run.figures.map((figure) => ({ ...figure, median: median(figure.rounds) }));
  return `${JSON.stringify({ ...run, figures }, null, 2)}\n`;
}

/** JSON has no NaN: it is written as null. */
function orNaN(value: number | null): number {
  return value ?? NaN;
}

/** Returns the median; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

export function findFigure(
  figures: readonly Figure[],
  row: string,
  server: string,
  measure: string,
): Figure | undefined {
  return figures.find((one) => {
    return one.row === row && one.server === server && one.measure === measure;
  });
}

/**
 * Returns the ratio of two figures in each round. What slows the machine down for a while slows
 * both, as the rounds of all servers alternate; so the ratios say more than the figures do.
 */
export function ratios(figure: Figure, against: Figure): number[] {
  return figure.rounds.slice(0, against.rounds.length).map((value, i) => {
    return value / against.rounds[i]!;
  });
}

/** Returns a number with as many digits as it deserves: three, and all before the point. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "-";
  const size = Math.abs(value);
  return value.toFixed(size === 0 || size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3);
}
