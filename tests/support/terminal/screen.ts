/**
 * What a terminal shows of the output that it gets.
 *
 * @module
 */
import xterm from "@xterm/headless";

/** No line of the tests is as long, and none has so many lines. */
const SIZE = { cols: 2_000, rows: 500 } as const;

/** Returns the lines of a wide terminal, up to the last that is not empty. */
export async function screenOf(text: string): Promise<string[]> {
  const terminal = new xterm.Terminal({ ...SIZE, convertEol: true, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(text, done));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: SIZE.rows }, (_, y) => {
    return (active.getLine(y)?.translateToString(true) ?? "").trimEnd();
  });
  terminal.dispose();
  while (lines.at(-1) === "") lines.pop();
  return lines;
}
