/**
 * Splits an unfinished bash line into words, and shortens completions to what bash inserts. Pure.
 *
 * Bash splits the line at the characters in COMP_WORDBREAKS, which include colon and equals sign,
 * and replaces only what follows the last of them. So the whole line is passed in, and completions
 * are shortened.
 *
 * @module
 */

export interface BashLine {
  /** The words after the name of the program; the last is unfinished. */
  readonly words: readonly string[];
  /** The quotation mark that is open in the last word; "" for none. */
  readonly quote: "" | "'" | '"';
}

/** Splits the line up to the cursor; the name of the program is left out. */
export function parseBashLine(line: string): BashLine {
  const words: string[] = [];
  let word: string | null = null;
  let quote: BashLine["quote"] = "";
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!;
    if (quote !== "") {
      if (char === quote) quote = "";
      else if (char === "\\" && quote === '"' && i + 1 < line.length) word += line[++i]!;
      else word += char;
    } else if (char === " " || char === "\t") {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word ??= "";
      if (char === "'" || char === '"') quote = char;
      else if (char === "\\") word += line[++i] ?? "";
      else word += char;
    }
  }
  return { words: [...words, word ?? ""].slice(1), quote };
}

/**
 * Returns what bash has to insert for `value`: it replaces what follows the last break in the word.
 */
export function bashReply(value: string, { words, quote }: BashLine): string {
  if (quote !== "") return value;
  const current = words.at(-1) ?? "";
  const start = Math.max(current.lastIndexOf(":"), current.lastIndexOf("=")) + 1;
  return value.slice(start).replace(/[^\w@%+=:,./-]/g, "\\$&");
}
