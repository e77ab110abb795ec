import { assertEquals, assertStringIncludes } from "@std/assert";
import { escapeHtml, htmlPage } from "../../../mod/site/pages/html.ts";

Deno.test("escapeHtml() leaves nothing that opens a tag, an attribute or an entity", () => {
  assertEquals(escapeHtml(`<a b="c">&'`), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
});

Deno.test("htmlPage() escapes its title and needs nothing from elsewhere", () => {
  const page = htmlPage("<x>", "<p>main</p>");
  assertStringIncludes(page, "<title>&lt;x&gt;</title>");
  assertStringIncludes(page, "<p>main</p>");
  assertEquals(/(?:src|href|url|import)\s*[=(]/.test(page), false);
});
