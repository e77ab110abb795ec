/**
 * Edits of the metabase: set, delete, create, copy and move, from document to document. A rejected
 * edit gives its reason as the HRESULT that the IIS ADSI provider returned for it (choice if the
 * sources name none: the code whose documented meaning is the reason).
 *
 * @module
 */
import { isProblem, Problem } from "../../base/problem.ts";
import { withApplication } from "../document/application.ts";
import type { ConfigDocument, MetabaseValue, SiteRecord } from "../document/document.ts";
import { replaceSite } from "../document/edit.ts";
import { NOT_FOUND_CONTENT } from "../document/site_content.ts";
import {
  findValue,
  isBuiltIn,
  keyAt,
  type MetabaseKey,
  normalPath,
  parentPath,
  siteIdOfPath,
  siteOfPath,
  subtreeOf,
} from "./tree.ts";
import type { KeyType, PropertyRow } from "./property.ts";
import { keyTypeNamed, parseValue, propertyRow } from "./schema.ts";
import { storesBit, withValue } from "./values.ts";
import {
  virtualDirAt,
  virtualDirPlace,
  virtualDirsUnder,
  withoutVirtualDirs,
} from "./virtual_dirs.ts";

/** HRESULTs of rejected calls, signed as scripts print them. */
export const HRESULT = {
  /** ERROR_PATH_NOT_FOUND */
  PATH_NOT_FOUND: -2147024893,
  /** ERROR_ACCESS_DENIED */
  ACCESS_DENIED: -2147024891,
  /** ERROR_NOT_SUPPORTED */
  NOT_SUPPORTED: -2147024846,
  /** ERROR_INVALID_PARAMETER */
  INVALID_ARGUMENT: -2147024809,
  /** ERROR_ALREADY_EXISTS */
  ALREADY_EXISTS: -2147024713,
  /** ERROR_SERVICE_NOT_ACTIVE */
  NOT_ACTIVE: -2147023834,
  /** 0x80005006: the property has no value at the key, "not set at this node" */
  NOT_SET: -2147463162,
  /** E_ADS_CANT_CONVERT_DATATYPE */
  WRONG_TYPE: -2147463156,
  /** E_ADS_PROPERTY_NOT_FOUND */
  NO_PROPERTY: -2147463155,
} as const;

/** Returns the HRESULT for a Win32 code, signed: HRESULT_FROM_WIN32. */
export function hresultOf(win32: number): number {
  return (0x80070000 + win32) | 0;
}

/** The result of an edit. */
export interface MetabaseEdit {
  readonly document: ConfigDocument;
  /** The value that is now stored. */
  readonly value?: MetabaseValue | undefined;
}

/** Returns the problem that the IIS ADSI provider reports as `code`, one of {@linkcode HRESULT}. */
function refused(code: keyof typeof HRESULT): Problem {
  return new Problem(code.toLowerCase().replaceAll("_", " "), { code: HRESULT[code] });
}

/** Returns the property `name` and the key at `path`, or the problem if either does not exist. */
export function propertyAt(
  document: ConfigDocument,
  path: string,
  name: string,
): { readonly key: MetabaseKey; readonly property: PropertyRow } | Problem {
  const key = keyAt(document, path);
  if (key === null) return refused("PATH_NOT_FOUND");
  const property = propertyRow(name);
  if (property === undefined || !property.where.includes(key.keyType)) {
    return refused("NO_PROPERTY");
  }
  return { key, property };
}

/**
 * Sets a property from command-line arguments. The result includes the value that is now stored.
 */
export function setProperty(
  document: ConfigDocument,
  path: string,
  name: string,
  texts: readonly string[],
): MetabaseEdit | Problem {
  const found = propertyAt(document, path, name);
  if (isProblem(found)) return found;
  const { key, property } = found;
  if (property.isReadOnly || property.isSecure || property.name === "ServerCommand") {
    return refused("ACCESS_DENIED");
  }
  if (property.name === "KeyType") return setKeyType(document, key, texts[0] ?? "");
  const value = parseValue(property, texts);
  if (value === null) return valueProblem(property, texts);
  const target = property.bit === undefined || storesBit(document, key.path, property)
    ? { property, value }
    : bitTarget(document, key, property.bit, value === true);
  const edited = target === null
    ? null
    : withValue(document, key.path, target.property, target.value);
  if (edited === null) return refused("INVALID_ARGUMENT");
  if (!hasUniqueNames(edited)) return refused("ALREADY_EXISTS");
  return {
    document: edited,
    value: property.bit === undefined ? storedValue(edited, key, property) : value,
  };
}

