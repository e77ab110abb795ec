/**
 * Certificates by ACME (`acme`): what an administrator wants, and what binds a certificate that has
 * been obtained to the https bindings of the sites.
 *
 * @module
 */
import { ACME_STORE } from "../config/certs/store_name.ts";
import { formatEndpoint, type Ip, parseIp } from "../base/address.ts";
import { NULL_GUID } from "../base/guid.ts";
import { isHostFor, isWildcardHost } from "../base/host_name.ts";
import { isProblem, Problem } from "../base/problem.ts";
import { diffValues } from "../config/document/diff.ts";
import type { CertificateCheck } from "../config/certs/ssl_lookup.ts";
import { parseBinding } from "../config/document/binding.ts";
import type { AcmeRecord, ConfigDocument, SslRecord } from "../config/document/document.ts";

const ABSENT = new Problem("no such certificate by ACME", { isSo: true });

/** Adds a record, or replaces the one of its name; the same document if it is so already. */
export function setAcme(document: ConfigDocument, record: AcmeRecord): ConfigDocument {
  const acme = document.acme ?? [];
  const found = acme.find(({ certName }) => certName === record.certName);
  if (found === undefined) return { ...document, acme: [...acme, record] };
  if (diffValues(found, record).length === 0) return document;
  return { ...document, acme: acme.map((one) => one === found ? record : one) };
}

/** Removes the record called `certName`; a problem if there is none. */
export function deleteAcme(document: ConfigDocument, certName: string): ConfigDocument | Problem {
  const { acme = [], ...rest } = document;
  const left = acme.filter((one) => one.certName !== certName);
  if (left.length === acme.length) return ABSENT;
  return left.length === 0 ? rest : { ...document, acme: left };
}

/** Returns the record that `word` names: by its own name, or by one of the names it certifies. */
export function findAcme({ acme = [] }: ConfigDocument, word: string): AcmeRecord | undefined {
  const name = parseIp(word) ?? word.toLowerCase().replace(/\.$/, "");
  return acme.find(({ certName }) => certName === name) ??
    acme.find(({ names }) => names.includes(name));
}

/**
 * Returns the ssl records that the certificate `hash` of `record` is needed for: one for each https
 * binding to one of its names that has none, and for those to a wildcard or without a name that no
 * certificate serves.
 */
export function missingSsl(
  document: ConfigDocument,
  record: AcmeRecord,
  { hash, check }: { readonly hash: string; readonly check: CertificateCheck },
): SslRecord[] {
  const keys = new Set<string>();
  for (const text of document.sites.flatMap(({ secureBindings }) => secureBindings)) {
    const binding = parseBinding(text);
    if (isProblem(binding)) continue;
    const { ip, port, host } = binding;
    const isServed = check(binding) === null;
    for (const name of record.names) {
      const key = keyFor(name, { ip, port, host });
      // One with the exact name goes before one for the whole address.
      const isWanted = !isServed || host === name ||
        (isWildcardHost(host) && check({ ip, port, host: name }) !== null);
      if (key !== null && isWanted) keys.add(key);
    }
  }
  for (const { key } of document.ssl) keys.delete(key);
  return [...keys].map((key) => ({
    key,
    hash,
    appId: NULL_GUID,
    certStoreName: ACME_STORE,
    certName: record.certName,
    certCheckMode: 0,
    revocationFreshnessTime: 0,
    urlRetrievalTimeout: 0,
    flags: 0,
  }));
}

/** Returns the key under which a certificate for `name` serves a binding; null if it does not. */
function keyFor(
  name: string,
  { ip, port, host }: { readonly ip: Ip | null; readonly port: number; readonly host: string },
): string | null {
  const address = parseIp(name);
  if (address === null) return host === "" || isHostFor(host, name) ? `${name}:${port}` : null;
  const isBound = host === "" && (ip === null || ip === address);
  return isBound ? formatEndpoint({ ip: address, port }) : null;
}
