// Goal: which names can be a host. Method: a table.
import { assertEquals } from "@std/assert";
import { isHostFor, isHostName, isHostPattern, wildcardsFor } from "../../mod/base/host_name.ts";

Deno.test("isHostName() accepts DNS labels in lower case", () => {
  const cases: [text: string, want: boolean][] = [
    ["a", true],
    ["www.example.com", true],
    ["my_host", true],
    ["xn--bcher-kva.example", true],
    ["", false],
    ["a..b", false],
    ["-a", false],
    ["a-", false],
    ["A", false],
    ["a b", false],
    ["ä", false],
    ["a".repeat(64), false],
    [`${"a".repeat(63)}.`.repeat(4) + "a", false],
  ];
  for (const [text, want] of cases) assertEquals(isHostName(text), want, text);
});

Deno.test("isHostPattern() accepts a wildcard as the whole first label alone", () => {
  const cases: [text: string, want: boolean][] = [
    ["www.example.com", true],
    ["*.example.com", true],
    ["*.com", true],
    ["*", false],
    ["*.", false],
    ["*example.com", false],
    ["w*.example.com", false],
    ["www.*.com", false],
    ["*.*.com", false],
    ["*.0.0.1", false],
    ["*.A", false],
    [`*.${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(60)}`, false],
  ];
  for (const [text, want] of cases) assertEquals(isHostPattern(text), want, text);
});

Deno.test("wildcardsFor() and isHostFor() are for every name below one, not for the name itself", () => {
  assertEquals(wildcardsFor("a.b.example.com"), ["*.b.example.com", "*.example.com", "*.com"]);
  assertEquals(wildcardsFor("localhost"), []);
  assertEquals(wildcardsFor(""), []);
  const cases: [pattern: string, name: string, want: boolean][] = [
    ["*.example.com", "a.example.com", true],
    ["*.example.com", "a.b.example.com", true],
    ["*.example.com", "example.com", false],
    ["*.example.com", "aexample.com", false],
    ["*.example.com", ".example.com", false],
    ["*.example.com", "a.example.org", false],
    ["*.com", "example.com", true],
    ["a.example.com", "a.example.com", true],
    ["a.example.com", "b.example.com", false],
  ];
  for (const [pattern, name, want] of cases) {
    assertEquals(isHostFor(pattern, name), want, `${pattern} ${name}`);
    if (pattern.startsWith("*") && !name.startsWith(".")) {
      assertEquals(wildcardsFor(name).includes(pattern), want, `${pattern} ${name}`);
    }
  }
});
