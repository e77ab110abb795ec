/**
 * Text in the columns of a terminal: how wide it is, where it wraps, how a value is shortened, and how
 * wide the columns of a table are. Pure.
 *
 * @module
 */
import fastStringWidth from "fast-string-width";

/** Characters that take no column of their own, and for which the library counts one. */
const INVISIBLE = /[\u00ad\u200b\u200c\u2060-\u2064\ufeff]/g;
const PLAIN = /^[ -~]*$/;

/** Returns the columns that `text` takes on a terminal; a wide character takes two. */
export function widthOf(text: string): number {
  return PLAIN.test(text) ? text.length : fastStringWidth(text.replace(INVISIBLE, ""));
}

export function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}

/** Returns `text` with its middle left out, so that it takes at most `columns`. */
export function shortened(text: string, columns: number, ellipsis: string): string {
  if (widthOf(text) <= columns) return text;
  const kept = columns - ellipsis.length;
  if (kept < 2) return startOf(text, columns);
  const end = Math.floor(kept / 2);
  return startOf(text, kept - end) + ellipsis + endOf(text, end);
}

/**
 * Wraps `text` at its spaces, so that no line takes more than `columns`. A longer word continues on
 * the next line: nothing is lost. The first line may take `first`.
 */
export function wrapped(text: string, columns: number, first = columns): string[] {
  return filled(text.split(" ").flatMap((word) => pieces(word, columns)), columns, first);
}

/** Wraps values with a space between, and shortens those that are longer than a line. */
export function wrappedValues(
  values: readonly string[],
  columns: number,
  ellipsis: string,
): string[] {
  return filled(values.map((value) => shortened(value, columns, ellipsis)), columns);
}

/** How a column gives up width. */
export type ColumnKind =
  /** Says which row it is: gives last. */
  | "key"
  /** One value without spaces: its middle is left out. */
  | "value"
  /** Several of those: one below the other. */
  | "values"
  /** Sentences: wrapped. */
  | "words";

interface ColumnWidth {
  readonly kind: ColumnKind;
  /** Columns that the heading takes. */
  readonly least: number;
  /** Columns of the widest cell, heading included. */
  readonly wanted: number;
}

/** Spaces between the columns of a table. */
export const GAP = "  ";

/** Which columns give, one stage after the other, and the width below which they do not. */
const STAGES: readonly (readonly (readonly [ColumnKind, number])[])[] = [
  [["words", 30], ["values", 44]],
  [["value", 18], ["values", 18]],
  [["words", 16], ["values", 14], ["value", 12]],
  [["words", 10], ["values", 10], ["value", 8], ["key", 12]],
];

/**
 * Returns the widths of the columns of a table that is at most `columns` wide; null if it would not
 * be readable.
 */
export function fittedWidths(wanted: readonly ColumnWidth[], columns: number): number[] | null {
  const available = columns - GAP.length * (wanted.length - 1);
  const widths = wanted.map((one) => Math.min(one.wanted, Math.max(1, available)));
  let surplus = widths.reduce((sum, width) => sum + width, 0) - available;
  for (const stage of STAGES) {
    const bounds = wanted.map(({ kind, least }) => {
      const bound = stage.find(([one]) => one === kind)?.[1];
      return bound === undefined ? Infinity : Math.max(least, bound);
    });
    // The widest gives first, so that none is narrower than one that had to give nothing.
    for (; surplus > 0; surplus--) {
      let widest = -1;
      for (let i = 0; i < widths.length; i++) {
        if (widths[i]! > bounds[i]! && (widest < 0 || widths[i]! > widths[widest]!)) widest = i;
      }
      if (widest < 0) break;
      widths[widest]!--;
    }
  }
  return surplus > 0 ? null : widths;
}

function filled(words: readonly string[], columns: number, first = columns): string[] {
  const lines: string[] = [];
  let line = "";
  let width = 0;
  for (const word of words) {
    const own = widthOf(word);
    if (line !== "" && width + 1 + own > (lines.length === 0 ? first : columns)) {
      lines.push(line);
      line = "";
    }
    width = line === "" ? own : width + 1 + own;
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Splits a word that is too long, after a sign if there is one in its second half. */
function pieces(word: string, columns: number): string[] {
  const found: string[] = [];
  let rest = word;
  for (let start = startOf(rest, columns); start !== rest; start = startOf(rest, columns)) {
    start ||= firstCharacter(rest);
    const sign = /^.*[/.,:;=&?_-]/su.exec(start)?.[0] ?? "";
    const piece = sign.length > start.length / 2 ? sign : start;
    found.push(piece);
    rest = rest.slice(piece.length);
  }
  return rest === "" && found.length > 0 ? found : [...found, rest];
}

/** Returns how much of a text is looked at, so that a megabyte costs no more than a line. */
function lookedAt(columns: number): number {
  return 16 * columns + 64;
}

function startOf(text: string, columns: number): string {
  const ascii = text.slice(0, columns + 1);
  if (PLAIN.test(ascii)) return ascii.slice(0, columns);
  let start = "";
  let width = 0;
  for (const character of charactersOf(text.slice(0, lookedAt(columns)))) {
    width += widthOf(character);
    if (width > columns) break;
    start += character;
  }
  return start;
}

function endOf(text: string, columns: number): string {
  let end = "";
  let width = 0;
  for (const character of charactersOf(text.slice(-lookedAt(columns))).reverse()) {
    width += widthOf(character);
    if (width > columns) break;
    end = character + end;
  }
  return end;
}

function firstCharacter(text: string): string {
  return charactersOf(text.slice(0, lookedAt(1)))[0] ?? "";
}

/** Made when it is needed: that takes half as long as the runtime takes to start. */
let segmenter: Intl.Segmenter | null = null;

/** Returns what a reader sees as the characters of `text`. */
function charactersOf(text: string): string[] {
  if (PLAIN.test(text)) return [...text];
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
