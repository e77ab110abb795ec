/**
 * The page that lists a directory.
 *
 * @module
 */
import { escape } from "@std/html/entities";
import { htmlPage } from "../pages/html.ts";

/** Names on one page; the page of a larger directory says so. */
export const LISTED_MAX = 10_000;

export interface ListedName {
  readonly name: string;
  readonly isFolder: boolean;
}

/**
 * Returns the page for the directory `path` (decoded, for display). Directories come first, each
 * group sorted by name.
 */
export function listingPage(
  path: string,
  names: readonly ListedName[],
  isTruncated: boolean,
): string {
  const sorted = [...names].sort((a, b) => {
    if (a.isFolder !== b.isFolder) return a.isFolder ? -1 : 1;
    return a.name < b.name ? -1 : 1;
  });
  const rows = sorted.map(({ name, isFolder }) => {
    const end = isFolder ? "/" : "";
    return `<li><a href="./${encodeURIComponent(name)}${end}">${escape(name)}${end}</a></li>`;
  });
  const up = path === "/" ? "" : `<li><a href="../">../</a></li>\n`;
  const rest = isTruncated ? `<p>Only ${LISTED_MAX} names are shown.</p>` : "";
  return htmlPage(
    path,
    `<h1>${escape(path)}</h1>\n<ul>\n${up}${rows.join("\n")}\n</ul>\n${rest}`,
  );
}
