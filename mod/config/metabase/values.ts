/**
 * Where the value of a metabase property is stored: in the site record, in the settings, or in
 * `document.metabase`. One row for each property that the rest of the program knows under another
 * name.
 *
 * @module
 */
import { quote } from "../../base/fault.ts";
import { isProblem, Problem } from "../../base/problem.ts";
import { formatBinding, parseBinding } from "../document/binding.ts";
import { withApplication } from "../document/application.ts";
import type { ConfigDocument, MetabaseValue, SiteRecord } from "../document/document.ts";
import { replaceSite } from "../document/edit.ts";
import { folderContent, isFolderContent, type SiteContent } from "../document/site_content.ts";
import type { SiteResponse } from "../document/site_rules.ts";
import type { PropertyRow } from "./property.ts";
import { effectiveSettings, type SettingName, type StoredSettings } from "../document/settings.ts";
import { SSL_MAP_CERT, type SslAccess, sslAccessBits, sslAccessOf } from "../rules/ssl_access.ts";
import { customHeaders, isUsable, mediaTypes } from "./syntax.ts";
import { virtualDirAt } from "./virtual_dirs.ts";

/**
 * A property that is part of a site. `set` returns null for a value that cannot be stored there.
 */
interface SiteProperty {
  get(site: SiteRecord): MetabaseValue | undefined;
  /** Undefined removes the property. */
  set(site: SiteRecord, value: MetabaseValue | undefined): SiteRecord | null;
}

const SITE_PROPERTIES: ReadonlyMap<string, SiteProperty> = new Map<string, SiteProperty>([
  ["ServerComment", {
    get: (site) => site.name,
    set: (site, value) => {
      const name = value === undefined ? `W3SVC/${site.id}` : String(value).trim();
      return name === "" ? null : { ...site, name };
    },
  }],
  ["ServerAutoStart", {
    get: (site) => site.autoStart,
    set: (site, value) => ({ ...site, autoStart: value !== false }),
  }],
  ["ServerBindings", bindingList("bindings")],
  ["SecureBindings", bindingList("secureBindings")],
  ["MaxConnections", optionalNumber("maxConnections")],
  ["MaxRequestEntityAllowed", optionalNumber("maxRequestEntityAllowed")],
  ["HttpCustomHeaders", {
    get: ({ response }) => response?.headers,
    set: (site, value) => {
      const headers = value === undefined ? [] : customHeaders(value);
      return headers === null ? null : withResponse(site, {
        headers: headers.length === 0 ? undefined : headers,
      });
    },
  }],
  ["MimeMap", {
    get: ({ response }) => {
      const types = Object.entries(response?.mimeTypes ?? {});
      return types.length === 0 ? undefined : types.map(([end, type]) => `${end},${type}`);
    },
    set: (site, value) => {
      const types = value === undefined ? {} : mediaTypes(value);
      return types === null ? null : withResponse(site, {
        mimeTypes: Object.keys(types).length === 0 ? undefined : types,
      });
    },
  }],
]);

/** A property of a virtual directory that is part of its content, as one of a site is of that. */
interface ContentProperty {
  get(content: SiteContent): MetabaseValue | undefined;
  set(content: SiteContent, value: MetabaseValue | undefined): SiteContent | null;
}

const CONTENT_PROPERTIES: ReadonlyMap<string, ContentProperty> = new Map<string, ContentProperty>([
  ["Path", {
    get: (content) => isFolderContent(content) ? content.path : undefined,
    set: (content, value) => {
      if (value === undefined) return null;
      const path = String(value);
      if (!/^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(path)) return null; // absolute only
      return folderContent(path, isFolderContent(content) ? content.listing : undefined);
    },
  }],
  ["EnableDirBrowsing", {
    get: (content) => isFolderContent(content) ? content.listing : undefined,
    set: (content, value) => {
      if (!isFolderContent(content)) return null;
      return folderContent(content.path, value === undefined ? undefined : !!value);
    },
  }],
]);

/** Properties of W3SVC that are settings of the service, and the names of those settings. */
const SETTING_OF: ReadonlyMap<string, SettingName> = new Map<string, SettingName>([
  ["ServerListenBacklog", "ServerListenBacklog"],
  ["ConnectionTimeout", "ConnectionTimeout"],
  ["HeaderWaitTimeout", "HeaderWaitTimeout"],
  ["MinFileBytesPerSec", "MinFileBytesPerSec"],
  ["MaxRequestEntityAllowed", "MaxRequestEntityAllowed"],
  ["LogFileTruncateSize", "LogFileTruncateSize"],
  ["LogExtFileFlags", "LogExtFileFlags"],
  ["LogType", "LogEnabled"],
]);

/** The bit of DirBrowseFlags that is a field of the content of folders. */
const LISTING_BIT = 0x80000000;
/** DirBrowseFlags where nothing is stored. */
const BROWSE_DEFAULT = 0x4000003e;

