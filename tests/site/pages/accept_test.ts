import { assertEquals } from "@std/assert";
import { acceptsHtml, prefersJson } from "../../../mod/site/pages/accept.ts";

Deno.test("prefersJson() requires JSON by name, with no lower weight than HTML", () => {
  const cases: [accept: string | null, want: boolean][] = [
    [null, false],
    ["", false],
    ["*/*", false],
    ["application/json", true],
    ["Application/JSON; charset=utf-8", true],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false],
    ["text/html, application/json;q=0.9", false],
    ["text/html;q=0.8, application/json;q=0.9", true],
    ["application/json;q=0", false],
    ["application/json;q=2", false],
    [`application/json,${" ".repeat(2000)}`, false],
  ];
  for (const [accept, want] of cases) assertEquals(prefersJson(accept), want, `${accept}`);
});

Deno.test("acceptsHtml() requires HTML by name", () => {
  const cases: [accept: string | null, want: boolean][] = [
    [null, false],
    ["*/*", false],
    ["text/*", false],
    ["text/html,application/xhtml+xml,*/*;q=0.8", true],
    ["text/html;q=0", false],
  ];
  for (const [accept, want] of cases) assertEquals(acceptsHtml(accept), want, `${accept}`);
});
