// Goal: what pasting brings is named, and gone in the cured text. Method: a table, and every format
// character.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { explainPasted } from "../../../mod/base/hints/pasted.ts";

Deno.test("explainPasted() names the character, and removes or replaces it", () => {
  const cases: [text: string, named: string, cured: string][] = [
    ["\u200eab", "U+200E (left-to-right mark)", "ab"],
    ["\u202aab\u202c", "U+202A (left-to-right embedding), and more", "ab"],
    ["a\u00a0b", "U+00A0 (no-break space)", "a b"],
    ["a\tb", "an invisible character, U+0009", "a b"],
    ["a\u0007", "U+0007", "a"],
    ["‘ab’", "‘ (U+2018)", "ab"],
    ["«ab»", "« (U+00AB)", "ab"],
    ['"ab"', 'no shell, "', "ab"],
    ["a—b", "— (U+2014)", "a-b"],
    ["a−b", "− (U+2212)", "a-b"],
    ["ａｂ", "ａ (U+FF41)", "ab"],
    [" ab", "a space", "ab"],
  ];
  for (const [text, named, cured] of cases) {
    const found = explainPasted(text);
    assert(found !== null, text);
    assertStringIncludes(found.reason, named);
    assertEquals(found.cured, cured);
    assertEquals(explainPasted(found.cured), null);
  }
});

Deno.test("explainPasted() finds nothing in plain text", () => {
  for (const text of ["", "a b", "http://+:80/a-b/", "{4dc3e181}", "bücher.example", "日本"]) {
    assertEquals(explainPasted(text), null, text);
  }
});

Deno.test("explainPasted() finds every format character and every space that is none", () => {
  for (let code = 0; code < 0x3100; code++) {
    const text = String.fromCodePoint(code);
    if (text === " " || !/[\p{Cf}\p{Zs}\p{Zl}\p{Zp}]/u.test(text)) continue;
    const found = explainPasted(`a${text}b`);
    const number = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
    assertStringIncludes(found?.reason ?? "", number);
  }
});
