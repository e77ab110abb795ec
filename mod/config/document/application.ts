/**
 * The path of an application: the prefix of a site's URLs below which it has other content. Pure.
 *
 * Paths are compared as HTTP.sys compares URL prefixes, decoded and without regard to case; the
 * document keeps the case in which a path was given, as IIS keeps that of a virtual directory.
 *
 * @module
 */
import { quote } from "../../base/fault.ts";
import { isProblem, Problem } from "../../base/problem.ts";
import { decodePrefixPath, encodePrefixPath } from "../../base/url_prefix.ts";
import type { ApplicationRecord, SiteRecord } from "./document.ts";

/** Longest path in characters: with a host it is a URL that clients of HTTP.sys can send. */
const PATH_MAX = 1024;

/** Returns the canonical text of a path; a "/" at its end may be missing. */
export function parseApplicationPath(text: string): string | Problem {
  if (!text.startsWith("/")) return new Problem("must start with /");
  if (text.length > PATH_MAX) return new Problem(`longer than ${PATH_MAX} characters`);
  const strange = /[?#*\\\s]|\p{Cc}/u.exec(text)?.[0];
  if (strange !== undefined) return new Problem(`${quote(strange)} is not allowed in a path`);
  const decoded = decodePrefixPath(text.endsWith("/") ? text : `${text}/`);
  if (decoded === "/") return new Problem("/ is the site itself");
  if (decoded === null) {
    return new Problem('an empty segment, "." or "..", or an escape that is not UTF-8');
  }
  return encodePrefixPath(decoded);
}

/** Returns the path as requests are compared with it: decoded, in lower case. */
export function applicationKey(path: string): string {
  return (decodePrefixPath(path) ?? path).toLowerCase();
}

/**
 * Returns where the rest begins in `path` behind the path of an application that covers it: at a "/",
 * or at the end. The two may differ in the case of letters, or one have escapes, and so in length:
 * segments are counted.
 */
export function applicationEnd(path: string, application: string): number {
  let end = 0;
  for (let i = application.indexOf("/", 1); i >= 0; i = application.indexOf("/", i + 1)) {
    end = path.indexOf("/", end + 1);
    if (end < 0) return path.length;
  }
  return end;
}

/** Returns the application of `site` with the path `path`; undefined if there is none. */
export function findApplication(
  { applications = [] }: Pick<SiteRecord, "applications">,
  path: string,
): ApplicationRecord | undefined {
  const canonical = parseApplicationPath(path);
  if (isProblem(canonical)) return undefined;
  const key = applicationKey(canonical);
  return applications.find((application) => applicationKey(application.path) === key);
}

/** Returns `site` with `application`, which replaces the one with the same path. */
export function withApplication(site: SiteRecord, application: ApplicationRecord): SiteRecord {
  const others = otherApplications(site, application.path);
  return { ...site, applications: [...others, application].sort(byPath) };
}

/** Returns `site` without the application at `path`. */
export function withoutApplication(site: SiteRecord, path: string): SiteRecord {
  const others = otherApplications(site, path);
  if (others.length > 0) return { ...site, applications: others };
  const { applications: _, ...rest } = site;
  return rest;
}

function otherApplications({ applications = [] }: SiteRecord, path: string): ApplicationRecord[] {
  const key = applicationKey(path);
  return applications.filter((application) => applicationKey(application.path) !== key);
}

function byPath(a: ApplicationRecord, b: ApplicationRecord): number {
  const [x, y] = [applicationKey(a.path), applicationKey(b.path)];
  return x < y ? -1 : x > y ? 1 : 0;
}
