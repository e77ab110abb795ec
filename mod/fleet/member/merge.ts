/**
 * The shared part of a document, and the merge of a new one into the document of a machine. Pure.
 *
 * A document is merged by units: an entry of the list, a site, a setting, a record, a property of the
 * metabase. A unit that is as the last shared document had it follows the new one; any other is an
 * override of this machine, and stays.
 *
 * @module
 */
import { quote, shellWord } from "../../base/fault.ts";
import { Problem } from "../../base/problem.ts";
import { ACME_STORE, DEFAULT_STORE } from "../../config/certs/store_name.ts";
import type { ConfigDocument, SiteRecord, SslRecord } from "../../config/document/document.ts";
import type { SharedDocument, SharedSslRecord } from "../shared/shared_document.ts";
import { isSecretProperty, secretFields } from "./secrets.ts";

/** What a merge is made of. */
interface MergeInput {
  /** The shared document that `local` follows. */
  readonly base: SharedDocument;
  /** The one to follow. */
  readonly next: SharedDocument;
  /** The document of the machine. */
  readonly local: ConfigDocument;
  /** Returns the thumbprint of a certificate of this machine; null if it has none of that name. */
  hashOf(store: string, certName: string): string | null;
}

/** The document of a machine that follows a shared one. */
export interface Merged {
  readonly document: ConfigDocument;
  /** The units that differ from the shared document: `ipListen[10.0.0.5]`, `sites[W3SVC/2]`. */
  readonly overrides: readonly string[];
  /** The new shared sites that are not here, because a site of this machine has their id. */
  readonly hidden: readonly string[];
}

/** A document of either kind: of its ssl records only the keys matter here. */
interface UnitDocument extends Omit<SharedDocument, "ssl"> {
  readonly ssl: readonly { readonly key: string }[];
}
/** The units of a document by their keys, in its order. */
type Units = Map<string, unknown>;
/** The lists of a document whose members are records with a key. */
type RecordList = "ssl" | "urlAcl" | "registrations" | "sites" | "acme";

const LISTS: Readonly<Record<RecordList, (record: never) => string>> = {
  ssl: ({ key }: SslRecord) => key,
  urlAcl: ({ url }: { url: string }) => url,
  registrations: ({ url }: { url: string }) => url,
  sites: ({ id }: { id: number }) => `W3SVC/${id}`,
  acme: ({ certName }: { certName: string }) => certName,
};
const LIST_NAMES = Object.keys(LISTS) as RecordList[];
/** The thumbprint of a certificate that is obtained later; the record finds it by its name. */
const NOT_YET = "0".repeat(40);

/** Returns what of a document can be shared: everything but secrets and what one machine has. */
export function sharedOf({ $schema: _, ...document }: ConfigDocument): SharedDocument {
  const metabase = Object.entries(document.metabase).map(([path, properties]) => {
    const open = Object.entries(properties).filter(([name]) => !isSecretProperty(name));
    return [path, Object.fromEntries(open)] as const;
  }).filter(([path, open]) => {
    // A key that had nothing but secrets is not shared; one that was made empty is.
    return Object.keys(open).length > 0 || Object.keys(document.metabase[path]!).length === 0;
  });
  return {
    ...document,
    ssl: document.ssl.flatMap(sharedSsl),
    sites: document.sites.filter((site) => !isOwnSite(site)),
    metabase: Object.fromEntries(metabase),
  };
}

/**
 * Merges `next` into the document of a machine. Returns a problem for a record whose certificate the
 * machine does not have.
 */
