/**
 * Which certificate record applies to a connection, and whether a binding has one. Pure.
 *
 * A record for the name that the client requested (SNI) comes first, then the wildcards that are for
 * that name, the longest first, then one for the exact address
 * and port (a link-local address without a zone is any interface's), then the wildcard of the
 * address's family. `0.0.0.0:port` applies to every address,
 * including IPv6 if there is no `[::]:port`; `[::]:port` applies to IPv6 only.
 *
 * @module
 */
import {
  ANY_V4,
  ANY_V6,
  type Endpoint,
  formatEndpoint,
  isIpv4,
  parseEndpoint,
  withoutZone,
  zoneOf,
} from "../../base/address.ts";
import { isHostFor, wildcardsFor } from "../../base/host_name.ts";
import { Problem } from "../../base/problem.ts";
import { type Binding, formatBinding } from "../document/binding.ts";
import type { SslRecord } from "../document/document.ts";

/** Returns why a binding cannot be served over TLS, with what to type; null if it can. */
export type CertificateCheck = (binding: Binding) => Problem | null;

/** Returns what gives a binding a certificate; `record` is one that cannot be used, if there is one. */
export type CertificateCure = (binding: Binding, record: SslRecord | undefined) => string;

/** Returns the keys of records in order of precedence; `serverName` is "" if none was requested. */
export function sslKeysFor({ ip, port }: Endpoint, serverName: string): string[] {
  const name = serverName.toLowerCase();
  const names = name === "" ? [] : [name, ...wildcardsFor(name)];
  const keys = names.map((one) => `${one}:${port}`);
  keys.push(formatEndpoint({ ip, port }));
  if (zoneOf(ip) !== "") keys.push(formatEndpoint({ ip: withoutZone(ip), port }));
  if (!isIpv4(ip)) keys.push(formatEndpoint({ ip: ANY_V6, port }));
  keys.push(formatEndpoint({ ip: ANY_V4, port }));
  return keys;
}

/**
 * Returns the check for the bindings of a document. `problemOf` returns why the certificate of a
 * record cannot be used, null if it can. A binding without an address needs a record for any
 * address or name on its port; one for a wildcard is served if any name below it is.
 */
export function certificateCheck(
  records: readonly SslRecord[],
  problemOf: (record: SslRecord) => string | null,
  cureOf: CertificateCure = () => "httpcfg cert list",
): CertificateCheck {
  const byKey = new Map(records.map((record) => [record.key, record]));
  const byPort = Map.groupBy(records, ({ key }) => Number(key.slice(key.lastIndexOf(":") + 1)));
  return (binding) => {
    const { ip, port, host } = binding;
    const onPort = byPort.get(port) ?? [];
    const found = ip === null
      ? onPort.filter(({ key }) => parseEndpoint(key) !== null || servesHost(key, host))
      : [
        ...(host === "" ? [] : onPort.filter(({ key }) => servesHost(key, host))),
        ...sslKeysFor({ ip, port }, "").flatMap((key) => byKey.get(key) ?? []),
      ];
    const problems = found.map((record) => ({ record, problem: problemOf(record) }));
    const usable = problems.find(({ problem }) => problem === null);
    if (usable !== undefined) return null;
    const [first] = problems;
    const https = `https on "${formatBinding(binding)}"`;
    const why = first === undefined
      ? `${https} has no certificate`
      : `${https} cannot use the certificate of ${first.record.key}: ${first.problem}`;
    return new Problem(why, { hint: cureOf(binding, first?.record) });
  };
}

/** Reports whether the record of a name is for a host, "" for any host, or a name below a wildcard. */
function servesHost(key: string, host: string): boolean {
  const name = key.slice(0, key.lastIndexOf(":"));
  return host === "" || isHostFor(name, host) || isHostFor(host, name);
}
