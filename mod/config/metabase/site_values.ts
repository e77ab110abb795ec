/**
 * What the metabase says of a site for whoever serves it, with everything that its keys inherit: from
 * W3SVC to the site, its ROOT, and the keys below. Only what differs from a service on which nothing
 * was set is said, so that most sites have none of it. Pure.
 *
 * @module
 */
import { isProblem } from "../../base/problem.ts";
import type { ConfigDocument, MetabaseValue, SiteRecord } from "../document/document.ts";
import { effectiveSettings } from "../document/settings.ts";
import type { ErrorPage } from "../document/site_rules.ts";
import { parseHttpRedirect } from "../rules/http_redirect.ts";
import { DWORD_MAX, type PropertyRow } from "./property.ts";
import { propertyRow } from "./schema.ts";
import {
  customHeaders,
  defaultDocuments,
  errorPages,
  expiry,
  isUsable,
  mediaTypes,
} from "./syntax.ts";
import { findValue, keyAt, type MetabaseKey, subtreeOf } from "./tree.ts";

/** What the metabase says of what is at a path of a site, and below it. */
export interface PathValues {
  /** Decoded, in lower case, without a "/" at its end; "" for the site as a whole. */
  readonly path: string;
  /** HttpRedirect, and the path of the key that has it. */
  readonly redirect?: { readonly value: string; readonly at: string };
  /** Who may not read: nobody may, or only clients of this machine (AccessFlags). */
  readonly closedTo?: "all" | "remote";
  /** AuthAnonymous is off. */
  readonly asksWho?: true;
  /** The index pages of a folder in order; those of the service if absent. */
  readonly documents?: readonly string[];
  /** Whether a folder without one is listed. */
  readonly listing?: boolean;
  /** Fields of every response, in place of those of the site: `Name: value`. */
  readonly headers?: readonly string[];
  /** Fields of the responses that have the content, for caches. */
  readonly caching?: readonly string[];
  readonly mimeTypes?: Readonly<Record<string, string>>;
  /** Requests are not logged. */
  readonly unlogged?: true;
}

/** What the metabase says of a site. */
export interface SiteValues {
  /** Seconds for an idle connection, and between two arrivals of content (ConnectionTimeout). */
  readonly connectionTimeout?: number;
  /** AllowKeepAlive is off: the connection ends with the response. */
  readonly closes?: true;
  /** Whether the site has a log, and its fields, where they are not those of the service. */
  readonly log?: { readonly enabled: boolean; readonly flags: number };
  /** By status; those of the site itself come before. */
  readonly errorPages?: Readonly<Record<string, ErrorPage>>;
  /** The longest path first; absent if nothing is said of any. */
  readonly paths?: readonly PathValues[];
}

/** A site that is served: with what its record does not say, from the metabase. */
export interface ServedSite extends SiteRecord {
  readonly values?: SiteValues;
}

/** Returns the function that gives each site of `document` what the metabase says of it. */
export function siteValues(document: ConfigDocument): (site: SiteRecord) => ServedSite {
  const { W3SVC, ...others } = document.metabase;
  const service = W3SVC === undefined || !isAnyUsed(W3SVC) ? {} : { W3SVC };
  const bySite = new Map<string, Record<string, Readonly<Record<string, MetabaseValue>>>>();
  for (const [path, properties] of Object.entries(others)) {
    const own = /^W3SVC\/[0-9]+/.exec(path)?.[0] ?? "";
    let keys = bySite.get(own);
    if (keys === undefined) bySite.set(own, keys = {});
    keys[path] = properties;
  }
  const isSaidOfAll = Object.keys(service).length > 0;
  return (site) => {
    const own = bySite.get(`W3SVC/${site.id}`);
    if (own === undefined && !isSaidOfAll) return site;
    // The part of the document that concerns it: every look-up searches the sites.
    const part = { ...document, sites: [site], metabase: { ...service, ...own } };
    return withValues(site, part);
  };
}

