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
  return textsOf(document).some((text) => text.search(NUMBERED) >= 0);
}

/**
 * Returns the document with names as zones. A number that no interface has stays if `known` has the
 * text, because it was stored before; else it is a problem.
 */
export function withNamedZones(
  document: ConfigDocument,
  table: AddressTable,
  known: ConfigDocument,
): ConfigDocument | Problem {
  const old = new Set(textsOf(known));
  let problem: Problem | null = null;
  const named = (text: string): string =>
    text.replace(NUMBERED, (address) => {
      const ip = parseIp(address);
      if (ip === null) return address;
      const isKnown = table.hasZone(zoneOf(ip)) || old.has(text);
      if (!isKnown) problem ??= unknownZone(zoneOf(ip), table);
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

/** Returns every text of a document that may contain an address. */
function textsOf({ ipListen, sites, ssl, urlAcl }: ConfigDocument): string[] {
  return [
    ...ipListen,
    ...ssl.map(({ key }) => key),
    ...urlAcl.map(({ url }) => url),
    ...sites.flatMap((site) => [...site.bindings, ...site.secureBindings]),
  ];
}