/** Removes a property from a key. */
export function deleteProperty(
  document: ConfigDocument,
  path: string,
  name: string,
): MetabaseEdit | Problem {
  const found = propertyAt(document, path, name);
  if (isProblem(found)) return found;
  const { key, property } = found;
  if (property.isReadOnly || property.name === "KeyType" || property.bit !== undefined) {
    return refused("ACCESS_DENIED");
  }
  const value = findValue(document, key, property);
  if (value === null || value.at !== key.path) return refused("NOT_SET");
  const edited = withValue(document, key.path, property, undefined);
  return edited === null ? refused("ACCESS_DENIED") : { document: edited };
}

/** Removes a key and everything below it. A site is a key. */
export function deleteKey(document: ConfigDocument, path: string): MetabaseEdit | Problem {
  const key = keyAt(document, path);
  if (key === null) return refused("PATH_NOT_FOUND");
  if (isBuiltIn(key.path)) return refused("ACCESS_DENIED");
  const removed = new Set(subtreeOf(document, key.path));
  const metabase = Object.entries(document.metabase).filter(([at]) => !removed.has(at));
  const sites = document.sites.filter(({ id }) => !removed.has(`W3SVC/${id}`));
  const edited = { ...document, sites, metabase: Object.fromEntries(metabase) };
  return { document: withoutVirtualDirs(edited, removed) };
}

/**
 * Creates a key. `W3SVC/n` of class IIsWebServer is a new site without bindings, and one of class
 * IIsWebVirtualDir below the ROOT of a site a new application of it, without a Path.
 */
export function createKey(
  document: ConfigDocument,
  path: string,
  keyTypeText: string | undefined,
): MetabaseEdit | Problem {
  const keyType = keyTypeText === undefined ? "IIsObject" : keyTypeNamed(keyTypeText);
  const wanted = normalPath(path);
  if (wanted === "" || keyType === undefined) return refused("INVALID_ARGUMENT");
  if (keyAt(document, wanted) !== null) return refused("ALREADY_EXISTS");
  if (!isPartOfSite(document, wanted, keyType)) {
    return { document: withKeyType(document, wanted, keyType) };
  }
  return keyType === "IIsWebServer"
    ? createSite(document, wanted)
    : createVirtualDir(document, wanted);
}

/** Reports whether a key is a site or an application of one, and so no entry of its own. */
function isPartOfSite(document: ConfigDocument, path: string, keyType: KeyType): boolean {
  return keyType === "IIsWebServer" ||
    (keyType === "IIsWebVirtualDir" && siteOfPath(document, path) !== undefined);
}

/** Copies a key and everything below it to an unused path; `move` removes the source. */
export function copyKey(
  document: ConfigDocument,
  from: string,
  to: string,
  move: boolean,
): MetabaseEdit | Problem {
  const source = keyAt(document, from);
  const target = normalPath(to);
  if (source === null) return refused("PATH_NOT_FOUND");
  if (target === "" || keyAt(document, target) !== null) return refused("ALREADY_EXISTS");
  if (isBuiltIn(source.path) || target.startsWith(`${source.path}/`)) {
    return refused("ACCESS_DENIED");
  }
  const parent = parentPath(target);
  if (parent === null || keyAt(document, parent) === null) {
    return refused("PATH_NOT_FOUND");
  }
  const site = siteOfPath(document, source.path);
  const isSite = site !== undefined && source.path === `W3SVC/${site.id}`;
  const id = siteIdOfPath(target);
  if (isSite && target !== `W3SVC/${id}`) return refused("INVALID_ARGUMENT");
  const copies = subtreeOf(document, source.path).flatMap((at) => {
    const properties = document.metabase[at];
    return properties === undefined ? [] : [[target + at.slice(source.path.length), properties]];
  });
  const sites = isSite && id !== null
    ? [...document.sites, {
      ...site,
      id,
      name: move ? site.name : freeName(document, site.name, id),
    }]
    : document.sites;
  const metabase = { ...document.metabase, ...Object.fromEntries(copies) };
  const copied = isSite
    ? { ...document, sites, metabase }
    : withVirtualDirs({ ...document, metabase }, target, virtualDirsUnder(document, source.path));
  if (copied === null) return refused("INVALID_ARGUMENT");
  return move ? deleteKey(copied, source.path) : { document: copied };
}

