/**
 * JSON as people write it: with comments, and with a comma after the last member. Loaded only for a
 * text that is not plain JSON. Pure.
 *
 * @module
 */
import { Fault, quote } from "../../base/fault.ts";
import { parse } from "@std/jsonc/parse";

/** Where a text is from. */
interface TextOrigin {
  readonly file: string;
  /** Whether it is the stored document. */
  readonly isStored: boolean;
}

/** Returns the value of `text`. Throws a Fault that says at which line and column it is wrong. */
export function parseCommented(text: string, { file, isStored }: TextOrigin): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new Fault(`Cannot read ${quote(file)}: ${reasonOf(text, error)}`, {
      hint: isStored
        ? "fix the file, or move it away to start from the built-in document"
        : "fix the file; httpcfg config export prints a document that is valid",
      cause: error,
    });
  }
}

/** Reports whether the text is JSON only with comments or further commas left out. */
export function isCommented(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

/** Returns why the text cannot be parsed, and where. */
function reasonOf(text: string, error: unknown): string {
  if (error instanceof RangeError) return "nested too deeply";
  const [, token = "", position] =
    /^Cannot parse JSONC: unexpected token "?(.*?)"? in JSONC at position (\d+)$/s
      .exec((error as Error).message) ?? [];
  if (position === undefined) return `the text ends too early (${placeOf(text, text.length)})`;
  return `unexpected ${JSON.stringify(shortened(token))} (${placeOf(text, Number(position))})`;
}

/** A token may be as long as the text. */
function shortened(token: string): string {
  return token.length <= 40 ? token : `${token.slice(0, 40)}…`;
}

/** Returns the position as an editor shows it: `line 3 column 5`. */
function placeOf(text: string, position: number): string {
  const before = text.slice(0, position);
  const line = before.split("\n").length;
  return `line ${line} column ${position - before.lastIndexOf("\n")}`;
}
