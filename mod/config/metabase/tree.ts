/**
 * The metabase as a tree of keys: which keys exist, their values, and what they inherit.
 *
 * It is a view, not a second store. The properties of sites are in the site records, those of W3SVC
 * that are settings are in the settings, and only the others are in `document.metabase` (see
 * {@linkcode ./values.ts}). So a site that one tool changes is changed for every other tool.
 *
 * @module
 */
import type { ConfigDocument, MetabaseValue, SiteRecord } from "../document/document.ts";
import { KEY_TYPES, type KeyType, type PropertyRow } from "./property.ts";
import { PROPERTIES } from "./schema.ts";
import { ownValue } from "./values.ts";
import { virtualDirAt, virtualDirPath, virtualDirPaths } from "./virtual_dirs.ts";

/** Keys that exist without being stored. */
const BUILT_IN: ReadonlyMap<string, KeyType> = new Map<string, KeyType>([
  ["W3SVC", "IIsWebService"],
  ["W3SVC/Info", "IIsWebInfo"],
  ["W3SVC/AppPools", "IIsApplicationPools"],
  ["W3SVC/AppPools/DefaultAppPool", "IIsApplicationPool"],
]);

/** Path segments with a fixed spelling; others keep the spelling with which they were created. */
const SEGMENTS: ReadonlyMap<string, string> = new Map(
  ["W3SVC", "Info", "AppPools", "DefaultAppPool", "ROOT"].map((name) => [name.toLowerCase(), name]),
);

export interface MetabaseKey {
  /** Canonical path: `W3SVC/1/ROOT`. */
  readonly path: string;
  readonly keyType: KeyType;
}

/** A value and the key that has it. */
interface FoundValue {
  readonly value: MetabaseValue;
  /** Path of the key that has the value: the requested key, or one above it. */
  readonly at: string;
}

/** Returns the state of a site in the running service, the value of ServerState. */
export type SiteStates = (siteId: number) => number | undefined;

/**
 * Returns the canonical path: no leading slash, no `LM`, known segments as the metabase spells
 * them.
 */
export function normalPath(text: string): string {
  const segments = text.replaceAll("\\", "/").split("/").filter((segment) => segment !== "");
  if (segments[0]?.toUpperCase() === "LM") segments.shift();
  return segments.map((segment) => SEGMENTS.get(segment.toLowerCase()) ?? segment).join("/");
}

/** Returns the path of the key above; null for a key of the first level. */
export function parentPath(path: string): string | null {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? null : path.slice(0, slash);
}

/** Returns the site to which `W3SVC/n` or a path below it, such as `W3SVC/n/ROOT`, belongs. */
export function siteOfPath(document: ConfigDocument, path: string): SiteRecord | undefined {
  const id = siteIdOfPath(path);
  return id === null ? undefined : document.sites.find((site) => site.id === id);
}

/** Returns the n of `W3SVC/n` and of the paths below it; null for other paths. */
export function siteIdOfPath(path: string): number | null {
  const match = /^W3SVC\/([1-9][0-9]{0,9})(?:\/|$)/.exec(path);
  return match === null ? null : Number(match[1]);
}

/** Returns the key at the path `text`, in any spelling; null if there is none. */
export function keyAt(document: ConfigDocument, text: string): MetabaseKey | null {
  const path = normalPath(text);
  const builtIn = BUILT_IN.get(path);
  if (builtIn !== undefined) return { path, keyType: builtIn };
  const site = siteOfPath(document, path);
  if (site !== undefined && path === `W3SVC/${site.id}`) return { path, keyType: "IIsWebServer" };
  if (site !== undefined && path === `W3SVC/${site.id}/ROOT`) {
    return { path, keyType: "IIsWebVirtualDir" };
  }
  const virtualDir = virtualDirAt(document, path);
  if (virtualDir !== null) {
    const { site, application } = virtualDir;
    return { path: virtualDirPath(site, application), keyType: "IIsWebVirtualDir" };
  }
  const stored = storedPath(document, path);
  if (stored === null) {
    const above = spelled(virtualDirPaths(document), path);
    return above === null ? null : { path: above, keyType: "IIsWebDirectory" };
  }
  const keyType = document.metabase[stored]?.KeyType;
  return { path: stored, keyType: KEY_TYPES.find((type) => type === keyType) ?? "IIsObject" };
}

/** Reports whether a key cannot be deleted because the service needs it. */
export function isBuiltIn(path: string): boolean {
  return BUILT_IN.has(path) || /^W3SVC\/[0-9]+\/ROOT$/.test(path);
}

