/**
 * Edits of the two stores beside the inclusion list: certificate records (`ssl`) and URL reservations
 * (`urlAcl`). Each gives the document that results and the Win32 code that the old API returned.
 *
 * `set` never overwrites: a record that exists gives 183 and has to be deleted first. Chosen, where the
 * pages are silent: http and https on one port, which the system cannot hold both, give 183 as well,
 * because the namespace of that port is taken; the delegate right on the parent reservation is not
 * asked for, because whoever can write the document is its administrator.
 *
 * @module
 */
import { formatEndpoint, parseEndpoint, parsePort } from "../../base/address.ts";
import { isHostName } from "../../base/host_name.ts";
import { parseSddl } from "../../base/sddl.ts";
import { formatUrlPrefix, parseUrlPrefix } from "../../base/url_prefix.ts";
import { WIN32 } from "../../base/win32.ts";
import type { ConfigDocument, SslRecord, UrlAclRecord } from "./document.ts";

/** What an edit gives: the same document where `code` is not 0. */
export interface RecordEdit {
  readonly document: ConfigDocument;
  /** A Win32 code; 0 is success. */
  readonly code: number;
}

/** `IP:port` in canonical text, the key of a certificate record; null where it is none. */
export function sslKeyOfAddress(text: string): string | null {
  const endpoint = parseEndpoint(text);
  return endpoint === null ? null : formatEndpoint(endpoint);
}

/** `name:port` in canonical text, the key of an SNI record; null where it is none. */
export function sslKeyOfName(text: string): string | null {
  const colon = text.lastIndexOf(":");
  const port = parsePort(text.slice(colon + 1));
  const name = text.slice(0, Math.max(colon, 0)).toLowerCase().replace(/\.$/, "");
  if (port === null || !isHostName(name) || /^[0-9.]+$/.test(name)) return null;
  return `${name}:${port}`;
}

/** Adds a certificate record; 183 where the key has one. */
export function setSsl(document: ConfigDocument, record: SslRecord): RecordEdit {
  if (findSsl(document, record.key) !== undefined) return refused(document, WIN32.ALREADY_EXISTS);
  return done({ ...document, ssl: [...document.ssl, record] });
}

/** Puts `record` in the place of the one with its key; 2 where there is none (`netsh http update`). */
export function updateSsl(document: ConfigDocument, record: SslRecord): RecordEdit {
  if (findSsl(document, record.key) === undefined) return refused(document, WIN32.FILE_NOT_FOUND);
  const ssl = document.ssl.map((old) => old.key === record.key ? record : old);
  return done({ ...document, ssl });
}

/** Removes a certificate record; 2 where the key has none. */
export function deleteSsl(document: ConfigDocument, key: string): RecordEdit {
  if (findSsl(document, key) === undefined) return refused(document, WIN32.FILE_NOT_FOUND);
  return done({ ...document, ssl: document.ssl.filter((record) => record.key !== key) });
}

export function findSsl(document: ConfigDocument, key: string): SslRecord | undefined {
  return document.ssl.find((record) => record.key === key);
}

/** Adds a reservation: 87 for no UrlPrefix, 1336 or 1338 for no ACL, 183 where it stands already. */
export function setUrlAcl(document: ConfigDocument, record: UrlAclRecord): RecordEdit {
  const prefix = parseUrlPrefix(record.url);
  if (prefix === null) return refused(document, WIN32.INVALID_PARAMETER);
  const aces = parseSddl(record.sddl);
  if (typeof aces === "number") return refused(document, aces);
  const key = formatUrlPrefix(prefix);
  for (const old of document.urlAcl) {
    const other = parseUrlPrefix(old.url);
    if (other === null) continue;
    const sameUrl = formatUrlPrefix(other) === key;
    const otherScheme = other.port === prefix.port && other.scheme !== prefix.scheme;
    if (sameUrl || otherScheme) return refused(document, WIN32.ALREADY_EXISTS);
  }
  return done({ ...document, urlAcl: [...document.urlAcl, record] });
}

/** Removes a reservation: 87 for no UrlPrefix, 2 where there is none. */
export function deleteUrlAcl(document: ConfigDocument, url: string): RecordEdit {
  const found = findUrlAcl(document, url);
  if (typeof found === "number") return refused(document, found);
  return done({ ...document, urlAcl: document.urlAcl.filter((record) => record !== found) });
}

/** The reservation of exactly this prefix: 87 for no UrlPrefix, 2 where there is none. */
export function findUrlAcl(document: ConfigDocument, url: string): UrlAclRecord | number {
  const prefix = parseUrlPrefix(url);
  if (prefix === null) return WIN32.INVALID_PARAMETER;
  const key = formatUrlPrefix(prefix);
  const found = document.urlAcl.find((record) => {
    const other = parseUrlPrefix(record.url);
    return other !== null && formatUrlPrefix(other) === key;
  });
  return found ?? WIN32.FILE_NOT_FOUND;
}

function done(document: ConfigDocument): RecordEdit {
  return { document, code: WIN32.NO_ERROR };
}

function refused(document: ConfigDocument, code: number): RecordEdit {
  return { document, code };
}