export function mergeShared({ base, next, local, hashOf }: MergeInput): Merged | Problem {
  const shared = sharedOf(local);
  const units = mergedUnits(unitsOf(base), unitsOf(next), unitsOf(shared));
  const ssl: SslRecord[] = [];
  const ownKeys = new Set(local.ssl.filter(isOwnRecord).map(({ key }) => key));
  for (const record of units.values("ssl") as SharedSslRecord[]) {
    if (ownKeys.has(record.key)) continue;
    const full = withHash(record, local, next, hashOf);
    if (full instanceof Problem) return full;
    ssl.push(full);
  }
  const made = documentOf(units, next, local);
  return {
    document: {
      ...made,
      ssl: withOwn(ssl, local.ssl.filter(isOwnRecord), ({ key }) => key),
      sites: withOwn(made.sites, local.sites.filter(isOwnSite), ({ id }) => id),
      metabase: withSecrets(made.metabase, local.metabase),
    },
    overrides: [...new Set([...units.overrides, ...unshared(local)])],
    hidden: hiddenSites(base, next, shared),
  };
}

/**
 * Returns `before` with what has become of `after` since: the way back from a change that others have
 * edited in the meantime.
 */
export function takeBack(
  { before, after, now }: Readonly<Record<"before" | "after" | "now", ConfigDocument>>,
): ConfigDocument {
  const units = mergedUnits(unitsOf(after), unitsOf(before), unitsOf(now));
  return documentOf(units, before, now);
}

/**
 * Returns the shared document that a machine follows which failed while it applied `started` over
 * `before`: whatever it has of the former is not its own.
 */
export function startedBase(
  { before, started, local }: {
    readonly before: SharedDocument;
    readonly started: SharedDocument;
    readonly local: ConfigDocument;
  },
): SharedDocument {
  const [old, own] = [unitsOf(before), unitsOf(sharedOf(local))];
  const parts = new Map([...unitsOf(started)].map(([part, units]) => {
    const [were, here] = [old.get(part)!, own.get(part)!];
    const mixed: Units = new Map();
    for (const key of new Set([...were.keys(), ...units.keys()])) {
      const from = isSame(here.get(key), units.get(key)) ? units : were;
      if (from.has(key)) mixed.set(key, from.get(key));
    }
    return [part, mixed];
  }));
  return plainDocument(parts, started);
}

/** Returns the units in which the document of a machine differs from the shared one. */
export function overridesOf(shared: SharedDocument, local: ConfigDocument): string[] {
  const units = unitsOf(shared);
  const own = mergedUnits(units, units, unitsOf(sharedOf(local))).overrides;
  return [...new Set([...own, ...unshared(local)])];
}

/** Returns a document in which the units `names` are as the shared one has them; null for all. */
export function withoutOverrides(
  { shared, local, hashOf, names }: {
    readonly shared: SharedDocument;
    readonly local: ConfigDocument;
    readonly names: readonly string[] | null;
    hashOf(store: string, certName: string): string | null;
  },
): Merged | Problem {
  const isGiven = (name: string): boolean => names === null || names.includes(name);
  const own = unitsOf(sharedOf(local));
  const wanted = unitsOf(shared);
  // What is given up is as if it had been followed: the base has it as it is here.
  const base = new Map([...wanted].map(([list, units]) => {
    const here = own.get(list) ?? new Map();
    const keys = new Set([...units.keys(), ...here.keys()]);
    return [
      list,
      new Map([...keys].flatMap((key): [string, unknown][] => {
        const from = isGiven(unitName(list, key)) ? here : units;
        return from.has(key) ? [[key, from.get(key)]] : [];
      })),
    ];
  }));
  return mergeShared({ base: plainDocument(base, shared), next: shared, local, hashOf });
}

/** Returns `shared` with what is this machine's alone, which goes before what has its key. */
function withOwn<T>(shared: readonly T[], own: readonly T[], keyOf: (one: T) => unknown): T[] {
  const keys = new Set(own.map(keyOf));
  return [...shared.filter((one) => !keys.has(keyOf(one))), ...own];
}

/** Reports whether a record says nothing to other machines: it names no certificate. */
function isOwnRecord(record: SslRecord): boolean {
  return record.certName === undefined;
}

