/**
 * A sentence on a terminal. Pure.
 *
 * @module
 */
import { printable } from "../../../base/printable.ts";
import { inLocale, type Span, type Styled } from "./colors.ts";
import { wrapped } from "./fit.ts";
import type { Screen } from "./screen.ts";

interface ParagraphOptions {
  /** What the text begins with, in its meaning. */
  readonly start?: Span;
  /** Before every line. */
  readonly indent?: string;
  /** Before the lines after a break that is not in the text. */
  readonly hanging?: string;
}

/** Returns the lines of `text`, wrapped to the terminal; as they are where there is none. */
export function paragraph(
  text: string,
  screen: Pick<Screen, "columns" | "isUnicode">,
  { start, indent = "", hanging = "" }: ParagraphOptions = {},
): Styled[] {
  const whole = inLocale(printable(`${start?.text ?? ""}${text}`), screen.isUnicode);
  const lines = whole.split("\n").flatMap((line) => {
    if (screen.columns === null) return [line];
    const own = /^ */.exec(line)![0];
    const room = Math.max(1, screen.columns - indent.length - own.length - hanging.length);
    return wrapped(line.slice(own.length), room, room + hanging.length).map((piece, i) => {
      return (i === 0 ? own : hanging + own) + piece;
    });
  });
  const [first = "", ...others] = lines;
  const head: Styled = start !== undefined && first.startsWith(start.text)
    ? [indent, start, first.slice(start.text.length)]
    : [indent, first];
  return [head, ...others.map((line) => [indent, line])];
}
