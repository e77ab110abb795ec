/**
 * Where the value of a metabase property is stored: in the site record, in the settings, or in
 * `document.metabase`. One row for each property that the rest of the program knows under another
 * name.
 *
 * @module
 */
import { isProblem } from "../../base/problem.ts";
import { formatBinding, parseBinding } from "../document/binding.ts";
import { withApplication } from "../document/application.ts";
import type { ConfigDocument, MetabaseValue, SiteRecord } from "../document/document.ts";
import { replaceSite } from "../document/edit.ts";
import { folderContent, isFolderContent, type SiteContent } from "../document/site_content.ts";
import type { PropertyRow } from "./schema.ts";
import { effectiveSettings, type SettingName, type StoredSettings } from "../document/settings.ts";
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
  if (found !== null) return found.value;
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
    const site = found.set(value);
    return site === null ? null : replaceSite(document, site);
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
  if (/^W3SVC\/[0-9]+\/ROOT(?:\/|$)/.test(path) && CONTENT_PROPERTIES.has(name)) return true;
  if (path === "W3SVC" && SETTING_OF.has(name)) return true;
  return READ_FROM_METABASE.get(name)?.test(path) ?? false;
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
  const property = SITE_PROPERTIES.get(name);
  if (path === `W3SVC/${id}`) {
    if (property === undefined) return null; // most are stored in the metabase
    return { value: property.get(site), set: (value) => property.set(site, value) };
  }
  const ofContent = CONTENT_PROPERTIES.get(name);
  if (ofContent === undefined) return null;
  if (below === undefined) {
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
  const own = ofContent.get(application.content);
  return {
    // An application has nothing from the site around it.
    value: name === "EnableDirBrowsing" ? own ?? false : own,
    set: (value) => {
      const content = ofContent.set(application.content, value);
      return content === null ? null : withApplication(site, { ...application, content });
    },
  };
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
