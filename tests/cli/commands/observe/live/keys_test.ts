// Goal: the keys of the terminals in use are known, also when a sequence arrives in pieces. Method:
// what xterm, the Linux console, tmux and rxvt send.
import { assertEquals } from "@std/assert";
import { parseKeys } from "../../../../../mod/cli/commands/observe/live/keys.ts";

Deno.test("parseKeys() names keys", () => {
  const cases: [string, string[]][] = [
    ["q", ["q"]],
    ["jk", ["j", "k"]],
    ["é漢😀", ["é", "漢", "😀"]],
    [" /", [" ", "/"]],
    ["\x1b[A\x1b[B\x1b[C\x1b[D", ["up", "down", "right", "left"]],
    ["\x1bOA\x1bOF", ["up", "end"]],
    ["\x1b[5~\x1b[6~", ["pageup", "pagedown"]],
    ["\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~", ["home", "end", "home", "end", "home", "end"]],
    ["\x1b[1;5A\x1b[5;3~", ["up", "pageup"]],
    ["\t\x1b[Z", ["tab", "shift+tab"]],
    ["\r\n", ["enter", "enter"]],
    ["\x7f\x08", ["backspace", "backspace"]],
    ["\x03\x0c\x15", ["ctrl+c", "ctrl+l", "ctrl+u"]],
    ["\x1b", ["escape"]],
    ["\x1bq", ["escape", "q"]],
    ["\x1b[200~x\x1b[?1;2c", ["x"]], // a paste begins; an answer of the terminal
    ["", []],
  ];
  for (const [text, keys] of cases) {
    assertEquals(parseKeys(text), { keys, rest: "" }, JSON.stringify(text));
  }
});

Deno.test("parseKeys() keeps what has begun for what comes next", () => {
  for (const text of ["\x1b[A", "\x1b[5~", "\x1bOF"]) {
    for (let cut = 2; cut < text.length; cut++) {
      const first = parseKeys(`a${text.slice(0, cut)}`);
      assertEquals(first.keys, ["a"]);
      assertEquals(parseKeys(first.rest + text.slice(cut)).keys, parseKeys(text).keys);
    }
  }
});
