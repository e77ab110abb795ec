/**
 * What a document that is imported need not say: fields that are absent have the values of a machine
 * on which nothing has been stored. The stored document itself says everything: a field that has
 * gone from it is an accident, and must not open every address. Pure.
 *
 * @module
 */
import { NULL_GUID } from "../../base/guid.ts";
import { DEFAULT_DOCUMENT, type SiteRecord, type SslRecord } from "./document.ts";
import { plainFields } from "./shape.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The fields in the order in which they are stored; those without a default have to be there. */
const SITE = {
  id: undefined,
  name: undefined,
  bindings: [],
  secureBindings: [],
  autoStart: true,
} satisfies Partial<Record<keyof SiteRecord, unknown>>;
const SSL = {
  key: undefined,
  hash: undefined,
  appId: NULL_GUID,
  certCheckMode: 0,
  revocationFreshnessTime: 0,
  urlRetrievalTimeout: 0,
  flags: 0,
} satisfies Partial<Record<keyof SslRecord, unknown>>;

/** The fields that every document has. */
export type DocumentField = keyof typeof DEFAULT_DOCUMENT;

/** Returns the names of the fields of a document that `value` does not have. */
export function absentFields(value: unknown): DocumentField[] {
  const fields = plainFields(value);
  const names = Object.keys(DEFAULT_DOCUMENT) as DocumentField[];
  return fields === null ? [] : names.filter((name) => !(name in fields) && name !== "version");
}

/** Returns `value` with the defaults of what is absent; what is no document stays as it is. */
export function withDefaults(value: unknown): unknown {
  const fields = plainFields(value);
  if (fields === null) return value;
  const { version, ...defaults } = DEFAULT_DOCUMENT;
  const whole: Fields = { version, ...defaults, ...fields };
  // A document without a version is migrated like the older one that it may be.
  const { version: _, ...unversioned } = whole;
  return {
    ..."version" in fields ? whole : unversioned,
    ...(Array.isArray(whole.sites) ? { sites: sitesWithDefaults(whole.sites) } : {}),
    ...(Array.isArray(whole.ssl) ? { ssl: whole.ssl.map((one) => completed(one, SSL)) } : {}),
  };
}

/** A site without an id has the lowest that no other has. */
function sitesWithDefaults(sites: readonly unknown[]): unknown[] {
  const taken = new Set(sites.map((site) => plainFields(site)?.id));
  let next = 1;
  return sites.map((site) => {
    if (plainFields(site)?.id !== undefined) return completed(site, SITE);
    while (taken.has(next)) next++;
    return completed(site, { ...SITE, id: next++ });
  });
}

function completed(value: unknown, defaults: Fields): unknown {
  const fields = plainFields(value);
  return fields === null ? value : { ...defaults, ...fields };
}
