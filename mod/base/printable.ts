/**
 * Text that a terminal shows and does not obey. Everything that leaves for a terminal or a log
 * passes through here: what writes it takes {@linkcode Printable}, which only this file makes.
 *
 * @module
 */

declare const PRINTABLE: unique symbol;

/** Text without characters that control a terminal. */
export type Printable = string & { readonly [PRINTABLE]: true };

/**
 * Returns `text` with "?" in place of control characters, except tab and line feed, and of characters
 * that change the direction of text.
 */
export function printable(text: string): Printable {
  const shown = isPlain(text) ? text : text.replace(new RegExp(UNPRINTABLE, "gu"), "?");
  return shown as Printable;
}

/** Returns `value` as {@linkcode printable} does, and on one line: tabs and line feeds go too. */
export function oneLine(value: string): Printable {
  return printable(value).replace(/[\t\n]/g, "?") as Printable;
}

/**
 * Returns `value` as JSON, with such characters escaped: every reader of JSON decodes them, so that
 * nothing is lost.
 */
export function printableJson(value: unknown, indent = 0): Printable {
  return escapeUnprintable(JSON.stringify(value, null, indent)) as Printable;
}

/** Returns `text` with such characters as `\u009b`; a tab and a line feed stay. */
export function escapeUnprintable(text: string): Printable {
  if (isPlain(text)) return text as Printable;
  return text.replace(new RegExp(UNPRINTABLE, "gu"), (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  }) as Printable;
}

/**
 * Text that another user chose, such as the name of a process. In a sentence it is on one line and
 * printable, in JSON it is as it was; whoever needs the characters asks for `raw`.
 */
export class ForeignText {
  readonly raw: string;

  constructor(raw: string) {
    this.raw = raw;
  }

  toString(): string {
    return oneLine(this.raw);
  }

  toJSON(): string {
    return this.raw;
  }
}

const UNPRINTABLE = /[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/**
 * Reports whether no character has to be replaced. Almost all text is ASCII, which a pattern without
 * classes of Unicode tells in a tenth of the time.
 */
function isPlain(text: string): boolean {
  return !/[^ -~\t\n]/.test(text) || !UNPRINTABLE.test(text);
}
