/**
 * What a command knows of the terminals it writes to: how wide they are, and whether they show color
 * and Unicode. Decided once, from the streams, the flags and the environment. Pure.
 *
 * @module
 */

/** When to write in color: `auto` on terminals only. */
export type ColorChoice = "auto" | "always" | "never";

export const COLOR_CHOICES: readonly ColorChoice[] = ["auto", "always", "never"];

/** The output streams of the process. */
export interface TerminalFacts {
  /** Whether stdout is a terminal. */
  readonly isOut: boolean;
  /** Whether stderr is a terminal. */
  readonly isNote: boolean;
  /** Columns of the terminal; null if the system does not say. */
  columns(): number | null;
}

export interface Screen {
  /** Columns of the terminal that stdout is; null if it is none, and lines have no limit. */
  readonly columns: number | null;
  /** The same of stderr. */
  readonly noteColumns: number | null;
  readonly hasColor: boolean;
  /** Whether stderr shows color. */
  readonly hasNoteColor: boolean;
  /** False where only ASCII can be relied on. */
  readonly isUnicode: boolean;
}

/** The variables of the environment that count. */
interface Environment {
  readonly os: string;
  env(name: string): string | undefined;
}

/** Columns of a terminal that says that it has none, as some do. */
const DEFAULT_COLUMNS = 80;
/** Below this, lines are cut by the terminal. */
const COLUMNS_MIN = 20;

/** Decides. A flag counts before the environment. */
export function screenOf(
  terminal: TerminalFacts,
  environment: Environment,
  choice: ColorChoice,
): Screen {
  const { isOut, isNote } = terminal;
  const columns = isOut || isNote ? columnsOf(terminal, environment) : null;
  const isForced = choice === "auto" ? forcedColor(environment) : choice === "always";
  const hasColors = isForced ?? isCapable(environment);
  return {
    columns: isOut ? columns : null,
    noteColumns: isNote ? columns : null,
    hasColor: isForced ?? (isOut && hasColors),
    hasNoteColor: isForced ?? (isNote && hasColors),
    isUnicode: showsUnicode(environment),
  };
}

function columnsOf(terminal: TerminalFacts, { env }: Environment): number {
  const asked = env("COLUMNS") ?? "";
  const columns = /^[1-9][0-9]{0,4}$/.test(asked) ? Number(asked) : terminal.columns();
  return Math.max(COLUMNS_MIN, columns || DEFAULT_COLUMNS);
}

/** Returns whether NO_COLOR or FORCE_COLOR decides, and how; null if neither does. */
function forcedColor({ env }: Environment): boolean | null {
  if (env("NO_COLOR")) return false;
  const force = env("FORCE_COLOR");
  return force ? force !== "0" : null;
}

/** Reports whether a terminal shows color. Outside Windows each has a name in TERM. */
function isCapable({ os, env }: Environment): boolean {
  const term = env("TERM") ?? "";
  return term === "" ? os === "windows" : term !== "dumb";
}

/** Reports whether the locale is one of UTF-8; none is the locale C, except on desktop systems. */
function showsUnicode({ os, env }: Environment): boolean {
  const locale = env("LC_ALL") || env("LC_CTYPE") || env("LANG");
  return locale ? /utf-?8/i.test(locale) : os === "windows" || os === "darwin";
}
