// Goal: no text that is shown can control a terminal or forge a line. Method: a table.
import { assertEquals } from "@std/assert";
import { ForeignText, oneLine, printable, printableJson } from "../../mod/base/printable.ts";

Deno.test("printable() and oneLine() replace only characters that a terminal obeys", () => {
  const cases: [text: string, shown: string, line: string][] = [
    ["plain, grüße 地址 😀", "plain, grüße 地址 😀", "plain, grüße 地址 😀"],
    ["a\tb\nc", "a\tb\nc", "a?b?c"],
    ["\u001b[31mred\r\u0007", "?[31mred??", "?[31mred??"],
    ["\u009b2J\u0085", "?2J?", "?2J?"],
    ["\u202e10.0.0.1\u2066", "?10.0.0.1?", "?10.0.0.1?"],
    ["\u2028\u2029\u200f\u061c", "????", "????"],
  ];
  for (const [text, shown, line] of cases) {
    assertEquals([printable(text), oneLine(text)], [shown, line]);
  }
});

Deno.test("ForeignText is one printable line in a sentence, and itself in JSON", () => {
  const name = "a\n\u001b[31m\u009bb";
  const text = new ForeignText(name);
  assertEquals(`${text} (pid 1)`, "a??[31m?b (pid 1)");
  const json = printableJson({ text });
  assertEquals(json, '{"text":"a\\n\\u001b[31m\\u009bb"}');
  assertEquals(JSON.parse(json), { text: name });
});
