import { assertEquals, assertStringIncludes } from "@std/assert";
import { LISTED_MAX, listingPage } from "../../../mod/site/static/folder_listing.ts";

Deno.test("listingPage() escapes names, and its links stay inside the directory", () => {
  const page = listingPage("/a <b>/", [
    { name: 'z"<script>', isFolder: false },
    { name: "javascript:alert(1)", isFolder: false },
    { name: "sub", isFolder: true },
  ], false);
  assertStringIncludes(page, "<h1>/a &lt;b&gt;/</h1>");
  assertStringIncludes(page, '<a href="./sub/">sub/</a>');
  assertStringIncludes(page, '<a href="./javascript%3Aalert(1)">');
  assertStringIncludes(page, '<a href="./z%22%3Cscript%3E">z&quot;&lt;script&gt;</a>');
  assertStringIncludes(page, '<a href="../">');
  assertEquals(page.indexOf("sub/") < page.indexOf("javascript"), true); // directories first
});

Deno.test("listingPage() has no parent link at the root, and says if it is incomplete", () => {
  assertEquals(listingPage("/", [], false).includes("../"), false);
  assertStringIncludes(listingPage("/", [], true), `Only ${LISTED_MAX} names are shown.`);
});
