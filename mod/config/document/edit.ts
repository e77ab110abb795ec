/**
 * Edits of the document. Pure: each returns a new document, or the problem if it cannot be made.
 *
 * @module
 */
import { Fault, quote } from "../../base/fault.ts";
import { Problem } from "../../base/problem.ts";
import { WIN32 } from "../../base/win32.ts";
import type { ConfigDocument, SiteRecord } from "./document.ts";
import { sortedList } from "./list_entry.ts";

/** Adds `entry` (canonical text) to the list. */
export function addListEntry(document: ConfigDocument, entry: string): ConfigDocument | Problem {
  if (document.ipListen.includes(entry)) {
    return new Problem("already on the list", { code: WIN32.ALREADY_EXISTS });
  }
  return { ...document, ipListen: sortedList([...document.ipListen, entry]) };
}

/** Removes `entry` from the list. */
export function removeListEntry(
  document: ConfigDocument,
  entry: string,
): ConfigDocument | Problem {
  if (!document.ipListen.includes(entry)) {
    return new Problem("not on the list", { code: WIN32.FILE_NOT_FOUND });
  }
  return { ...document, ipListen: document.ipListen.filter((other) => other !== entry) };
}

/** Returns the site with this name (in any case), or the site of `W3SVC/n`. */
export function findSite(document: ConfigDocument, text: string): SiteRecord | undefined {
  const wanted = text.toLowerCase();
  return document.sites.find(({ id, name }) => {
    return name.toLowerCase() === wanted || `w3svc/${id}` === wanted;
  });
}

/** Returns the site that {@linkcode findSite} finds. Throws a Fault if there is none. */
export function namedSite(document: ConfigDocument, text: string): SiteRecord {
  const site = findSite(document, text);
  if (site !== undefined) return site;
  throw new Fault(`Cannot find the site ${quote(text)}: no such site`, {
    hint: "httpcfg site list",
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
