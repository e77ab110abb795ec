/**
 * The applications of sites as the metabase has them: virtual directories below `W3SVC/n/ROOT`.
 * Segments of a path that lead to one and are none themselves are keys of IIsWebDirectory, as in IIS.
 *
 * @module
 */
import { isProblem } from "../../base/problem.ts";
import { decodePrefixPath, encodePrefixPath } from "../../base/url_prefix.ts";
import { findApplication, parseApplicationPath } from "../document/application.ts";
import type { ApplicationRecord, ConfigDocument, SiteRecord } from "../document/document.ts";
import { replaceSite } from "../document/edit.ts";

/** An application with its site. */
interface VirtualDir {
  readonly site: SiteRecord;
  readonly application: ApplicationRecord;
}

const BELOW_ROOT = /^W3SVC\/([1-9][0-9]{0,9})\/ROOT\/(.+)$/;

/** Returns the path of the key of an application: `W3SVC/1/ROOT/api`. */
export function virtualDirPath({ id }: SiteRecord, { path }: ApplicationRecord): string {
  return `W3SVC/${id}/ROOT${(decodePrefixPath(path) ?? path).slice(0, -1)}`;
}

/** Returns the application whose key is at the canonical path `path`; null if there is none. */
export function virtualDirAt(document: ConfigDocument, path: string): VirtualDir | null {
  const place = virtualDirPlace(document, path);
  const application = place === null ? undefined : findApplication(place.site, place.path);
  return place === null || application === undefined ? null : { site: place.site, application };
}

/**
 * Returns where an application with the key `path` would be: its site and canonical path; null if
 * no site has such a key.
 */
export function virtualDirPlace(
  document: ConfigDocument,
  path: string,
): { readonly site: SiteRecord; readonly path: string } | null {
  const [, id, rest = ""] = BELOW_ROOT.exec(path) ?? [];
  const site = document.sites.find((one) => String(one.id) === id);
  const own = parseApplicationPath(encodePrefixPath(`/${rest}/`));
  return site === undefined || isProblem(own) ? null : { site, path: own };
}

/** Returns the paths of the keys of all applications, and of those that lead to them. */
export function virtualDirPaths(document: ConfigDocument): string[] {
  const paths = new Map<string, string>();
  for (const site of document.sites) {
    for (const application of site.applications ?? []) {
      const path = virtualDirPath(site, application);
      const root = `W3SVC/${site.id}/ROOT/`.length;
      for (let end = path.indexOf("/", root); end >= 0; end = path.indexOf("/", end + 1)) {
        const above = path.slice(0, end);
        if (!paths.has(above.toLowerCase())) paths.set(above.toLowerCase(), above);
      }
      paths.set(path.toLowerCase(), path);
    }
  }
  return [...paths.values()];
}

/** Returns the document without the applications whose keys are in `paths`. */
export function withoutVirtualDirs(
  document: ConfigDocument,
  paths: ReadonlySet<string>,
): ConfigDocument {
  return document.sites.reduce((rest, site) => {
    const { applications = [], ...others } = site;
    const kept = applications.filter((one) => !paths.has(virtualDirPath(site, one)));
    if (kept.length === applications.length) return rest;
    const changed = kept.length === 0 ? others : { ...others, applications: kept };
    return replaceSite(rest, changed);
  }, document);
}

/** Returns the applications at `path` and below it, each with the rest of its path: "" for its own. */
export function virtualDirsUnder(
  document: ConfigDocument,
  path: string,
): { readonly rest: string; readonly application: ApplicationRecord }[] {
  const wanted = path.toLowerCase();
  return document.sites.flatMap((site) => {
    return (site.applications ?? []).flatMap((application) => {
      const own = virtualDirPath(site, application);
      const lower = own.toLowerCase();
      const isUnder = lower === wanted || lower.startsWith(`${wanted}/`);
      return isUnder ? [{ rest: own.slice(path.length), application }] : [];
    });
  });
}

/**
 * Returns `after` without what the metabase says of applications that only `before` has: a later one
 * at the same path must not inherit it.
 */
export function forgetVirtualDirs(before: ConfigDocument, after: ConfigDocument): ConfigDocument {
  const kept = new Set(applicationPaths(after));
  const gone = applicationPaths(before).filter((path) => !kept.has(path));
  if (gone.length === 0) return after;
  const metabase = Object.entries(after.metabase).filter(([path]) => {
    const lower = path.toLowerCase();
    return !gone.some((one) => lower === one || lower.startsWith(`${one}/`));
  });
  return { ...after, metabase: Object.fromEntries(metabase) };
}

/** Returns the paths of the keys of all applications, in lower case. */
function applicationPaths({ sites }: ConfigDocument): string[] {
  return sites.flatMap((site) => {
    return (site.applications ?? []).map((one) => virtualDirPath(site, one).toLowerCase());
  });
}