/** Reports whether a site is never shared, because of what it contains. */
function isOwnSite(site: SiteRecord): boolean {
  return secretFields(site).length > 0;
}

/** The thumbprint is of one machine, a record without a name says nothing to another. */
function sharedSsl({ hash: _, certName, ...record }: SslRecord): SharedSslRecord[] {
  return certName === undefined ? [] : [{ ...record, certName }];
}

/** The units of this machine that are never shared. */
function unshared(local: ConfigDocument): string[] {
  return [
    ...local.ssl.filter(isOwnRecord).map(({ key }) => `ssl[${key}]`),
    ...local.sites.filter(isOwnSite).map(({ id }) => `sites[W3SVC/${id}]`),
    ...Object.entries(local.metabase).flatMap(([path, properties]) => {
      return Object.keys(properties).filter(isSecretProperty).map((name) => {
        return `metabase[${metabaseKey(path, name)}]`;
      });
    }),
  ];
}

function withHash(
  record: SharedSslRecord,
  local: ConfigDocument,
  next: SharedDocument,
  hashOf: MergeInput["hashOf"],
): SslRecord | Problem {
  const here = local.ssl.find(({ key }) => key === record.key);
  if (here !== undefined && isSame(sharedSsl(here)[0], record)) return here;
  const store = record.certStoreName ?? DEFAULT_STORE;
  const isObtained = store === ACME_STORE &&
    (next.acme ?? []).some(({ certName }) => certName === record.certName);
  const hash = hashOf(store, record.certName) ?? (isObtained ? NOT_YET : null);
  if (hash === null) {
    const named = `${quote(record.certName)} of the store ${quote(store)}`;
    return new Problem(`this machine has no certificate ${named}, which ssl[${record.key}] needs`, {
      hint: `httpcfg cert import --name ${shellWord(record.certName)} --cert FILE --key FILE` +
        (store === DEFAULT_STORE ? "" : ` --store ${shellWord(store)}`),
    });
  }
  const { key, certStoreName, certName, ...rest } = record;
  return {
    key,
    hash,
    ...(certStoreName === undefined ? {} : { certStoreName }),
    certName,
    ...rest,
  };
}

/** The shared sites that are new, and whose id a site of this machine with another name has. */
function hiddenSites(base: SharedDocument, next: SharedDocument, local: SharedDocument): string[] {
  const known = new Set(base.sites.map(({ id }) => id));
  return next.sites.filter(({ id }) => !known.has(id)).flatMap(({ id, name }) => {
    const own = local.sites.find((site) => site.id === id);
    if (own === undefined || own.name.toLowerCase() === name.toLowerCase()) return [];
    return [
      `W3SVC/${id} is the site ${quote(own.name)} of this machine, and the shared site ${
        quote(name)
      }`,
    ];
  });
}

/** Returns the units of each part of a document. */
function unitsOf(document: UnitDocument): Map<string, Units> {
  const parts = new Map<string, Units>();
  parts.set("ipListen", new Map(document.ipListen.map((entry) => [entry, entry])));
  for (const list of LIST_NAMES) {
    const keyOf = LISTS[list] as (record: unknown) => string;
    parts.set(list, new Map((document[list] ?? []).map((record) => [keyOf(record), record])));
  }
  parts.set(
    "metabase",
    new Map(
      Object.entries(document.metabase).flatMap(([path, properties]) => {
        const own = Object.entries(properties).map(([name, value]): [string, unknown] => {
          return [metabaseKey(path, name), value];
        });
        return own.length === 0 ? [[metabaseKey(path, ""), null] as [string, unknown]] : own;
      }),
    ),
  );
  parts.set("settings", new Map(Object.entries(document.settings)));
  return parts;
}

/** A path has no space, and neither has the name of a property. */
function metabaseKey(path: string, name: string): string {
  return `${path} ${name}`;
}

