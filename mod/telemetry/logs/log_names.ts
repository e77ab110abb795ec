/**
 * The names of log files, and which file follows which.
 *
 * @module
 */

/** One series of files. */
export interface LogNames {
  /** Number of the first file (of a day, if the name contains one). */
  readonly firstRoll: number;
  /** Returns the file name for `day` (YYMMDD) and the number `roll`. */
  readonly name: (day: string, roll: number) => string;
}

/**
 * `exYYMMDD.log`, the name of a daily log in IIS. A day that exceeds LogFileTruncateSize continues
 * in `exYYMMDD.1.log`, then `.2`: IIS rotates by either day or size; here both limits apply at
 * once.
 */
export const W3C_NAMES: LogNames = {
  firstRoll: 0,
  name: (day, roll) => roll === 0 ? `ex${day}.log` : `ex${day}.${roll}.log`,
};

/** `acYYMMDD.ndjson`, with the parts of a day like those of W3C: access logs as JSON. */
export const JSON_NAMES: LogNames = {
  firstRoll: 0,
  name: (day, roll) => roll === 0 ? `ac${day}.ndjson` : `ac${day}.${roll}.ndjson`,
};

/** `acYYMMDD.log`, in the same way: access logs in the format "combined". */
export const COMBINED_NAMES: LogNames = {
  firstRoll: 0,
  name: (day, roll) => roll === 0 ? `ac${day}.log` : `ac${day}.${roll}.log`,
};

/** `httperr1.log`, `httperr2.log` …: ErrorLoggingRolloverType 0, by size only. */
export const HTTPERR_NAMES: LogNames = { firstRoll: 1, name: (_day, roll) => `httperr${roll}.log` };

/** `htYYMMDD.log`, `htYYMMWW.log`, `htYYMM.log` or `htYYMMDDHH.log`: by time, and by size too. */
export const HTTPERR_PERIOD_NAMES: LogNames = {
  firstRoll: 0,
  name: (period, roll) => roll === 0 ? `ht${period}.log` : `ht${period}.${roll}.log`,
};

/** `events1.ndjson` …: by size only. */
export const EVENT_NAMES: LogNames = { firstRoll: 1, name: (_day, roll) => `events${roll}.ndjson` };

/** Returns the numbers of those of `files` that belong to `day`, in ascending order. */
export function rollsIn(files: readonly string[], names: LogNames, day: string): number[] {
  const rolls: number[] = [];
  for (const file of files) {
    const number = Number(/([0-9]{1,9})\.[a-z]+$/.exec(file)?.[1] ?? names.firstRoll);
    for (const roll of [number, names.firstRoll]) {
      if (names.name(day, roll) === file && !rolls.includes(roll)) rolls.push(roll);
    }
  }
  return rolls.sort((a, b) => a - b);
}

/** The series that a folder may have: those of HTTPERR are one, and each format is another. */
export const LOG_SERIES = ["w3c", "json", "combined", "errors"] as const;
export type LogSeries = typeof LOG_SERIES[number];

/** Returns the files of a series among `files`, the oldest first. */
export function logFilesIn(files: readonly string[], series: LogSeries): string[] {
  const ordered = files.flatMap((file) => {
    const place = placeOf(file, series);
    return place === null ? [] : [{ file, place }];
  });
  return ordered.sort((a, b) => a.place - b.place).map(({ file }) => file);
}

/** Files of a day, and the parts of one. */
const DAILY = {
  w3c: /^ex([0-9]{6})(?:\.([1-9][0-9]{0,8}))?\.log$/,
  json: /^ac([0-9]{6})(?:\.([1-9][0-9]{0,8}))?\.ndjson$/,
  combined: /^ac([0-9]{6})(?:\.([1-9][0-9]{0,8}))?\.log$/,
} as const;

/** Returns the place of a file in its series; null if it is not of it. */
function placeOf(file: string, series: LogSeries): number | null {
  if (series !== "errors") {
    const [, day, part = "0"] = DAILY[series].exec(file) ?? [];
    return day === undefined ? null : Number(day) * 1e9 + Number(part);
  }
  const [, period, piece = "0"] = /^ht([0-9]{4,8})(?:\.([1-9][0-9]{0,5}))?\.log$/.exec(file) ?? [];
  if (period !== undefined) return Number(period.padEnd(8, "0")) * 1e6 + Number(piece);
  const roll = /^httperr([1-9][0-9]{0,8})\.log$/.exec(file)?.[1];
  return roll === undefined ? null : Number(roll);
}
