import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { FolderEntry } from "../../../mod/site/static/folder_contents.ts";
import { type FolderListing, LISTED_MAX } from "../../../mod/site/static/folder_listing.ts";
import { listingResponse } from "../../../mod/site/static/listing_page.ts";
import { ListingQuery } from "../../../mod/site/static/listing_query.ts";
import { naturalKey } from "../../../mod/site/static/natural_order.ts";
import { TurnCounter } from "../../support/pages/turns.ts";
import { bodyText, type FakeRequest, fakeRequest, field } from "../../support/request.ts";

const JSON_WANTED: FakeRequest["headers"] = [["Accept", "application/json"]];

Deno.test("the page of a listing shows names, sizes and times, for people and exactly", async () => {
  const page = await pageOf("/a <b>/", [["sub/"], ["a.txt", 1_234_567, 1e12], ["b", 0, null]]);
  assertStringIncludes(page, "<bdi>a &lt;b&gt;</bdi>");
  assertStringIncludes(page, '<tr class="u"><td><a href="../">Folder above</a>');
  assertStringIncludes(page, '<tr class="d"><td><a href="./sub/">sub/</a>');
  assertStringIncludes(page, '<data value="1234567" title="1,234,567 bytes">1.2 MB</data>');
  assertStringIncludes(page, '<time datetime="2001-09-09T01:46:40Z">2001-09-09 01:46</time>');
  assertStringIncludes(page, "<p>1 folder, 2 files, 1.2 MB</p>");
});

