import { assertEquals } from "@std/assert";
import {
  display,
  escapeMdoc,
  literal,
  mdocArgument,
  paragraphs,
  prose,
} from "../../../../mod/cli/commands/docs/mdoc.ts";

Deno.test("escapeMdoc() leaves nothing that the formatter would interpret", () => {
  const cases: [text: string, want: string][] = [
    ["C:\\x --y", "C:\\ex \\-\\-y"],
    [".Sh", "\\&.Sh"],
    ["'br", "\\&'br"],
    ["a.b", "a.b"],
  ];
  for (const [text, want] of cases) assertEquals(escapeMdoc(text), want);
  assertEquals(mdocArgument('say "Ar"'), '"say \\(dqAr\\(dq"');
  assertEquals(literal("a -b"), '.Ql "a \\-b"');
});

Deno.test("prose() begins a line with each sentence, and wraps long lines", () => {
  assertEquals(prose("One. Two: three. 4 five"), ["One.", "Two: three. 4 five"]);
  const lines = prose(`${"--word ".repeat(40)}.hidden`);
  assertEquals(lines.filter((line) => line.length > 79 || line.startsWith(".")), []);
  assertEquals(lines.join(" "), `${escapeMdoc("--word ".repeat(40))}\\&.hidden`);
});

Deno.test("paragraphs() keeps preformatted lines, and separates paragraphs", () => {
  assertEquals(paragraphs("First\nline.\n\n  a   b\n  .c\n\nLast."), [
    "First line.",
    ...display(["a   b", ".c"]),
    ".Pp",
    "Last.",
  ]);
  assertEquals(display([".c"]), [".Bd -literal -offset indent", "\\&.c", ".Ed"]);
});