/** Returns the value at exactly this key; undefined if it has none. `path` is canonical. */
export function ownValue(
  document: ConfigDocument,
  path: string,
  property: PropertyRow,
): MetabaseValue | undefined {
  if (property.bit !== undefined) {
    if (storesBit(document, path, property)) return storedValue(document, path, property.name);
    const flags = storedValue(document, path, property.bit.of);
    return flags === undefined ? undefined : (Number(flags) & property.bit.mask) !== 0;
  }
  const value = storedValue(document, path, property.name);
  // The version is a property of the program: it has a value whether or not one was stored.
  return value ??
    (property.where.includes("IIsWebInfo") && path === "W3SVC/Info"
      ? property.default ?? undefined
      : undefined);
}

function storedValue(
  document: ConfigDocument,
  path: string,
  name: string,
): MetabaseValue | undefined {
  const found = findSiteProperty(document, path, name);
  if (found !== null && name === "DirBrowseFlags") return browseFlags(document, path, found.value);
  if (found !== null) return found.value;
  const setting = path === "W3SVC" ? SETTING_OF.get(name) : undefined;
  if (setting === undefined) return document.metabase[path]?.[name];
  const value = effectiveSettings(document.settings)[setting];
  return typeof value === "boolean" ? Number(value) : value;
}

/** Reports whether a bit of flags is a field of its own at this key. */
export function storesBit(
  document: ConfigDocument,
  path: string,
  { name }: Pick<PropertyRow, "name">,
): boolean {
  return name === "EnableDirBrowsing" && findSiteProperty(document, path, name) !== null;
}

/** Returns DirBrowseFlags of a folder: one of the bits is a field of the content. */
function browseFlags(
  document: ConfigDocument,
  path: string,
  listing: MetabaseValue | undefined,
): number | undefined {
  const stored = document.metabase[path]?.DirBrowseFlags;
  if (typeof stored !== "number" && listing === undefined) return undefined;
  const others = typeof stored === "number" ? stored : browseFlagsAbove(document, path);
  const bits = listing === undefined ? others : withListing(others, listing === true);
  return bits >>> 0;
}

/** Returns DirBrowseFlags of the nearest key above that stores them. */
function browseFlagsAbove(document: ConfigDocument, path: string): number {
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    const stored = document.metabase[path.slice(0, end)]?.DirBrowseFlags;
    if (typeof stored === "number") return stored;
  }
  return BROWSE_DEFAULT;
}

function withListing(flags: number, isListed: boolean): number {
  return (isListed ? flags | LISTING_BIT : flags & ~LISTING_BIT) >>> 0;
}

/**
 * Returns the document with the value at exactly this key; undefined removes the value. Null if the
 * value cannot be stored there.
 */
export function withValue(
  document: ConfigDocument,
  path: string,
  property: PropertyRow,
  value: MetabaseValue | undefined,
): ConfigDocument | null {
  if (value !== undefined && !isUsable(property.name, value)) return null;
  const found = findSiteProperty(document, path, property.name);
  if (found !== null && property.name === "DirBrowseFlags") {
    const flags = value === undefined ? undefined : Number(value);
    const site = found.set(flags === undefined ? undefined : (flags & LISTING_BIT) !== 0);
    if (site === null) return null;
    const others = flags === undefined ? undefined : withListing(flags, false);
    return withStored(replaceSite(document, site), path, property.name, others);
  }
  if (found !== null) {
    const site = found.set(value);
    return site === null ? null : replaceSite(document, site);
  }
  const setting = path === "W3SVC" ? SETTING_OF.get(property.name) : undefined;
  if (setting === undefined) return withStored(document, path, property.name, value);
  const { [setting]: _, ...others } = document.settings;
  const given = setting === "LogEnabled" ? value === 1 : value;
  const settings = value === undefined ? others : { ...others, [setting]: given };
  return { ...document, settings: settings as StoredSettings };
}

function withStored(
  document: ConfigDocument,
  path: string,
  name: string,
  value: MetabaseValue | undefined,
): ConfigDocument {
  const { [name]: _, ...others } = document.metabase[path] ?? {};
  const properties = value === undefined ? others : { ...others, [name]: value };
  const { [path]: __, ...keys } = document.metabase;
  const isEmpty = Object.keys(properties).length === 0;
  return { ...document, metabase: isEmpty ? keys : { ...keys, [path]: properties } };
}

/** A value that is part of a site, and how the site would be with another one. */
interface SiteValue {
  readonly value: MetabaseValue | undefined;
  set(value: MetabaseValue | undefined): SiteRecord | null;
}

