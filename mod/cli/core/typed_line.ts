/**
 * A line as it is typed.
 *
 * @module
 */
import { shellWord } from "../../base/fault.ts";

/** Returns `httpcfg` with `words`, quoted where a shell would interpret them. */
export function typedLine(words: readonly string[]): string {
  return `httpcfg ${words.map(shellWord).join(" ")}`;
}
