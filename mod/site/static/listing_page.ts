/**
 * A listing as a page or as JSON, made while it is sent: thousands of names in one piece would hold
 * up every other request.
 *
 * Names are the choice of whoever may write in the directory. They are escaped, in a link as in a
 * text, every link begins with "./", and characters that change the direction of text are replaced.
 *
 * @module
 */
import { escape } from "@std/html/entities";
import type { BodySource, HttpRequest, HttpResponse } from "../../base/exchange.ts";
import { grouped } from "../../base/grouped.ts";
import { oneLine } from "../../base/printable.ts";
import { prefersJson } from "../pages/accept.ts";
import { htmlPage, JSON_FIELDS, pageStyle, TABLE_STYLE } from "../pages/html.ts";
import { folderUrl } from "./file_path.ts";
import { type FolderEntry, READ_MAX } from "./folder_contents.ts";
import { type FolderListing, LISTED_MAX } from "./folder_listing.ts";
import type { ListingQuery, SortKey } from "./listing_query.ts";
import { turn } from "./listing_turns.ts";

/** Names in one piece of the page. */
const PIECE_NAMES = 250;
/** Folders of the path that are shown: the first and the last ones. A path may have thousands. */
const CRUMBS_MAX = 12;
/** Where the names are in the page; what a client chose is escaped, so it contains no such element. */
const NAMES_MARK = "<names>";
const ANSWER_VERSION = 1;

const STYLE = await pageStyle(`${TABLE_STYLE}
:root{--folder:#4389d3}
h1{margin:0;font-size:1.35rem}
h1 a{text-decoration:none}
h1 a:hover{text-decoration:underline}
h1 i{margin:0 .25em;color:var(--dim);font-style:normal;font-weight:400}
header{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:.6rem 1.5rem;margin:.6rem 0 1.1rem;color:var(--dim)}
header p{margin:0}
form{display:flex;align-items:center;gap:.5rem}
input,button{min-width:0;padding:.35rem .75rem;font:inherit;color:var(--text);background:var(--card);border:1px solid var(--edge);border-radius:.4rem}
::placeholder{color:var(--dim);opacity:1}
th,td{padding:0 1rem 0 0;color:var(--dim);white-space:nowrap;font-variant-numeric:tabular-nums}
th+th,td+td{text-align:right;overflow-wrap:normal}
th+th+th,td+td+td{padding-left:1rem}
th:first-child,td:first-child{width:100%;white-space:normal}
th:first-child{padding-left:1rem}
th a{display:inline-block;padding:.5rem 0;color:inherit;text-decoration:none}
th a:hover{color:var(--link)}
[aria-sort]>a{color:var(--text)}
[aria-sort=ascending]>a::after{content:" ↑"}
[aria-sort=descending]>a::after{content:" ↓"}
td a{display:block;position:relative;padding:.45rem 0 .45rem 2.75rem;unicode-bidi:plaintext;text-align:left;text-decoration:none}
td a:hover{text-decoration:underline}
tr:hover td{background:var(--page)}
tr:last-child td:first-child{border-bottom-left-radius:.6rem}
tr:last-child td:last-child{border-bottom-right-radius:.6rem}
td a::before{content:"";position:absolute;left:1.15rem;top:.7rem;width:.8rem;height:1rem;background:var(--edge);clip-path:polygon(0 0,58% 0,58% 34%,100% 34%,100% 100%,0 100%)}
.d a::before{left:1rem;top:.78rem;width:1.1rem;height:.88rem;background:var(--folder);clip-path:polygon(0 0,40% 0,50% 17%,100% 17%,100% 100%,0 100%)}
.u a::before{left:1.05rem;width:1rem;background:var(--dim);clip-path:polygon(50% 0,100% 50%,62% 50%,62% 100%,38% 100%,38% 50%,0 50%)}
@media(max-width:36rem){
body{padding:1.25rem .75rem}
form,input{flex:1}
th,td{padding-right:.7rem}
th+th+th,td+td+td{min-width:5.9rem;padding-left:0;white-space:normal}
td+td{padding-bottom:.4rem;font-size:.875rem}
}
`);