function findSiteProperty(document: ConfigDocument, path: string, name: string): SiteValue | null {
  const [, id, below] = /^W3SVC\/([0-9]+)(?:\/ROOT(\/.+)?)?$/.exec(path) ?? [];
  const site = id === undefined ? undefined : document.sites.find((one) => String(one.id) === id);
  if (site === undefined) return null;
  if (name === SSL_FLAGS) return sslFlagsOf(document, site, path);
  const property = SITE_PROPERTIES.get(name);
  if (path === `W3SVC/${id}`) {
    if (property === undefined) return null; // most are stored in the metabase
    return { value: property.get(site), set: (value) => property.set(site, value) };
  }
  // Without a folder there is nothing to list, and the bit is one of the flags.
  const isListing = name === "EnableDirBrowsing" || name === "DirBrowseFlags";
  const ofContent = CONTENT_PROPERTIES.get(isListing ? "EnableDirBrowsing" : name);
  if (ofContent === undefined) return null;
  if (below === undefined) {
    if (name === "DirBrowseFlags" && !isFolderContent(site.content)) return null;
    return {
      value: ofContent.get(site.content),
      set: (value) => {
        const content = ofContent.set(site.content, value);
        return content === null ? null : { ...site, content };
      },
    };
  }
  const found = virtualDirAt(document, path);
  if (found === null) return null;
  const { application } = found;
  if (name === "DirBrowseFlags" && !isFolderContent(application.content)) return null;
  const own = ofContent.get(application.content);
  return {
    // Whether an application is listed, it says itself.
    value: isListing ? own ?? false : own,
    set: (value) => {
      const content = ofContent.set(application.content, value);
      return content === null ? null : withApplication(site, { ...application, content });
    },
  };
}

const SSL_FLAGS = "AccessSSLFlags";

/** Those of a site are at its own key and at its root alike. */
function sslFlagsOf(document: ConfigDocument, site: SiteRecord, path: string): SiteValue | null {
  const read = (value: MetabaseValue | undefined): readonly SslAccess[] | null | undefined => {
    return value === undefined ? undefined : sslAccessOf(Number(value));
  };
  if (path === `W3SVC/${site.id}` || path === `W3SVC/${site.id}/ROOT`) {
    const { access: { sslFlags, ...others } = {}, ...rest } = site;
    // What W3SVC has is stored and does not act, so that no site has it from there.
    const isAbove = document.metabase.W3SVC?.[SSL_FLAGS] !== undefined;
    return {
      value: sslFlags === undefined && !isAbove ? undefined : sslAccessBits(sslFlags ?? []),
      set: (value) => {
        const names = read(value);
        if (names === null) return null;
        const access = names === undefined || names.length === 0
          ? others
          : { ...others, sslFlags: names };
        return Object.keys(access).length === 0 ? rest : { ...rest, access };
      },
    };
  }
  const application = virtualDirAt(document, path)?.application;
  if (application === undefined) return null;
  const { sslFlags, ...others } = application;
  return {
    value: sslFlags === undefined ? undefined : sslAccessBits(sslFlags),
    set: (value) => {
      const names = read(value);
      if (names === null) return null;
      return withApplication(site, names === undefined ? others : { ...others, sslFlags: names });
    },
  };
}

/** Returns why a value cannot be stored, in the words of today; null if there is nothing to add. */
export function refusalReason(property: PropertyRow, value: MetabaseValue | null): string | null {
  if (property.name === "ServerBindings" || property.name === "SecureBindings") {
    const bindings = canonicalBindings(value);
    return isProblem(bindings) ? bindings.reason : null;
  }
  const bits = property.bit?.of === SSL_FLAGS && value === true
    ? property.bit.mask
    : property.name === SSL_FLAGS
    ? Number(value ?? 0)
    : 0;
  if (sslAccessOf(bits) !== null) return null;
  return (bits & SSL_MAP_CERT) !== 0
    ? "certificates cannot be mapped to accounts: there is no directory here"
    : "only the bits 0x8, 0x20, 0x40 and 0x100 have a meaning";
}

/** Returns the canonical texts of a list of bindings. */
function canonicalBindings(value: MetabaseValue | null | undefined): string[] | Problem {
  const canonical = new Set<string>();
  for (const text of Array.isArray(value) ? value : []) {
    const binding = parseBinding(text);
    if (isProblem(binding)) {
      return new Problem(`${quote(text)} is not a binding: ${binding.reason}`);
    }
    const spelled = formatBinding(binding);
    if (canonical.has(spelled)) return new Problem(`${quote(text)} is there already`);
    canonical.add(spelled);
  }
  return [...canonical];
}

function bindingList(field: "bindings" | "secureBindings"): SiteProperty {
  return {
    get: (site) => site[field],
    set: (site, value) => {
      const bindings = canonicalBindings(value);
      return isProblem(bindings) ? null : { ...site, [field]: bindings };
    },
  };
}

/** Returns `site` with other responses; without any, if they say nothing. */
function withResponse(site: SiteRecord, change: Partial<SiteResponse>): SiteRecord {
  const { response, ...others } = site;
  const said = Object.entries({ ...response, ...change }).filter(([, value]) =>
    value !== undefined
  );
  return said.length === 0 ? others : { ...others, response: Object.fromEntries(said) };
}

function optionalNumber(field: "maxConnections" | "maxRequestEntityAllowed"): SiteProperty {
  return {
    get: (site) => site[field],
    set: (site, value) => {
      const { [field]: _, ...others } = site;
      return value === undefined ? others : { ...others, [field]: Number(value) };
    },
  };
}
