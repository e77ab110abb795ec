/**
 * Edits of the document. Pure: each returns a new document, or the problem if it cannot be made.
 *
 * @module
 */
import { Fault, quote } from "../../base/fault.ts";
import { nearestName } from "../../base/hints/nearest.ts";
import { Problem } from "../../base/problem.ts";
import { WIN32 } from "../../base/win32.ts";
import type { ConfigDocument, SiteRecord } from "./document.ts";

const EXISTS = new Problem("already on the list", {
  hint: "httpcfg query iplisten",
  code: WIN32.ALREADY_EXISTS,
  isSo: true,
});
const ABSENT = new Problem("not on the list", {
  hint: "httpcfg query iplisten",
  code: WIN32.FILE_NOT_FOUND,
  isSo: true,
});

/** One edit of the list; the entry is in canonical text. */
export interface ListEdit {
  readonly kind: "add" | "remove";
  readonly entry: string;
}

interface EditedList {
  readonly document: ConfigDocument;
  /** For each edit, why it could not be made; null if it was. */
  readonly problems: readonly (Problem | null)[];
}

/** Makes the edits of the list that can be made, in order. */
export function editList(document: ConfigDocument, edits: readonly ListEdit[]): EditedList {
  const entries = new Set(document.ipListen);
  const problems = edits.map(({ kind, entry }) => {
    if (kind === "remove") return entries.delete(entry) ? null : ABSENT;
    if (entries.has(entry)) return EXISTS;
    entries.add(entry);
    return null;
  });
  if (problems.every((problem) => problem !== null)) return { document, problems };
  return { document: { ...document, ipListen: [...entries] }, problems };
}

/** Returns the site with this name (in any case), or the site of `W3SVC/n`. */
export function findSite(document: ConfigDocument, text: string): SiteRecord | undefined {
  const wanted = text.toLowerCase();
  return document.sites.find(({ id, name }) => {
    return name.toLowerCase() === wanted || `w3svc/${id}` === wanted;
  });
}

/**
 * Returns the site that {@linkcode findSite} finds. Throws a Fault if there is none; `line` returns
 * the command line with the name of a site.
 */
export function namedSite(
  document: ConfigDocument,
  text: string,
  line: (name: string) => string,
): SiteRecord {
  const site = findSite(document, text);
  if (site !== undefined) return site;
  const near = nearestName(text, document.sites.map(({ name }) => name));
  throw new Fault(`Cannot find the site ${quote(text)}: no such site`, {
    hint: near === null ? "httpcfg site list" : line(near),
  });
}

/**
 * Returns the next free site id. The id of a removed site is not used again as long as a site with
 * a higher one exists.
 */
export function nextSiteId(document: ConfigDocument): number {
  return document.sites.reduce((highest, { id }) => Math.max(highest, id), 0) + 1;
}

export function addSite(document: ConfigDocument, site: SiteRecord): ConfigDocument {
  return { ...document, sites: [...document.sites, site] };
}

export function removeSite(document: ConfigDocument, id: number): ConfigDocument {
  const sites = document.sites.filter((site) => site.id !== id);
  // A later site with this id must not inherit what was set for this one.
  const key = `W3SVC/${id}`;
  const metabase = Object.fromEntries(
    Object.entries(document.metabase).filter(([at]) => at !== key && !at.startsWith(`${key}/`)),
  );
  return { ...document, sites, metabase };
}

/** Replaces the site that has the id of `site`. */
export function replaceSite(document: ConfigDocument, site: SiteRecord): ConfigDocument {
  return {
    ...document,
    sites: document.sites.map((other) => other.id === site.id ? site : other),
  };
}
