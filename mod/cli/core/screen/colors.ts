/**
 * Text for people, in which parts have a meaning, and the only place that makes escape sequences of
 * meanings. What a part says is made printable first, so that no text of others can contain one.
 *
 * @module
 */
import { type Printable, printable } from "../../../base/printable.ts";
import type { Screen } from "./screen.ts";

/** Meaning -> parameters of SGR, "Select Graphic Rendition" of ECMA-48. */
const COLORS = {
  /** Open, running, valid. */
  good: "32",
  /** Waits, pauses, drains. */
  waiting: "33",
  /** Refused, stopped although it should run, expired. */
  bad: "31",
  /** True and of no interest. */
  faint: "2",
  heading: "1",
  error: "1;31",
  warning: "1;33",
  note: "1",
  hint: "36",
} as const;

export type Meaning = keyof typeof COLORS;

/** Text of one meaning. */
export interface Span {
  readonly meaning: Meaning;
  readonly text: string;
}

/** Text for people; a string in it has no meaning of its own. */
export type Styled = string | readonly (string | Span)[];

export function span(meaning: Meaning, text: string): Span {
  return { meaning, text };
}

/** Joins lines. */
export function joinLines(lines: readonly Styled[]): Styled {
  return lines.flatMap((line, i) => [...(i === 0 ? [] : ["\n"]), ...parts(line)]);
}

/** Returns `text` for a stream with or without color. */
export function painted(text: Styled, hasColor: boolean, isUnicode: boolean): Printable {
  const shown = parts(text).map((part) => {
    if (typeof part === "string") return inLocale(printable(part), isUnicode);
    const own = inLocale(printable(part.text), isUnicode);
    // A pager ends color at the end of a line.
    return hasColor ? own.replace(/[^\n]+/g, `\x1b[${COLORS[part.meaning]}m$&\x1b[m`) : own;
  });
  return shown.join("") as Printable;
}

/** Returns `text` with ASCII for the typographic characters that this program writes. */
export function inLocale(text: string, isUnicode: Screen["isUnicode"]): string {
  return isUnicode ? text : text.replace(/[…–—→·]/g, (c) => ASCII[c]!);
}

const ASCII: Readonly<Record<string, string>> = {
  "…": "...",
  "–": "-",
  "—": "-",
  "→": "->",
  "·": "-",
};

function parts(text: Styled): readonly (string | Span)[] {
  return typeof text === "string" ? [text] : text;
}
