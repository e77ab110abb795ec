/**
 * Edits of the stores beside the inclusion list: certificate records (`ssl`), URL reservations
 * (`urlAcl`), and registrations that are kept. Each returns the resulting document, or a problem
 * with the code of the old API.
 *
 * `set` never overwrites: a record that exists fails with 183 and has to be deleted first. What the
 * pages do not say is decided in ARCHITECTURE.md, "Decisions".
 *
 * @module
 */
import { formatEndpoint, parseEndpoint, parsePort } from "../../base/address.ts";
import { isHostPattern } from "../../base/host_name.ts";
import { isProblem, Problem } from "../../base/problem.ts";
import { parseSddl } from "../../base/sddl.ts";
import { formatUrlPrefix, parseUrlPrefix } from "../../base/url_prefix.ts";
import { WIN32 } from "../../base/win32.ts";
import { diffValues } from "./diff.ts";
import type {
  ConfigDocument,
  Http2Properties,
  RegistrationRecord,
  SslRecord,
  UrlAclRecord,
} from "./document.ts";

const EXISTS = new Problem("the record already exists", { code: WIN32.ALREADY_EXISTS });
const STORED = new Problem(EXISTS.reason, { code: EXISTS.code, isSo: true });
const ABSENT = new Problem("no such record", { code: WIN32.FILE_NOT_FOUND });
const DELETED = new Problem(ABSENT.reason, { code: ABSENT.code, isSo: true });
const NO_PREFIX = new Problem("not of the form scheme://host:port/path/");

/**
 * Returns the canonical text of `IP:port`, the key of a certificate record; null if it is not one.
 */
export function sslKeyOfAddress(text: string): string | null {
  const endpoint = parseEndpoint(text);
  return endpoint === null ? null : formatEndpoint(endpoint);
}

/**
 * Returns the canonical text of `name:port`, the key of an SNI record, whose name may be a wildcard;
 * null if it is not one.
 */
export function sslKeyOfName(text: string): string | null {
  const colon = text.lastIndexOf(":");
  const port = parsePort(text.slice(colon + 1));
  const name = text.slice(0, Math.max(colon, 0)).toLowerCase().replace(/\.$/, "");
  if (port === null || !isHostPattern(name) || /^[0-9.]+$/.test(name)) return null;
  return `${name}:${port}`;
}

/** Adds a certificate record; 183 if the key already has one. */
export function setSsl(document: ConfigDocument, record: SslRecord): ConfigDocument | Problem {
  const found = findSsl(document, record.key);
  if (found !== undefined) return diffValues(found, record).length === 0 ? STORED : EXISTS;
  return { ...document, ssl: [...document.ssl, record] };
}

/**
 * Replaces the record that has the key of `record`; 2 if there is none (`netsh http update`). Its
 * properties of HTTP/2 stay unless others are given.
 */
export function updateSsl(document: ConfigDocument, record: SslRecord): ConfigDocument | Problem {
  const found = findSsl(document, record.key);
  if (found === undefined) return ABSENT;
  const kept = found.http2 === undefined ? record : { http2: found.http2, ...record };
  return { ...document, ssl: document.ssl.map((old) => old === found ? kept : old) };
}

/** Changes the properties of HTTP/2 of the record for `key`; 2 if the key has none. */
export function updateSslProperties(
  document: ConfigDocument,
  key: string,
  properties: Http2Properties,
): ConfigDocument | Problem {
  const found = findSsl(document, key);
  if (found === undefined) return ABSENT;
  const changed = { ...found, http2: { ...found.http2, ...properties } };
  return { ...document, ssl: document.ssl.map((old) => old === found ? changed : old) };
}

/** Removes a certificate record; 2 if the key has none. */
export function deleteSsl(document: ConfigDocument, key: string): ConfigDocument | Problem {
  if (findSsl(document, key) === undefined) return DELETED;
  return { ...document, ssl: document.ssl.filter((record) => record.key !== key) };
}

export function findSsl(document: ConfigDocument, key: string): SslRecord | undefined {
  return document.ssl.find((record) => record.key === key);
}

/** Adds a reservation; 87 for a bad UrlPrefix, 1336 or 1338 for a bad ACL, 183 if it exists. */
export function setUrlAcl(
  document: ConfigDocument,
  record: UrlAclRecord,
): ConfigDocument | Problem {
  const prefix = parseUrlPrefix(record.url);
  if (prefix === null) return NO_PREFIX;
  const aces = parseSddl(record.sddl);
  if (isProblem(aces)) return aces;
  const key = formatUrlPrefix(prefix);
  for (const old of document.urlAcl) {
    const other = parseUrlPrefix(old.url);
    if (other === null) continue;
    const sameUrl = formatUrlPrefix(other) === key;
    const otherScheme = other.port === prefix.port && other.scheme !== prefix.scheme;
    if (sameUrl && isSameAcl(old.sddl, aces)) return STORED;
    if (sameUrl || otherScheme) return EXISTS;
  }
  return { ...document, urlAcl: [...document.urlAcl, record] };
}

/** Reports whether two lists grant the same, whatever their spelling. */
function isSameAcl(sddl: string, aces: ReturnType<typeof parseSddl>): boolean {
  return JSON.stringify(parseSddl(sddl)) === JSON.stringify(aces);
}

/** Removes a reservation; 87 for a bad UrlPrefix, 2 if there is none. */
export function deleteUrlAcl(document: ConfigDocument, url: string): ConfigDocument | Problem {
  const found = findUrlAcl(document, url);
  if (found === ABSENT) return DELETED;
  if (isProblem(found)) return found;
  return { ...document, urlAcl: document.urlAcl.filter((record) => record !== found) };
}

/** Returns the reservation of exactly this prefix; 87 for a bad UrlPrefix, 2 if there is none. */
export function findUrlAcl(document: ConfigDocument, url: string): UrlAclRecord | Problem {
  const prefix = parseUrlPrefix(url);
  if (prefix === null) return NO_PREFIX;
  const key = formatUrlPrefix(prefix);
  const found = document.urlAcl.find((record) => {
    const other = parseUrlPrefix(record.url);
    return other !== null && formatUrlPrefix(other) === key;
  });
  return found ?? ABSENT;
}

/** Returns the stored registration of `url`, whose text is canonical; undefined if there is none. */
export function findRegistration(
  { registrations = [] }: Pick<ConfigDocument, "registrations">,
  url: string,
): RegistrationRecord | undefined {
  return registrations.find((one) => canonicalPrefix(one.url) === url);
}

/** Returns `document` with `record`, which replaces the one of its URL. */
export function withRegistration(
  document: ConfigDocument,
  record: RegistrationRecord,
): ConfigDocument {
  const { registrations = [] } = withoutRegistration(document, record.url);
  return { ...document, registrations: [...registrations, record] };
}

/** Returns `document` without the registration of `url`, whose text is canonical. */
export function withoutRegistration(document: ConfigDocument, url: string): ConfigDocument {
  if (findRegistration(document, url) === undefined) return document;
  const { registrations = [], ...rest } = document;
  const others = registrations.filter((one) => canonicalPrefix(one.url) !== url);
  return others.length === 0 ? rest : { ...rest, registrations: others };
}

function canonicalPrefix(url: string): string {
  const prefix = parseUrlPrefix(url);
  return prefix === null ? url : formatUrlPrefix(prefix);
}
