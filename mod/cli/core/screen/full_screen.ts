/**
 * A program that has the whole terminal: how it takes it and gives it back, and how a screen is drawn.
 * Pure.
 *
 * @module
 */
import type { Printable } from "../../../base/printable.ts";

/** Text and moves of the cursor, as a terminal takes them. */
type Drawn = Printable;

/**
 * The other screen of the terminal, without the cursor, and without lines that wrap: what was there
 * before comes back with {@linkcode GIVE_BACK}.
 */
export const TAKE = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J" as Drawn;

/** Gives the terminal back as it was. It does no harm to give it back twice. */
export const GIVE_BACK = "\x1b[m\x1b[?7h\x1b[?25h\x1b[?1049l" as Drawn;

/**
 * Returns what turns the screen `before` into `now`, whose lines have no line ends: only lines that
 * differ are written. Without `before`, all of them.
 */
export function redraw(now: readonly Printable[], before: readonly Printable[] | null): Drawn {
  const start = before === null ? "\x1b[2J" : "";
  const lines = now.map((line, i) => {
    return before !== null && before[i] === line ? "" : `\x1b[${i + 1};1H${line}\x1b[K`;
  });
  const below = before !== null && before.length > now.length
    ? `\x1b[${now.length + 1};1H\x1b[J`
    : "";
  return `${start}${lines.join("")}${below}` as Drawn;
}
