/**
 * Edits of the document. Pure: each gives a new document, or the problem where it cannot be made.
 *
 * @module
 */
import { Fault, quote } from "../../base/fault.ts";
import { Problem } from "../../base/problem.ts";
import { WIN32 } from "../../base/win32.ts";
import type { ConfigDocument, SiteRecord } from "./document.ts";

/** The list with `entry` (canonical text) in it, at the end or before the place `before` (0 first). */
export function addListEntry(
  document: ConfigDocument,
  entry: string,
  before: number | null = null,
): ConfigDocument | Problem {
  if (document.ipListen.includes(entry)) {
    return new Problem("it is on the list already", { code: WIN32.ALREADY_EXISTS });
  }
  const place = before ?? document.ipListen.length;
  return { ...document, ipListen: document.ipListen.toSpliced(place, 0, entry) };
}

/** The list without `entry`. */
export function removeListEntry(
  document: ConfigDocument,
  entry: string,
): ConfigDocument | Problem {
  if (!document.ipListen.includes(entry)) {
    return new Problem("it is not on the list", { code: WIN32.FILE_NOT_FOUND });
  }
  return { ...document, ipListen: document.ipListen.filter((other) => other !== entry) };
}

/** The site of this name (any case) or `W3SVC/n`. */
export function findSite(document: ConfigDocument, text: string): SiteRecord | undefined {
  const wanted = text.toLowerCase();
  return document.sites.find(({ id, name }) => {
    return name.toLowerCase() === wanted || `w3svc/${id}` === wanted;
  });
}

/** The site of this name. Throws a Fault where there is none. */
export function namedSite(document: ConfigDocument, text: string): SiteRecord {
  const site = findSite(document, text);
  if (site !== undefined) return site;
  throw new Fault(`Cannot find the site ${quote(text)}: no site has this name`, {
    hint: "httpcfg site list",
  });
}

/** The next free site id: ids of removed sites are not used again while a later one lives. */
export function nextSiteId(document: ConfigDocument): number {
  return document.sites.reduce((highest, { id }) => Math.max(highest, id), 0) + 1;
}

export function addSite(document: ConfigDocument, site: SiteRecord): ConfigDocument {
  return { ...document, sites: [...document.sites, site] };
}

export function removeSite(document: ConfigDocument, id: number): ConfigDocument {
  const sites = document.sites.filter((site) => site.id !== id);
  // A later site of this number must not find what was set for this one.
  const key = `W3SVC/${id}`;
  const metabase = Object.fromEntries(
    Object.entries(document.metabase).filter(([at]) => at !== key && !at.startsWith(`${key}/`)),
  );
  return { ...document, sites, metabase };
}

/** `site` in the place of the one with its id. */
export function replaceSite(document: ConfigDocument, site: SiteRecord): ConfigDocument {
  return {
    ...document,
    sites: document.sites.map((other) => other.id === site.id ? site : other),
  };
}
