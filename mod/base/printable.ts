/**
 * Text that a terminal shows and does not obey. Names of other users, sites and programs, and whatever
 * was typed, pass through here.
 *
 * @module
 */

/**
 * Returns `text` with "?" in place of control characters, except tab and line feed, and of characters
 * that change the direction of text.
 */
export function printable(text: string): string {
  return UNPRINTABLE.test(text) ? text.replace(new RegExp(UNPRINTABLE, "gu"), "?") : text;
}

/** Returns `value` as {@linkcode printable} does, and on one line: tabs and line feeds go too. */
export function oneLine(value: string): string {
  return printable(value).replace(/[\t\n]/g, "?");
}

const UNPRINTABLE = /[^\P{Cc}\t\n]|[\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
