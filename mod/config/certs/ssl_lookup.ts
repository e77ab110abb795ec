/**
 * Which certificate record applies to a connection, and whether a binding has one. Pure.
 *
 * A record for the name that the client requested (SNI) comes first, then one for the exact address
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
import { Problem } from "../../base/problem.ts";
import { type Binding, formatBinding } from "../document/binding.ts";
import type { SslRecord } from "../document/document.ts";

/** Returns why a binding cannot be served over TLS, with what to type; null if it can. */
export type CertificateCheck = (binding: Binding) => Problem | null;

/** Returns what gives a binding a certificate; `record` is one that cannot be used, if there is one. */
export type CertificateCure = (binding: Binding, record: SslRecord | undefined) => string;

/** Returns the keys of records in order of precedence; `serverName` is "" if none was requested. */
export function sslKeysFor({ ip, port }: Endpoint, serverName: string): string[] {
  const keys = serverName === "" ? [] : [`${serverName.toLowerCase()}:${port}`];
  keys.push(formatEndpoint({ ip, port }));
  if (zoneOf(ip) !== "") keys.push(formatEndpoint({ ip: withoutZone(ip), port }));
  if (!isIpv4(ip)) keys.push(formatEndpoint({ ip: ANY_V6, port }));
  keys.push(formatEndpoint({ ip: ANY_V4, port }));
  return keys;
}

/**
 * Returns the check for the bindings of a document. `problemOf` returns why the certificate of a
 * record cannot be used, null if it can. A binding without an address needs a record for any
 * address or name on its port.
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
    const found = ip === null
      ? (byPort.get(port) ?? []).filter(({ key }) => servesHost(key, host, port))
      : sslKeysFor({ ip, port }, host).flatMap((key) => byKey.get(key) ?? []);
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

/** A record for an address serves every host; one for a name only that host, or any (""). */
function servesHost(key: string, host: string, port: number): boolean {
  return host === "" || parseEndpoint(key) !== null || key === `${host}:${port}`;
}
