/**
 * Where the value of a metabase property is stored: in the site record, in the settings, or in
 * `document.metabase`. One row for each property that the rest of the program knows under another
 * name.
 *
 * @module
 */
import { isProblem } from "../../base/problem.ts";
import { formatBinding, parseBinding } from "../document/binding.ts";
import type { ConfigDocument, MetabaseValue, SiteRecord } from "../document/document.ts";
import { folderContent, isFolderContent } from "../document/site_content.ts";
import type { PropertyRow } from "./schema.ts";
import { effectiveSettings, type SettingName, type StoredSettings } from "../document/settings.ts";

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
]);

const ROOT_PROPERTIES: ReadonlyMap<string, SiteProperty> = new Map<string, SiteProperty>([
  ["Path", {
    get: ({ content }) => isFolderContent(content) ? content.path : undefined,
    set: (site, value) => {
      if (value === undefined) return null;
      const path = String(value);
      if (!/^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(path)) return null; // absolute only
      const listing = isFolderContent(site.content) ? site.content.listing : undefined;
      return { ...site, content: folderContent(path, listing) };
    },
  }],
  ["EnableDirBrowsing", {
    get: ({ content }) => isFolderContent(content) ? content.listing : undefined,
    set: (site, value) => {
      if (!isFolderContent(site.content)) return null;
      const listing = value === undefined ? undefined : !!value;
      return { ...site, content: folderContent(site.content.path, listing) };
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
]);

/** Properties that the service reads from `document.metabase`, and the keys at which it does. */
const READ_FROM_METABASE: ReadonlyMap<string, RegExp> = new Map([
  ["KeyType", /./],
  ["MajorIIsVersionNumber", /^W3SVC\/Info$/],
  ["DisableSocketPooling", /^W3SVC(?:\/[0-9]+)?$/],
]);

/** Returns the value at exactly this key; undefined if it has none. `path` is canonical. */
export function ownValue(
  document: ConfigDocument,
  path: string,
  property: PropertyRow,
): MetabaseValue | undefined {
  if (property.bit !== undefined) {
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
  if (found !== null) return found.property.get(found.site);
  const setting = path === "W3SVC" ? SETTING_OF.get(name) : undefined;
  if (setting !== undefined) return effectiveSettings(document.settings)[setting];
  return document.metabase[path]?.[name];
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
  const found = findSiteProperty(document, path, property.name);
  if (found !== null) {
    const site = found.property.set(found.site, value);
    if (site === null) return null;
    return { ...document, sites: document.sites.map((old) => old.id === site.id ? site : old) };
  }
  const setting = path === "W3SVC" ? SETTING_OF.get(property.name) : undefined;
  if (setting !== undefined) {
    const { [setting]: _, ...others } = document.settings;
    const settings = value === undefined ? others : { ...others, [setting]: value };
    return { ...document, settings: settings as StoredSettings };
  }
  const { [property.name]: _, ...others } = document.metabase[path] ?? {};
  const properties = value === undefined ? others : { ...others, [property.name]: value };
  const { [path]: __, ...keys } = document.metabase;
  const isEmpty = Object.keys(properties).length === 0;
  return { ...document, metabase: isEmpty ? keys : { ...keys, [path]: properties } };
}

/**
 * Reports whether the service uses a value that is set at `path`. Others are only stored: the
 * service has one value for all sites, or none at all.
 */
export function hasEffect(path: string, name: string): boolean {
  if (/^W3SVC\/[0-9]+$/.test(path) && SITE_PROPERTIES.has(name)) return true;
  if (/^W3SVC\/[0-9]+\/ROOT$/.test(path) && ROOT_PROPERTIES.has(name)) return true;
  if (path === "W3SVC" && SETTING_OF.has(name)) return true;
  return READ_FROM_METABASE.get(name)?.test(path) ?? false;
}

function findSiteProperty(
  document: ConfigDocument,
  path: string,
  name: string,
): { readonly site: SiteRecord; readonly property: SiteProperty } | null {
  const match = /^W3SVC\/([0-9]+)(\/ROOT)?$/.exec(path);
  const property = (match?.[2] === undefined ? SITE_PROPERTIES : ROOT_PROPERTIES).get(name);
  if (match === null || property === undefined) return null; // most are stored in the metabase
  const site = document.sites.find(({ id }) => String(id) === match[1]);
  return site === undefined ? null : { site, property };
}

function bindingList(field: "bindings" | "secureBindings"): SiteProperty {
  return {
    get: (site) => site[field],
    set: (site, value) => {
      const bindings = (Array.isArray(value) ? value : []).map(parseBinding);
      const texts = bindings.flatMap((b) => isProblem(b) ? [] : [formatBinding(b)]);
      const isWhole = texts.length === bindings.length && new Set(texts).size === texts.length;
      return isWhole ? { ...site, [field]: texts } : null;
    },
  };
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