const NO_BODY: BodySource = { length: null, pull: () => Promise.resolve(null), close: () => {} };

/** Returns the response to `request` for a directory; `listing` is null if only its head is sent. */
export function listingResponse(
  request: HttpRequest,
  query: ListingQuery,
  listing: FolderListing | null,
): HttpResponse {
  const isJson = prefersJson(request.header("accept"));
  const make = isJson ? listingJson : listingHtml;
  return {
    status: 200,
    headers: [
      ...isJson ? JSON_FIELDS : STYLE.fields,
      ["Cache-Control", "no-cache"],
      ["Vary", "Accept"],
    ],
    body: listing === null ? NO_BODY : make(request.path, query, listing),
  };
}

function listingHtml(
  path: string,
  query: ListingQuery,
  listing: FolderListing,
): BodySource {
  const parent = path === "/" ? "" : `<tr class="u"><td><a href="../">Folder above</a><td><td>\n`;
  const main = `<main>
<h1>${crumbs(path)}</h1>
<header><p>${escape(summary(query, listing))}</p>${form(query)}</header>
<table>
<tr>${heading("name", "Name", query, listing)}${heading("size", "Size", query, listing)}${
    heading("time", "Modified (UTC)", query, listing)
  }
${parent}${NAMES_MARK}</table>
${notes(query, listing).map((note) => `<p class="dim">${note}</p>\n`).join("")}</main>`;
  const [head, tail] = htmlPage(`Index of ${oneLine(path)}`, main, STYLE).split(NAMES_MARK) as [
    string,
    string,
  ];
  return inPieces(head, listing.entries, (entry) => row(entry), tail);
}

function listingJson(
  path: string,
  query: ListingQuery,
  listing: FolderListing,
): BodySource {
  const { entries, folders, files, bytes, total, sort } = listing;
  const about = {
    version: ANSWER_VERSION,
    path,
    filter: query.filter,
    sort,
    order: query.order,
    total,
    folders,
    files,
    bytes,
    complete: listing.isComplete && !isCut(listing),
  };
  const head = `${JSON.stringify(about, null, 2).slice(0, -2)},\n  "entries": [`;
  const one = ({ name, facts }: FolderEntry, index: number): string => {
    const { kind, size, modifiedMs } = facts!;
    const shown = { name, kind, bytes: size, modified: isoTime(modifiedMs) };
    return `${index === 0 ? "" : ","}\n    ${JSON.stringify(shown)}`;
  };
  return inPieces(head, entries, one, entries.length === 0 ? "]\n}\n" : "\n  ]\n}\n");
}

function inPieces(
  head: string,
  entries: readonly FolderEntry[],
  format: (entry: FolderEntry, index: number) => string,
  tail: string,
): BodySource {
  const encoder = new TextEncoder();
  let next = 0;
  let isDone = false;
  return {
    length: null,
    async pull(): Promise<Uint8Array | null> {
      if (isDone) return null;
      await turn();
      let text = next === 0 ? head : "";
      const end = Math.min(next + PIECE_NAMES, entries.length);
      for (; next < end; next++) text += format(entries[next]!, next);
      if (next === entries.length) {
        isDone = true;
        text += tail;
      }
      return encoder.encode(text);
    },
    close(): void {
      isDone = true;
    },
  };
}

function row({ name, isFolder, facts }: FolderEntry): string {
  const end = isFolder ? "/" : "";
  const link = `<a href="./${encodeURIComponent(name)}${end}">${escape(oneLine(name))}${end}</a>`;
  const { size, modifiedMs } = facts!;
  return `<tr${isFolder ? ' class="d"' : ""}><td>${link}<td>${sizeHtml(size)}<td>${
    timeHtml(modifiedMs)
  }\n`;
}

const UNITS = ["kB", "MB", "GB", "TB", "PB"] as const;