/** Reports whether a value is one that this file looks up. */
function isAnyUsed(properties: Readonly<Record<string, MetabaseValue>>): boolean {
  return Object.keys(properties).some((name) => LOOKED_UP.has(name));
}

const LOOKED_UP: ReadonlySet<string> = new Set([
  "MaxConnections",
  "ConnectionTimeout",
  "AllowKeepAlive",
  "LogExtFileFlags",
  "LogType",
  "HttpErrors",
  "AccessFlags",
  "AuthFlags",
  "DefaultDoc",
  "DirBrowseFlags",
  "HttpCustomHeaders",
  "HttpExpires",
  "CacheControlNoCache",
  "CacheControlMaxAge",
  "CacheControlCustom",
  "MimeMap",
  "DontLog",
]);

function withValues(site: SiteRecord, document: ConfigDocument): ServedSite {
  const look = new Look(document);
  const key: MetabaseKey = { path: `W3SVC/${site.id}`, keyType: "IIsWebServer" };
  const maxConnections = site.maxConnections ?? limitOf(look.value(key, "MaxConnections"));
  const values = valuesOf(site, document, look, key);
  return {
    ...site,
    ...(maxConnections === undefined ? {} : { maxConnections }),
    ...(Object.keys(values).length === 0 ? {} : { values }),
  };
}

/** Unlimited is no limit of the site. */
function limitOf(value: MetabaseValue | undefined): number | undefined {
  return typeof value === "number" && value >= 1 && value < DWORD_MAX ? value : undefined;
}

function valuesOf(
  site: SiteRecord,
  document: ConfigDocument,
  look: Look,
  key: MetabaseKey,
): SiteValues {
  const settings = effectiveSettings(document.settings);
  const timeout = look.value(key, "ConnectionTimeout");
  const flags = look.value(key, "LogExtFileFlags");
  const type = look.value(key, "LogType");
  const log = {
    enabled: type === undefined ? settings.LogEnabled : type === 1,
    flags: typeof flags === "number" ? flags : settings.LogExtFileFlags,
  };
  const isOwnLog = log.enabled !== settings.LogEnabled || log.flags !== settings.LogExtFileFlags;
  const isOwnTime = typeof timeout === "number" && timeout !== settings.ConnectionTimeout &&
    timeout >= 1 && timeout <= 65535;
  const root = keyAt(document, `W3SVC/${site.id}/ROOT`);
  const pages = root === null ? {} : errorPages(look.value(root, "HttpErrors"));
  const paths = pathsOf(site, document, look);
  return {
    ...(isOwnTime ? { connectionTimeout: timeout } : {}),
    ...(look.value(key, "AllowKeepAlive") === false ? { closes: true } : {}),
    ...(isOwnLog ? { log } : {}),
    ...(Object.keys(pages).length === 0 ? {} : { errorPages: pages }),
    ...(paths.length === 0 ? {} : { paths }),
  };
}

/** Returns what is said of each key below the site that differs from what is said around it. */
function pathsOf(site: SiteRecord, document: ConfigDocument, look: Look): PathValues[] {
  const root = `W3SVC/${site.id}/ROOT`;
  const found: PathValues[] = [];
  for (const path of subtreeOf(document, root)) {
    const key = keyAt(document, path);
    if (key === null) continue;
    const { listing, ...others } = pathValues(site, key, look);
    const around = found.findLast((one) => isAround(one.path, others.path));
    // That a folder is not listed goes without saying, unless the one around it is.
    const isSaid = listing === true || (listing === false && around?.listing === true);
    const values: PathValues = isSaid ? { ...others, listing } : others;
    const isSame = around === undefined
      ? Object.keys(values).length === 1
      : JSON.stringify({ ...around, path: "" }) === JSON.stringify({ ...values, path: "" });
    if (!isSame) found.push(values);
  }
  return found.sort((a, b) => b.path.length - a.path.length);
}

/** Reports whether `path` is at `around` or below it. */
export function isAround(around: string, path: string): boolean {
  return path.startsWith(around) &&
    (path.length === around.length || path.charCodeAt(around.length) === 0x2f);
}

