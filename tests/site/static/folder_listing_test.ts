import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LISTED_MAX, ListedNames, listingPage } from "../../../mod/site/static/folder_listing.ts";
import { bodyText } from "../../support/request.ts";

Deno.test("listingPage() escapes names, and its links stay inside the directory", async () => {
  const page = await pageOf("/a <b>/", ['z"<script>', "javascript:alert(1)", "sub/"]);
  assertStringIncludes(page, "<h1>/a &lt;b&gt;/</h1>");
  assertStringIncludes(page, '<a href="./sub/">sub/</a>');
  assertStringIncludes(page, '<a href="./javascript%3Aalert(1)">');
  assertStringIncludes(page, '<a href="./z%22%3Cscript%3E">z&quot;&lt;script&gt;</a>');
  assertStringIncludes(page, '<a href="../">');
  assertEquals(page.indexOf("sub/") < page.indexOf("javascript"), true); // directories first
});

Deno.test("listingPage() has no parent link at the root, and says if it is incomplete", async () => {
  assertEquals((await pageOf("/", [])).includes("../"), false);
  const names = Array.from({ length: LISTED_MAX + 1 }, (_, i) => `n${i}`);
  const page = await pageOf("/", names);
  assertStringIncludes(page, `Only ${LISTED_MAX} names are shown.`);
  assertEquals([...page.matchAll(/<li>/g)].length, LISTED_MAX);
});

Deno.test("ListedNames yields many names in order, whatever the order in which they came", () => {
  const names = Array.from({ length: 5000 }, (_, i) => `${(i * 2654435761) % 5003}`);
  const want = [...names].sort().map((name) => ({ name, isFolder: false }));
  assertEquals([...listed(names)], want);
  assertEquals([...listed([])], []);
});

Deno.test("listingPage() is made in pieces, each in a turn of the event loop of its own", async () => {
  const names = Array.from({ length: LISTED_MAX }, (_, i) => `some-file-${i}.html`);
  let turns = 0;
  let isDone = false;
  const next = (): void => {
    turns++;
    if (!isDone) setTimeout(next, 0);
  };
  setTimeout(next, 0);
  const pages = [listingPage("/", listed(names)), listingPage("/", listed(names))];
  const pieces = await Promise.all(pages.map(async (page) => {
    let count = 0;
    for (let piece = await page.pull(); piece !== null; piece = await page.pull()) {
      assert(piece.length < 64 * 1024, `a piece of ${piece.length} bytes`);
      count++;
    }
    page.close();
    return count;
  }));
  isDone = true;
  await new Promise((resolve) => setTimeout(resolve, 5)); // for the last timer
  assert(turns >= pieces[0]! + pieces[1]!, `${turns} turns for ${pieces} pieces`);
});

function pageOf(path: string, names: readonly string[]): Promise<string> {
  return bodyText({ status: 200, headers: [], body: listingPage(path, listed(names)) });
}

/** A name that ends in "/" is a directory. */
function listed(names: readonly string[]): ListedNames {
  const all = new ListedNames();
  for (const name of names) all.add({ name: name.replace("/", ""), isFolder: name.endsWith("/") });
  return all;
}
