import { assertEquals, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { errorPage } from "../../../mod/site/pages/error_page.ts";
import { bodyText, field } from "../../support/request.ts";

Deno.test("errorPage() shows the status and its fields, and caches a plain page", async () => {
  const page = errorPage(404);
  assertEquals(page.status, 404);
  assertStringIncludes(await bodyText(page), "<h1>404 Not Found</h1>");
  assertStrictEquals(errorPage(404), page);
  const other = errorPage(405, [["Allow", "GET"]]);
  assertEquals(field(other, "Allow"), "GET");
  assertEquals(field(errorPage(405), "Allow"), null);
});