Deno.test("sizes have three digits at most", async () => {
  const cases: [bytes: number, want: string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [9949, "9.9 kB"],
    [9950, "10 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [1.5e9, "1.5 GB"],
    [2e15, "2.0 PB"],
  ];
  for (const [bytes, want] of cases) {
    assertStringIncludes(await pageOf("/", [["x", bytes]]), `bytes">${want}</data>`);
  }
});

Deno.test("a hostile name is text, and its link stays inside the directory", async () => {
  const cases: [name: string, href: string, shown: string][] = [
    ['z"<script>', "./z%22%3Cscript%3E", "z&quot;&lt;script&gt;"],
    ["javascript:alert(1)", "./javascript%3Aalert(1)", "javascript:alert(1)"],
    [":80", "./%3A80", ":80"],
    ["a?b#c%2e", "./a%3Fb%23c%252e", "a?b#c%2e"],
    ["invoice\u202excod.exe", "./invoice%E2%80%AExcod.exe", "invoice?xcod.exe"],
    ["\u2067\u05d0", "./%E2%81%A7%D7%90", "?\u05d0"],
    ["x".repeat(255), `./${"x".repeat(255)}`, "x".repeat(255)],
  ];
  for (const [name, href, shown] of cases) {
    assertStringIncludes(await pageOf("/", [[name]]), `<a href="${href}">${shown}</a>`);
  }
});

Deno.test("the path leads to each folder above; a long one is shortened", async () => {
  const page = await pageOf("/a b/c/d/", []);
  assertStringIncludes(
    page,
    '<h1><a href="/">/</a> <a href="/a%20b/"><bdi>a b</bdi></a><i>/</i>' +
      '<a href="/a%20b/c/"><bdi>c</bdi></a><i>/</i><bdi>d</bdi><i>/</i></h1>',
  );
  const root = await pageOf("/", []);
  assertStringIncludes(root, "<h1>/</h1>");
  assertEquals(root.includes("../"), false);
  assertStringIncludes(root, "This folder is empty.");
  const deep = await pageOf(`/${"long-name/".repeat(1000)}`, []);
  assertStringIncludes(deep, "…<i>/</i>");
  assert(deep.length < 150_000, `${deep.length}`);
});

Deno.test("the heads sort, the form filters, and both keep the rest of the query", async () => {
  const page = await pageOf("/", [["a"]], "sort=size&order=desc&filter=%22a%22&lang=de");
  const links = [...page.matchAll(/<th[^>]*><a href="([^"]*)">/g)].map((match) => match[1]);
  assertEquals(links, [
    "?sort=name&amp;order=asc&amp;filter=%22a%22&amp;lang=de",
    "?sort=size&amp;order=asc&amp;filter=%22a%22&amp;lang=de",
    "?sort=time&amp;order=desc&amp;filter=%22a%22&amp;lang=de",
  ]);
  assertStringIncludes(page, '<th scope="col" aria-sort="descending"><a href="?sort=size');
  assertStringIncludes(page, 'name="filter" value="&quot;a&quot;"');
  assertStringIncludes(page, '<input type="hidden" name="lang" value="de">');
  assertStringIncludes(page, '<a href="?sort=size&amp;order=desc&amp;lang=de">Clear</a>');
  assertStringIncludes(page, "<p>1 of 1 name: 1 file, 0 B</p>");
});

Deno.test("whatever the filter contains, the page is whole", async () => {
  for (const filter of ["%00", "<names>", '"><script>', "%E2%80%AE"]) {
    const page = await pageOf("/", [["a"]], `filter=${filter}&${filter}=1`);
    assertStringIncludes(page, '<a href="./a">a</a>');
    assertEquals(/<script>|<names>/.exec(page), null);
    assert(page.endsWith("</main>\n</body>\n</html>\n"), page);
  }
});

Deno.test("a listing that is not whole says what is left out", async () => {
  const entries = Array.from({ length: LISTED_MAX }, (_, i): [string] => [`n${i}`]);
  const cut = { files: LISTED_MAX + 1, bytes: null, total: LISTED_MAX + 1, isComplete: false };
  const page = await pageOf("/", entries, "sort=time", cut);
  assertStringIncludes(page, "Only the first 10,000 names are shown. A filter finds the others.");
  assertStringIncludes(page, "So many names are sorted by name only.");
  assertStringIncludes(page, "more than 100,000 names. The rest is left out.");
  assertStringIncludes(page, "<p>10,001 files</p>");
  const shown = JSON.parse(await textOf("/", entries, "sort=time", cut, JSON_WANTED));
  assertEquals([shown.complete, shown.total, shown.bytes], [false, LISTED_MAX + 1, null]);
});

Deno.test("a listing as JSON has the same, exactly", async () => {
  const rows: Row[] = [["sub/"], ['"\u202e', 7, 1e12]];
  const text = await textOf("/x/", rows, "sort=size&order=desc&filter=x", {}, JSON_WANTED);
  assertEquals(JSON.parse(text), {
    version: 1,
    path: "/x/",
    filter: "x",
    sort: "size",
    order: "desc",
    total: 2,
    folders: 1,
    files: 1,
    bytes: 7,
    complete: true,
    entries: [
      { name: "sub", kind: "folder", bytes: null, modified: null },
      { name: '"\u202e', kind: "file", bytes: 7, modified: "2001-09-09T01:46:40Z" },
    ],
  });
  assertEquals(JSON.parse(await textOf("/", [], null, {}, JSON_WANTED)).entries, []);
});

Deno.test("listingResponse() is revalidated, and can have a head alone", () => {
  const query = new ListingQuery(null);
  for (const headers of [[], JSON_WANTED!]) {
    const response = listingResponse(fakeRequest({ headers }), query, null);
    assertEquals(field(response, "cache-control"), "no-cache");
    assertEquals(field(response, "vary"), "Accept");
  }
});

Deno.test("a page is made in pieces, each in a turn of the event loop of its own", async () => {
  const rows = Array.from({ length: LISTED_MAX }, (_, i): Row => [`some-file-${i}.html`, i, 1e12]);
  const counter = new TurnCounter();
  const pages = [responseOf("/", rows), responseOf("/", rows)].map(({ body }) => body);
  const pieces = await Promise.all(pages.map(async (page) => {
    assert(page !== null && !(page instanceof Uint8Array));
    let count = 0;
    for (let piece = await page.pull(); piece !== null; piece = await page.pull()) {
      assert(piece.length < 64 * 1024, `a piece of ${piece.length} bytes`);
      count++;
    }
    page.close();
    return count;
  }));
  await counter.stop();
  assert(counter.turns >= pieces[0]! + pieces[1]!, `${counter.turns} turns for ${pieces} pieces`);
});

/** A name that ends in "/" is a directory; size and time follow. */
type Row = readonly [name: string, size?: number, modifiedMs?: number | null];

function pageOf(
  path: string,
  rows: readonly Row[],
  query: string | null = null,
  more: Partial<FolderListing> = {},
): Promise<string> {
  return textOf(path, rows, query, more);
}

function textOf(...input: Parameters<typeof responseOf>): Promise<string> {
  return bodyText(responseOf(...input));
}

function responseOf(
  path: string,
  rows: readonly Row[],
  query: string | null = null,
  more: Partial<FolderListing> = {},
  headers: FakeRequest["headers"] = [],
): ReturnType<typeof listingResponse> {
  const entries = rows.map(([text, size = 0, modifiedMs = null]): FolderEntry => {
    const isFolder = text.endsWith("/");
    const name = text.replace(/\/$/, "");
    const facts = isFolder
      ? { kind: "folder", size: null, modifiedMs } as const
      : { kind: "file", size, modifiedMs } as const;
    return { name, key: naturalKey(name), isFolder, facts };
  });
  const folders = entries.filter(({ isFolder }) => isFolder).length;
  const asked = new ListingQuery(query);
  const listing: FolderListing = {
    entries,
    folders,
    files: entries.length - folders,
    bytes: entries.reduce((sum, { facts }) => sum + (facts?.size ?? 0), 0),
    total: entries.length,
    isComplete: true,
    sort: asked.sort,
    ...more,
  };
  return listingResponse(fakeRequest({ path, query, headers }), asked, listing);
}
