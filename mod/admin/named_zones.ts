/**
 * The zones of link-local addresses in a document that is about to be stored: an index becomes the
 * name of its interface, because the index does not survive the interface. Pure.
 *
 * @module
 */
import type { Problem } from "../base/problem.ts";
import type { ConfigDocument } from "../config/document/document.ts";
import { unknownZone } from "../listen/list/entry_check.ts";
import type { AddressTable } from "../listen/machine/address_table.ts";
import { parseIp, zoneOf } from "../base/address.ts";

/** An address with a number as its zone, at the end of a text or in brackets. */
const NUMBERED = /\bfe[89ab][0-9a-f]?:[0-9a-f:.]*%[0-9]+(?=$|\])/gi;

/** Reports whether a document may contain a zone that is a number. */
export function hasNumberedZones(document: ConfigDocument): boolean {
  const { ipListen, sites, ssl, urlAcl } = document;
  const isNumbered = (text: string): boolean => text.search(NUMBERED) >= 0;
  return ipListen.some(isNumbered) || ssl.some(({ key }) => isNumbered(key)) ||
    urlAcl.some(({ url }) => isNumbered(url)) ||
    sites.some((site) => [...site.bindings, ...site.secureBindings].some(isNumbered));
}

/** Returns the document with names as zones, or the problem of a number that no interface has. */
export function withNamedZones(
  document: ConfigDocument,
  table: AddressTable,
): ConfigDocument | Problem {
  let problem: Problem | null = null;
  const named = (text: string): string =>
    text.replace(NUMBERED, (address) => {
      const ip = parseIp(address);
      if (ip === null) return address;
      if (!table.hasZone(zoneOf(ip))) problem ??= unknownZone(zoneOf(ip), table);
      return table.canonical(ip);
    });
  const result: ConfigDocument = {
    ...document,
    ipListen: document.ipListen.map(named),
    ssl: document.ssl.map((record) => ({ ...record, key: named(record.key) })),
    urlAcl: document.urlAcl.map((record) => ({ ...record, url: named(record.url) })),
    sites: document.sites.map((site) => ({
      ...site,
      bindings: site.bindings.map(named),
      secureBindings: site.secureBindings.map(named),
    })),
  };
  return problem ?? result;
}