/** `1.5 MB`, or `12 kB`: three digits at most, in decimal units. */
function humanSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

function sizeHtml(bytes: number | null): string {
  if (bytes === null) return "";
  return `<data value="${bytes}" title="${grouped(bytes)} bytes">${humanSize(bytes)}</data>`;
}

/** In seconds, as in `2026-01-31T12:00:00Z`; null if there is no such date. */
function isoTime(ms: number | null): string | null {
  if (ms === null || Math.abs(ms) > 8.64e15) return null;
  return new Date(ms).toISOString().replace(/\.[0-9]+Z$/, "Z");
}

function timeHtml(ms: number | null): string {
  const time = isoTime(ms);
  if (time === null) return "";
  return `<time datetime="${time}">${time.slice(0, -4).replace("T", " ")}</time>`;
}

/** The path with a link to each folder above. */
function crumbs(path: string): string {
  const names = path.split("/").filter((name) => name !== "");
  if (names.length === 0) return "/";
  const hidden = names.length - CRUMBS_MAX;
  const parts = names.map((name, i) => {
    if (hidden > 0 && i > 0 && i <= hidden) return i === 1 ? "…<i>/</i>" : "";
    const text = `<bdi>${escape(oneLine(name))}</bdi>`;
    const isLast = i === names.length - 1;
    return `${isLast ? text : `<a href="${folderUrl(names.slice(0, i + 1))}">${text}</a>`}<i>/</i>`;
  });
  return `<a href="/">/</a> ${parts.join("")}`;
}

/** What is listed, in one line. */
function summary(
  { filter }: ListingQuery,
  { folders, files, bytes, total }: FolderListing,
): string {
  const parts = [
    ...folders === 0 ? [] : [counted(folders, "folder")],
    ...files === 0 ? [] : [counted(files, "file")],
    ...bytes === null || files === 0 ? [] : [humanSize(bytes)],
  ];
  if (filter === "") return parts.length === 0 ? "This folder is empty." : parts.join(", ");
  return `${grouped(folders + files)} of ${counted(total, "name")}${
    parts.length === 0 ? "" : `: ${parts.join(", ")}`
  }`;
}

function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? "" : "s"}`;
}

/** What is not shown, or not as it was asked for. */
function notes(query: ListingQuery, listing: FolderListing): string[] {
  const found: string[] = [];
  if (isCut(listing)) {
    const shown = grouped(listing.entries.length);
    found.push(`Only the first ${shown} names are shown. A filter finds the others.`);
    if (query.sort !== "name") found.push("So many names are sorted by name only.");
  }
  if (!listing.isComplete) {
    found.push(`The folder has more than ${grouped(READ_MAX)} names. The rest is left out.`);
  }
  return found;
}

/** Reports whether there are more names than the page shows. */
function isCut({ folders, files }: FolderListing): boolean {
  return folders + files > LISTED_MAX;
}

function form(query: ListingQuery): string {
  const { filter } = query;
  const others = query.besidesFilter().map(([name, value]) => {
    return `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`;
  });
  const clear = filter === "" ? "" : `<a href="${escape(query.link({ filter: "" }))}">Clear</a>`;
  return `<form role="search"><input type="search" name="filter" value="${
    escape(filter)
  }" placeholder="Filter by name" aria-label="Filter by name">${
    others.join("")
  }<button>Filter</button>${clear}</form>`;
}

function heading(
  key: SortKey,
  text: string,
  query: ListingQuery,
  { sort }: FolderListing,
): string {
  const isSorted = key === sort;
  const isAscending = query.order === "asc";
  // The largest and the newest are what people look for first.
  const order = isSorted ? (isAscending ? "desc" : "asc") : key === "name" ? "asc" : "desc";
  const state = isSorted ? ` aria-sort="${isAscending ? "ascending" : "descending"}"` : "";
  const link = escape(query.link({ sort: key, order }));
  return `<th scope="col"${state}><a href="${link}">${text}</a>`;
}
