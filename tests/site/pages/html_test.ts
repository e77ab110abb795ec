import { assertEquals, assertStringIncludes } from "@std/assert";
import { htmlPage } from "../../../mod/site/pages/html.ts";

Deno.test("htmlPage() escapes its title and needs no external resources", () => {
  const page = htmlPage("<x>", "<p>main</p>");
  assertStringIncludes(page, "<title>&lt;x&gt;</title>");
  assertStringIncludes(page, "<p>main</p>");
  assertEquals(/(?:src|href|url|import)\s*[=(]/.test(page), false);
});