/** Returns the document with the applications below the key `path`; null if they cannot be there. */
function withVirtualDirs(
  document: ConfigDocument,
  path: string,
  copies: ReturnType<typeof virtualDirsUnder>,
): ConfigDocument | null {
  return copies.reduce<ConfigDocument | null>((edited, { rest, application: { content } }) => {
    const place = edited === null ? null : virtualDirPlace(edited, path + rest);
    if (edited === null || place === null) return null;
    const site = withApplication(place.site, { path: place.path, content });
    return replaceSite(edited, site);
  }, document);
}

function bitTarget(
  document: ConfigDocument,
  key: MetabaseKey,
  { of, mask }: { readonly of: string; readonly mask: number },
  isSet: boolean,
): { readonly property: PropertyRow; readonly value: number } | null {
  const property = propertyRow(of);
  if (property === undefined) return null;
  const flags = Number(findValue(document, key, property)?.value ?? property.default);
  return { property, value: (isSet ? flags | mask : flags & ~mask) >>> 0 };
}

function storedValue(
  document: ConfigDocument,
  key: MetabaseKey,
  property: PropertyRow,
): MetabaseValue | undefined {
  return findValue(document, key, property)?.value;
}

function valueProblem(property: PropertyRow, texts: readonly string[]): Problem {
  const isNumber = property.type === "DWORD" && texts.length === 1 &&
    /^(?:[0-9]+|0[xX][0-9a-fA-F]+)$/.test(texts[0] ?? "");
  return refused(isNumber ? "INVALID_ARGUMENT" : "WRONG_TYPE");
}

function setKeyType(
  document: ConfigDocument,
  key: MetabaseKey,
  text: string,
): MetabaseEdit | Problem {
  const keyType = keyTypeNamed(text);
  if (keyType === undefined) return refused("INVALID_ARGUMENT");
  if (keyType === key.keyType) return { document, value: keyType };
  const isFixed = isBuiltIn(key.path) || key.keyType === "IIsWebServer" ||
    virtualDirAt(document, key.path) !== null;
  if (isFixed) return refused("ACCESS_DENIED");
  if (!isPartOfSite(document, key.path, keyType)) {
    return { document: withKeyType(document, key.path, keyType), value: keyType };
  }
  const { [key.path]: _, ...metabase } = document.metabase;
  const edit = createKey({ ...document, metabase }, key.path, keyType);
  return isProblem(edit) ? edit : { ...edit, value: keyType };
}

function withKeyType(document: ConfigDocument, path: string, keyType: KeyType): ConfigDocument {
  const properties = { ...document.metabase[path], KeyType: keyType };
  return { ...document, metabase: { ...document.metabase, [path]: properties } };
}

function createVirtualDir(document: ConfigDocument, path: string): MetabaseEdit | Problem {
  const place = virtualDirPlace(document, path);
  if (place === null) return refused("INVALID_ARGUMENT");
  const application = { path: place.path, content: NOT_FOUND_CONTENT };
  return { document: replaceSite(document, withApplication(place.site, application)) };
}

function createSite(document: ConfigDocument, path: string): MetabaseEdit | Problem {
  const id = siteIdOfPath(path);
  if (id === null || path !== `W3SVC/${id}` || id > 4294967295) {
    return refused("INVALID_ARGUMENT");
  }
  const site: SiteRecord = {
    id,
    name: freeName(document, `W3SVC/${id}`, id),
    bindings: [],
    secureBindings: [],
    autoStart: true,
    content: NOT_FOUND_CONTENT,
  };
  return { document: { ...document, sites: [...document.sites, site] } };
}

function freeName(document: ConfigDocument, name: string, id: number): string {
  const isTaken = document.sites.some((site) => site.name.toLowerCase() === name.toLowerCase());
  return isTaken ? `${name} (${id})` : name;
}

function hasUniqueNames({ sites }: ConfigDocument): boolean {
  return new Set(sites.map((site) => site.name.toLowerCase())).size === sites.length;
}
