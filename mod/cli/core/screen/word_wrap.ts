/**
 * Sentences of our own, which are ASCII for the most part: a break between words, by the count of
 * characters. Names and tables of others are fitted by `fit.ts`.
 *
 * @module
 */

/** Returns `line` in pieces of at most `columns` characters where words allow it. */
export function wordWrap(line: string, columns: number): string[] {
  const lines: string[] = [""];
  for (const word of line.split(" ")) {
    const last = lines.at(-1)!;
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= columns) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
