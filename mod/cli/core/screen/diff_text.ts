/**
 * Changes as text for people: what is removed and what is added apart. Pure.
 *
 * @module
 */
import { joinLines, span, type Styled } from "./colors.ts";

/** Returns lines of `changeLines()`, each of which begins with its sign. */
export function diffText(lines: readonly string[]): Styled {
  return joinLines(lines.map((line) => [span(line.startsWith("+") ? "good" : "bad", line)]));
}