function pathValues(site: SiteRecord, key: MetabaseKey, look: Look): PathValues {
  const root = `W3SVC/${site.id}/ROOT`;
  const place = (path: string): string => path.slice(root.length).toLowerCase();
  const redirect = look.found(key, "HttpRedirect");
  const parsed = typeof redirect?.value === "string" ? parseHttpRedirect(redirect.value) : null;
  const access = look.value(key, "AccessFlags");
  const flags = typeof access === "number" ? access : 1;
  const auth = look.value(key, "AuthFlags");
  const documents = documentsOf(key, look);
  const listing = look.value(key, "EnableDirBrowsing");
  const headers = look.found(key, "HttpCustomHeaders");
  const fields = headers === null || headers.at === `W3SVC/${site.id}`
    ? null
    : customHeaders(headers.value);
  const caching = cachingOf(key, look);
  const types = look.found(key, "MimeMap");
  const mimeTypes = types === null || types.at === `W3SVC/${site.id}`
    ? null
    : mediaTypes(types.value);
  const isRedirected = parsed !== null && !isProblem(parsed) && redirect !== null &&
    redirect.at.startsWith(root);
  return {
    path: place(key.path),
    ...(isRedirected
      ? { redirect: { value: String(redirect.value), at: place(redirect.at) } }
      : {}),
    ...((flags & 0x1) === 0
      ? { closedTo: "all" }
      : (flags & 0x1000) !== 0
      ? { closedTo: "remote" }
      : {}),
    ...(typeof auth === "number" && (auth & 1) === 0 ? { asksWho: true } : {}),
    ...(documents === null ? {} : { documents }),
    ...(typeof listing === "boolean" ? { listing } : {}),
    ...(fields === null ? {} : { headers: fields }),
    ...(caching.length === 0 ? {} : { caching }),
    ...(mimeTypes === null ? {} : { mimeTypes }),
    ...(look.value(key, "DontLog") === true ? { unlogged: true } : {}),
  };
}

/** Returns the index pages of a folder: none without EnableDefaultDoc. */
function documentsOf(key: MetabaseKey, look: Look): readonly string[] | null {
  if (look.value(key, "EnableDefaultDoc") === false) return [];
  return defaultDocuments(look.value(key, "DefaultDoc"));
}

/** Returns the fields for caches that HttpExpires and CacheControl… ask for. */
function cachingOf(key: MetabaseKey, look: Look): string[] {
  const expires = look.value(key, "HttpExpires");
  const when = typeof expires === "string" ? expiry(expires) : null;
  const maxAge = look.value(key, "CacheControlMaxAge");
  const custom = look.value(key, "CacheControlCustom");
  const seconds = typeof maxAge === "number"
    ? maxAge
    : when !== null && when !== "" && "seconds" in when
    ? when.seconds
    : null;
  const directives = [
    ...(look.value(key, "CacheControlNoCache") === true ? ["no-cache"] : []),
    ...(seconds === null ? [] : [`max-age=${seconds}`]),
    ...(typeof custom === "string" && custom !== "" ? [custom] : []),
  ];
  return [
    ...(directives.length === 0 ? [] : [`Cache-Control: ${directives.join(", ")}`]),
    ...(when !== null && when !== "" && "date" in when ? [`Expires: ${when.date}`] : []),
  ];
}

/** Looks values up that somebody has set, and that can be used. */
class Look {
  readonly #document: ConfigDocument;

  constructor(document: ConfigDocument) {
    this.#document = document;
  }

  found(
    key: MetabaseKey,
    name: string,
  ): { readonly value: MetabaseValue; readonly at: string } | null {
    const property: PropertyRow = propertyRow(name)!;
    const found = findValue(this.#document, key, property);
    return found === null || !isUsable(name, found.value) ? null : found;
  }

  value(key: MetabaseKey, name: string): MetabaseValue | undefined {
    return this.found(key, name)?.value;
  }
}
