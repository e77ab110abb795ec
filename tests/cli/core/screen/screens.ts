/**
 * Terminals for tests of text for people.
 *
 * @module
 */
import { painted, type Styled } from "../../../../mod/cli/core/screen/colors.ts";
import type { Screen } from "../../../../mod/cli/core/screen/screen.ts";

/** Returns a terminal with `columns`, in black and white and with Unicode; null for a pipe. */
export function screenWith(columns: number | null, more: Partial<Screen> = {}): Screen {
  return {
    columns,
    noteColumns: columns,
    hasColor: false,
    hasNoteColor: false,
    isUnicode: true,
    ...more,
  };
}

/** Returns what `screen` shows of a text. */
export function shownOn(screen: Screen, text: Styled): string {
  return painted(text, screen.hasColor, screen.isUnicode);
}
