// Goal: text in a given width. Method: tables of cases, and random text in every width.
import { assert, assertEquals } from "@std/assert";
import { shortened, widthOf, wrapped, wrappedValues } from "../../../../mod/cli/core/screen/fit.ts";

Deno.test("widthOf() is what a terminal shows, in any script", () => {
  const cases: [columns: number, texts: string[]][] = [
    [0, ["", "\u200b", "\u2060", "\ufeff", "\u00ad"]],
    [1, ["a", "é", "e\u0301", "½", "—", "✓", "①", "…", "→", "☃", "\ufdfd", "ก็"]],
    [2, ["ab", "日", "한", "Ａ", "ｶﾞ", "👍🏽", "👩‍👩‍👧", "👩🏽‍🚀", "🇩🇪", "☃️", "1️⃣", "🫠", "क्षि", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"]],
    [6, ["abcdef", "日本語", "a日b語", "x\u200b日本\u200by"]],
  ];
  for (const [columns, texts] of cases) {
    for (const text of texts) assertEquals(widthOf(text), columns, JSON.stringify(text));
  }
});

Deno.test("shortened() leaves out the middle, and nothing of what fits", () => {
  const cases: [text: string, columns: number, expected: string][] = [
    ["www.example.com", 15, "www.example.com"],
    ["www.example.com", 11, "www.e…e.com"],
    ["63b5d9dcfdbd2bcb501aefe48f8dda92b560dba6", 9, "63b5…dba6"],
    ["[2001:db8:85a3::8a2e:370:7334%eth0]:443", 20, "[2001:db8:…eth0]:443"],
    ["日本語日本語", 7, "日…語"],
    ["👍🏽👍🏽👍🏽👍🏽", 5, "👍🏽…👍🏽"],
    ["abcdef", 2, "ab"],
    ["abcdef", 1, "a"],
  ];
  for (const [text, columns, expected] of cases) {
    assertEquals(shortened(text, columns, "…"), expected);
    assert(widthOf(expected) <= columns);
  }
  assertEquals(shortened("www.example.com", 11, "..."), "www.....com");
});

Deno.test("wrapped() breaks at spaces, and a long word after a sign", () => {
  const cases: [text: string, columns: number, expected: string[]][] = [
    ["", 10, [""]],
    ["one two", 10, ["one two"]],
    ["one two three", 7, ["one two", "three"]],
    ["a /srv/www/public/index.html b", 12, ["a /srv/www/", "public/", "index.html b"]],
    ["xxxxxxxxxx", 4, ["xxxx", "xxxx", "xx"]],
    ["日本語日本語", 5, ["日本", "語日", "本語"]],
    ["日", 1, ["日"]],
  ];
  for (const [text, columns, expected] of cases) assertEquals(wrapped(text, columns), expected);
});

Deno.test("wrapped() loses no character but the spaces at which it breaks", () => {
  const text = "the port is held by nginx (pid 812, user root) on [fe80::1%eth0]:80, 日本語 é";
  for (let columns = 2; columns < 90; columns++) {
    const lines = wrapped(text, columns);
    assertEquals(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
    for (const line of lines) assert(widthOf(line) <= columns, `${columns}: ${line}`);
    const words = new Set(lines.join(" ").split(" "));
    for (const word of text.split(" ")) {
      assert(widthOf(word) > columns || words.has(word), `${columns}: ${word}`);
    }
  }
});

Deno.test("wrappedValues() keeps each value on a line", () => {
  assertEquals(wrappedValues([":80:a", ":443:b", ":8080:www.example.com"], 11, "…"), [
    ":80:a",
    ":443:b",
    ":8080…e.com",
  ]);
});

Deno.test("a long text costs no more than its lines", () => {
  assertEquals(wrapped("x".repeat(1_000_000), 80).length, 12_500);
  const long = "é".repeat(40_000);
  assertEquals(wrapped(long, 80).length, 500);
  assertEquals(shortened(long, 9, "…"), "éééé…éééé");
});
