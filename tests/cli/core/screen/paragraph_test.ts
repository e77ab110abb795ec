// Goal: a sentence fits the terminal, and its first words keep their meaning. Method: exact lines.
import { assert, assertEquals } from "@std/assert";
import { joinLines, span } from "../../../../mod/cli/core/screen/colors.ts";
import { widthOf } from "../../../../mod/cli/core/screen/fit.ts";
import { paragraph } from "../../../../mod/cli/core/screen/paragraph.ts";
import { screenWith, shownOn } from "./screens.ts";

Deno.test("paragraph() wraps behind its indents, and colors what it begins with", () => {
  const screen = screenWith(30, { hasColor: true });
  const start = span("bad", "Site does not start:");
  const lines = paragraph(" it is bound to 10.9.9.9:80\n  and more than that, alas", screen, {
    start,
    indent: "  ",
    hanging: "  ",
  });
  assertEquals(
    shownOn(screen, joinLines(lines)),
    "  \x1b[31mSite does not start:\x1b[m it is\n    bound to 10.9.9.9:80\n" +
      "    and more than that, alas",
  );
});

Deno.test("paragraph() leaves a text as it is in a pipe, but for what a terminal obeys", () => {
  const screen = screenWith(null);
  const text = `${"word ".repeat(60)}\x1b[31m`;
  assertEquals(shownOn(screen, joinLines(paragraph(text, screen))), text.replace("\x1b", "?"));
});

Deno.test("paragraph() fits every width", () => {
  const text = "the port is held by nginx (pid 812 and 8 workers) on [2001:db8::1%eth0]:80 日本語";
  for (let columns = 20; columns < 120; columns++) {
    const screen = screenWith(columns);
    const options = { start: span("note", "why: "), indent: " ", hanging: "    " };
    const shown = shownOn(screen, joinLines(paragraph(text, screen, options)));
    for (const line of shown.split("\n")) assert(widthOf(line) <= columns, `${columns}: ${line}`);
    assertEquals(shown.replace(/\s+/g, ""), `why:${text}`.replace(/\s+/g, ""));
  }
});