/** Returns the keys directly below `path`, in the order of the tree. */
export function childrenOf(document: ConfigDocument, path: string): string[] {
  const above = `${path}/`.toLowerCase();
  return allKeys(document).filter((key) => {
    return key.toLowerCase().startsWith(above) && !key.slice(above.length).includes("/");
  });
}

/** Returns `path` and every key below it, each before those below it. */
export function subtreeOf(document: ConfigDocument, path: string): string[] {
  const above = `${path}/`.toLowerCase();
  return allKeys(document).filter((key) => {
    return key.toLowerCase() === path.toLowerCase() || key.toLowerCase().startsWith(above);
  });
}

/**
 * Returns the value of a property at a key: its own or, if the property inherits, that of the
 * nearest key above.
 */
export function findValue(
  document: ConfigDocument,
  key: MetabaseKey,
  property: PropertyRow,
  states?: SiteStates,
): FoundValue | null {
  let at: MetabaseKey | null = key;
  while (at !== null) {
    const value = valueAt(document, at, property, states);
    if (value !== undefined) return { value, at: at.path };
    at = property.inherits ? keyAbove(document, at.path) : null;
  }
  return null;
}

/** Returns the nearest key above `path`: those between may have been left out. */
function keyAbove(document: ConfigDocument, path: string): MetabaseKey | null {
  for (let above = parentPath(path); above !== null; above = parentPath(above)) {
    const key = keyAt(document, above);
    if (key !== null) return key;
  }
  return null;
}

/** Returns the value that the service uses: the one found, else the default of the schema. */
export function effectiveValue(
  document: ConfigDocument,
  path: string,
  property: PropertyRow,
): MetabaseValue | null {
  const key = keyAt(document, path);
  const found = key === null ? null : findValue(document, key, property);
  return found?.value ?? property.default;
}

/** Returns the properties that have a value of their own at `key`, in the order of the schema. */
export function ownProperties(
  document: ConfigDocument,
  key: MetabaseKey,
  states?: SiteStates,
): { readonly property: PropertyRow; readonly value: MetabaseValue }[] {
  return PROPERTIES.flatMap((property) => {
    // The bits of a DWORD are shown as that DWORD, not twenty times more.
    const value = property.bit === undefined ? valueAt(document, key, property, states) : undefined;
    return value === undefined ? [] : [{ property, value }];
  });
}

function valueAt(
  document: ConfigDocument,
  key: MetabaseKey,
  property: PropertyRow,
  states?: SiteStates,
): MetabaseValue | undefined {
  if (property.name === "KeyType") return key.keyType;
  if (!property.where.includes(key.keyType)) return undefined;
  if (property.name === "ServerState") {
    const id = siteIdOfPath(key.path);
    return id === null ? undefined : states?.(id) ?? 4;
  }
  return ownValue(document, key.path, property);
}

function allKeys(document: ConfigDocument): string[] {
  const keys = new Set<string>(BUILT_IN.keys());
  for (const path of createdKeys(document)) keys.add(path);
  for (const { id } of document.sites) {
    keys.add(`W3SVC/${id}`);
    keys.add(`W3SVC/${id}/ROOT`);
  }
  const known = new Set([...keys].map((key) => key.toLowerCase()));
  for (const path of virtualDirPaths(document)) {
    if (!known.has(path.toLowerCase())) keys.add(path);
  }
  return [...keys].sort(comparePaths);
}

/** Compares segment by segment: names in alphabetical order, then numbers in numerical order. */
function comparePaths(left: string, right: string): number {
  const [a, b] = [left.split("/"), right.split("/")];
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareSegments(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareSegments(a: string, b: string): number {
  const [numberA, numberB] = [/^[0-9]+$/.test(a), /^[0-9]+$/.test(b)];
  if (numberA && numberB) return Number(a) - Number(b);
  if (numberA !== numberB) return numberA ? 1 : -1;
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  return x < y ? -1 : x > y ? 1 : 0;
}

function storedPath(document: ConfigDocument, path: string): string | null {
  return spelled(createdKeys(document), path);
}

/** Returns the one of `keys` that is `path` without regard to case; null if none is. */
function spelled(keys: readonly string[], path: string): string | null {
  const wanted = path.toLowerCase();
  return keys.find((key) => key.toLowerCase() === wanted) ?? null;
}

/**
 * Returns the keys that were created: they have a KeyType; what a removed site left behind has
 * none.
 */
function createdKeys(document: ConfigDocument): string[] {
  return Object.keys(document.metabase).filter((path) => {
    return document.metabase[path]?.KeyType !== undefined;
  });
}
