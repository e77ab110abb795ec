// Goal: only lines that differ are written, and the terminal shows the new screen. Method: an emulator.
import { assert, assertEquals } from "@std/assert";
import xterm from "@xterm/headless";
import { printable } from "../../../../mod/base/printable.ts";
import { GIVE_BACK, redraw, TAKE } from "../../../../mod/cli/core/screen/full_screen.ts";

Deno.test("redraw() turns one screen into the next", async () => {
  const terminal = new xterm.Terminal({ cols: 20, rows: 4, allowProposedApi: true });
  const write = (text: string): Promise<void> => new Promise((done) => terminal.write(text, done));
  const shown = (): string[] => {
    const { active } = terminal.buffer;
    return Array.from({ length: 4 }, (_, y) => active.getLine(y)?.translateToString(true) ?? "");
  };
  await write("before\r\n");
  await write(TAKE);
  assertEquals(terminal.buffer.active.type, "alternate");
  let last: ReturnType<typeof printable>[] | null = null;
  const screens = [
    ["one", "two", "three", "four"],
    ["one", "2", "three", "a line as wide as it!"],
    ["", "2"],
    ["one", "", "x", ""],
  ];
  for (const lines of screens) {
    const now = lines.map(printable);
    const text = redraw(now, last);
    if (last !== null) assert(!text.includes("three") || !last.includes(printable("three")));
    await write(text);
    const want = [...lines, "", "", ""].slice(0, 4).map((line) => line.slice(0, 20));
    // Without lines that wrap, what is too wide ends with its last character.
    assertEquals(shown().map((line) => line.slice(0, 19)), want.map((line) => line.slice(0, 19)));
    last = now;
  }
  assertEquals(redraw(last!, last), "");
  await write(GIVE_BACK);
  assertEquals([terminal.buffer.active.type, shown()[0]], ["normal", "before"]);
  terminal.dispose();
});
