// Goal: the field is read by its grammar, and nothing that violates it is believed. Method: a table.
import { assertEquals } from "@std/assert";
import { readForwarded } from "../../../mod/http/origin/forwarded.ts";

const CASES: readonly (readonly [text: string, want: string | null])[] = [
  ["for=192.0.2.9", "192.0.2.9/-/-"],
  ["For=192.0.2.9;HOST=a.test;pRoto=https", "192.0.2.9/a.test/https"],
  ['for="[2001:db8::9]:4711"', "[2001:db8::9]:4711/-/-"],
  ['for="a\\"b\\\\c"', 'a"b\\c/-/-'],
  ["for=1.1.1.1, for=2.2.2.2;proto=http", "1.1.1.1/-/- 2.2.2.2/-/http"],
  ["for=unknown , for=_hidden", "unknown/-/- _hidden/-/-"],
  ["by=_me;for=1.1.1.1; host=b", "1.1.1.1/b/-"],
  ["proto=https", "-/-/https"],
  ["", ""],
  [" , ,", ""],
  ["for=1.1.1.1,", "1.1.1.1/-/-"],
  ["for=[2001:db8::9]", null], // IPv6 has to be quoted
  ["for=1.1.1.1:80", null], // so has a port
  ['for="', null],
  ['for=", for=1.1.1.1', null],
  ['for="1.1.1.1"x', null],
  ["for", null],
  ["for=", null],
  ["for =1.1.1.1", null],
  ["for=1.1.1.1;for=2.2.2.2", null],
  ["for=1.1.1.1 for=2.2.2.2", null],
  ["\u0000", null],
];

for (const [text, want] of CASES) {
  Deno.test(`readForwarded() reads ${JSON.stringify(text)}`, () => {
    const elements = readForwarded(text)?.map((one) => {
      return `${one.for ?? "-"}/${one.host ?? "-"}/${one.proto ?? "-"}`;
    });
    assertEquals(elements?.join(" ") ?? null, want);
  });
}

Deno.test("readForwarded() takes time in proportion to the field", () => {
  for (const part of [" ", "\t;", "a=", 'a="\\', "a=b;", "for=1.1.1.1,"]) {
    readForwarded(part.repeat(200_000)); // hours if it were quadratic
  }
});
