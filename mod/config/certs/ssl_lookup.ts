/**
 * Which certificate record counts for a connection, and whether a binding has one. Pure.
 *
 * A name that the client asked for (SNI) with a record of its own goes first, then the very address
 * and port, then the wildcard of the address's family. `0.0.0.0:port` stands for every address, IPv6
 * included where no `[::]:port` is there; `[::]:port` stands for IPv6 alone.
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
} from "../../base/address.ts";
import { type Binding, formatBinding } from "../document/binding.ts";
import type { SslRecord } from "../document/document.ts";

/** Why a binding cannot be served over TLS; null where it can. */
export type CertificateCheck = (binding: Binding) => string | null;

/** Keys of records in the order in which they count; `serverName` is "" where none was asked for. */
export function sslKeysFor({ ip, port }: Endpoint, serverName: string): string[] {
  const keys = serverName === "" ? [] : [`${serverName.toLowerCase()}:${port}`];
  keys.push(formatEndpoint({ ip, port }));
  if (!isIpv4(ip)) keys.push(formatEndpoint({ ip: ANY_V6, port }));
  keys.push(formatEndpoint({ ip: ANY_V4, port }));
  return keys;
}

/**
 * The check of a document's bindings; `problemOf` says why the certificate of a record cannot be used,
 * null where it can. A binding without an address needs a record for any address or name of its port.
 */
export function certificateCheck(
  records: readonly SslRecord[],
  problemOf: (record: SslRecord) => string | null,
): CertificateCheck {
  const byKey = new Map(records.map((record) => [record.key, record]));
  const byPort = Map.groupBy(records, ({ key }) => Number(key.slice(key.lastIndexOf(":") + 1)));
  return (binding) => {
    const { ip, port, host } = binding;
    const found = ip === null
      ? (byPort.get(port) ?? []).filter(({ key }) => servesHost(key, host, port))
      : sslKeysFor({ ip, port }, host).flatMap((key) => byKey.get(key) ?? []);
    const problems = found.map((record) => ({ key: record.key, problem: problemOf(record) }));
    const usable = problems.find(({ problem }) => problem === null);
    if (usable !== undefined) return null;
    const [first] = problems;
    if (first === undefined) return `https on ${shown(binding)} has no certificate`;
    return `https on ${shown(binding)} has the certificate of ${first.key}, and ${first.problem}`;
  };
}

/** A record of an address serves every host name; one of a name serves that, or whoever asks for any. */
function servesHost(key: string, host: string, port: number): boolean {
  return host === "" || parseEndpoint(key) !== null || key === `${host}:${port}`;
}

function shown(binding: Binding): string {
  return `"${formatBinding(binding)}"`;
}
