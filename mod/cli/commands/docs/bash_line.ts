/**
 * An unfinished line of bash as words, and an answer in the form that bash inserts. Pure.
 *
 * Bash splits the line at the characters of COMP_WORDBREAKS, colon and equals sign among them, and
 * replaces only what follows the last of them. So the line comes whole, and answers are cut.
 *
 * @module
 */

export interface BashLine {
  /** The words of the command after its name; the last is unfinished. */
  readonly words: readonly string[];
  /** The quotation mark that the last word has open; "" for none. */
  readonly quote: "" | "'" | '"';
}

/** Splits what stands before the cursor; the program's own name is left out. */
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

/** `value` as bash is to insert it in place of what follows the last break in the last word. */
export function bashReply(value: string, { words, quote }: BashLine): string {
  if (quote !== "") return value;
  const current = words.at(-1) ?? "";
  const cut = Math.max(current.lastIndexOf(":"), current.lastIndexOf("=")) + 1;
  return value.slice(cut).replace(/[^\w@%+=:,./-]/g, "\\$&");
}
