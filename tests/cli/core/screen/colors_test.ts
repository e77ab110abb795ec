// Goal: color comes from meanings, never from text. Method: hostile text in every part.
import { assertEquals } from "@std/assert";
import { joinLines, painted, span, type Styled } from "../../../../mod/cli/core/screen/colors.ts";

Deno.test("painted() colors a part on each of its lines, and nothing without color", () => {
  const text: Styled = [span("error", "error:"), " one\ntwo ", span("good", "a\nb")];
  assertEquals(
    painted(text, true, true),
    "\x1b[1;31merror:\x1b[m one\ntwo \x1b[32ma\x1b[m\n\x1b[32mb\x1b[m",
  );
  assertEquals(painted(text, false, true), "error: one\ntwo a\nb");
  assertEquals(painted(joinLines([text, "", "end"]), false, true), "error: one\ntwo a\nb\n\nend");
});

Deno.test("painted() lets no escape sequence of a text out", () => {
  for (const sign of ["\x1b[31m", "\x9b31m", "\x1b]0;x\x07", "\r", "\b", "\u202e", "\x7f"]) {
    for (const part of [sign, span("good", sign)]) {
      const shown = painted([part], true, true);
      const rest = shown.replace("\x1b[32m", "").replace("\x1b[m", "");
      assertEquals(/[^\P{Cc}\n\t]|\u202e/u.test(rest), false, JSON.stringify(shown));
    }
  }
});

Deno.test("painted() writes our own signs in ASCII, and keeps the text of others", () => {
  assertEquals(painted(["a…b → c – d ", span("hint", "·ü")], false, false), "a...b -> c - d -ü");
  assertEquals(painted("a…b", false, true), "a…b");
});
