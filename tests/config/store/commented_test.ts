// Goal: JSON as people write it is read, and what is wrong is shown where it is.
import { assertEquals, assertThrows } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { isCommented, parseCommented } from "../../../mod/config/store/commented.ts";

const ORIGIN = { file: "new.json", isStored: false };

for (
  const [text, value] of [
    ['{"a": [1, 2,], } // end', { a: [1, 2] }],
    ['/* one\n two */ {"a": "http://x/ /* no comment */"}', { a: "http://x/ /* no comment */" }],
    ['{"__proto__": 1, "a": 1, "a": 2}', JSON.parse('{"__proto__": 1, "a": 2}')],
    ["[]", []],
  ] as const
) {
  Deno.test(`parseCommented() reads ${text}`, () => {
    assertEquals(parseCommented(text, ORIGIN), value);
  });
}

for (
  const [text, reason] of [
    ["", "the text ends too early (line 1 column 1)"],
    ['{"a": 1,\n  // comment\n', "the text ends too early (line 3 column 1)"],
    ['{"a": 1 /* comment', "the text ends too early (line 1 column 19)"],
    ['{\n  "a": 1\n  "b": 2\n}', 'unexpected "\\"b\\"" (line 3 column 3)'],
    ["{\n  // x\n  a: 1\n}", 'unexpected "a" (line 3 column 3)'],
    ['{"a": 01}', 'unexpected "01" (line 1 column 7)'],
    ['["a\nb"]', 'unexpected "\\"a\\nb\\"" (line 1 column 2)'],
    ["[1] 2", 'unexpected "2" (line 1 column 5)'],
    ["[,]", 'unexpected "," (line 1 column 2)'],
    ["[".repeat(1e6), "nested too deeply"],
  ] as const
) {
  Deno.test(`parseCommented() says what is wrong with ${text.slice(0, 40)}`, () => {
    const fault = assertThrows(() => parseCommented(text, ORIGIN), Fault);
    assertEquals(fault.message, `Cannot read "new.json": ${reason}`);
  });
}

Deno.test("isCommented() tells plain JSON from JSON with comments", () => {
  assertEquals(['{"a": "//"}', '{"a": 1,}', "{} // end"].map(isCommented), [false, true, true]);
});
