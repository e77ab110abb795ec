/**
 * What a terminal shows of the output that it gets.
 *
 * @module
 */

/** An escape sequence with its number and letter, or a character. */
const TOKEN = new RegExp(`(\u001b\\[(\\d*)([A-Z]))|[^]`, "g");

/**
 * Returns the lines of a terminal without a width, up to the last that is not empty. It knows line
 * feeds, carriage returns, and the escape sequences of progress lines, ours and that of `deno run`.
 */
export function screenOf(text: string): string[] {
  const lines: string[][] = [[]];
  let [row, column] = [0, 0];
  for (const [token, , count = "", letter] of text.matchAll(TOKEN)) {
    if (letter === "K" || letter === "J") {
      const kept = count === "2" ? 0 : column;
      lines[row]!.length = Math.min(lines[row]!.length, kept);
      if (letter === "J") lines.length = row + 1;
    } else if (letter === "A") row--;
    else if (letter === "G") column = Math.max(0, Number(count) - 1);
    else if (token === "\r") column = 0;
    else if (token === "\n") {
      [row, column] = [row + 1, 0];
      lines[row] ??= [];
    } else lines[row]![column++] = token;
  }
  const shown = lines.map((line) => Array.from(line, (c) => c ?? " ").join("").trimEnd());
  while (shown.at(-1) === "") shown.pop();
  return shown;
}