/** What has become of each part of a document, and where it is not the next one. */
class MergedUnits {
  readonly parts = new Map<string, Units>();
  readonly overrides: string[] = [];

  values(part: string): unknown[] {
    return [...this.parts.get(part)!.values()];
  }
}

function mergedUnits(
  base: ReadonlyMap<string, Units>,
  next: ReadonlyMap<string, Units>,
  local: ReadonlyMap<string, Units>,
): MergedUnits {
  const merged = new MergedUnits();
  for (const [part, wanted] of next) {
    const [old, own] = [base.get(part)!, local.get(part)!];
    const units: Units = new Map();
    // The order is that of the next document; what only this machine has follows.
    for (const key of new Set([...wanted.keys(), ...own.keys()])) {
      const follows = isSame(own.get(key), old.get(key)) || isSame(own.get(key), wanted.get(key));
      if (!follows) merged.overrides.push(unitName(part, key));
      const from = follows ? wanted : own;
      if (from.has(key)) units.set(key, from.get(key));
    }
    merged.parts.set(part, units);
  }
  return merged;
}

/** Returns what a unit is called in messages. */
function unitName(part: string, key: string): string {
  return part === "settings" ? `settings.${key}` : `${part}[${key.trimEnd()}]`;
}

/** Returns the document of merged units, with its fields in the order of `next`. */
function documentOf(
  { parts }: Pick<MergedUnits, "parts">,
  next: UnitDocument,
  { $schema }: ConfigDocument,
): ConfigDocument {
  const document = plainDocument(parts, next) as unknown as ConfigDocument;
  return { ...($schema === undefined ? {} : { $schema }), ...document };
}

function plainDocument(parts: ReadonlyMap<string, Units>, next: UnitDocument): SharedDocument {
  const values = (part: string): unknown[] => [...parts.get(part)!.values()];
  const lists = Object.fromEntries(LIST_NAMES.map((list) => [list, values(list)]));
  const { registrations, acme, ...always } = lists;
  const optional = Object.entries({ registrations, acme }).filter(([name, list]) => {
    return list!.length > 0 || next[name as "acme"] !== undefined;
  });
  const made: Record<string, unknown> = {
    ...always,
    ...Object.fromEntries(optional),
    version: next.version,
    ipListen: values("ipListen"),
    metabase: metabaseOf(parts.get("metabase")!),
    settings: Object.fromEntries(parts.get("settings")!),
  };
  const names = [...new Set([...Object.keys(next), ...Object.keys(made)])];
  const fields = names.filter((name) => made[name] !== undefined).map((name) => [name, made[name]]);
  return Object.fromEntries(fields) as unknown as SharedDocument;
}

function metabaseOf(units: Units): SharedDocument["metabase"] {
  const paths = new Map<string, [string, unknown][]>();
  for (const [key, value] of units) {
    const space = key.lastIndexOf(" ");
    const [path, name] = [key.slice(0, space), key.slice(space + 1)];
    const properties = paths.get(path) ?? [];
    paths.set(path, properties);
    if (name !== "") properties.push([name, value]);
  }
  const entries = [...paths].map(([path, properties]) => [path, Object.fromEntries(properties)]);
  return Object.fromEntries(entries) as SharedDocument["metabase"];
}

function withSecrets(
  shared: ConfigDocument["metabase"],
  local: ConfigDocument["metabase"],
): ConfigDocument["metabase"] {
  const secrets = Object.entries(local).flatMap(([path, properties]) => {
    const own = Object.entries(properties).filter(([name]) => isSecretProperty(name));
    return own.length === 0
      ? []
      : [[path, { ...shared[path], ...Object.fromEntries(own) }] as const];
  });
  return { ...shared, ...Object.fromEntries(secrets) };
}

/** Compares two values; the order of the fields of a record is no difference. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const names = Object.keys(value).sort();
  return Object.fromEntries(
    names.map((name) => [name, sorted((value as Record<string, unknown>)[name])]),
  );
}
