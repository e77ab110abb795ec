/**
 * Edge: looks up the addresses of a name as any program of this machine does, and for how long they
 * may be used. The system gives the addresses, from the hosts file too, but not their time; that is
 * what the servers of names say, if they can be asked at the same time.
 *
 * @module
 */
import { type Ip, parseIp } from "../../base/address.ts";
import type { FoundAddresses } from "./resolved_name.ts";

/** Returns the addresses of `name`, of both families. Rejects if there are none. */
export async function lookUpName(name: string): Promise<FoundAddresses> {
  const { lookup, resolve4, resolve6 } = await import("node:dns/promises");
  const times = Promise.allSettled([
    resolve4(name, { ttl: true }),
    resolve6(name, { ttl: true }),
  ]);
  const found = await lookup(name, { all: true });
  const addresses = [...new Set(found.map(({ address }) => parseIp(address)))]
    .filter((ip): ip is Ip => ip !== null);
  if (addresses.length === 0) throw new Error(`${name} has no address`);
  const records = (await times).flatMap((one) => one.status === "fulfilled" ? one.value : []);
  const ttls = records.map(({ ttl }) => ttl).filter((ttl) => Number.isFinite(ttl));
  return { addresses, ttlSeconds: ttls.length === 0 ? null : Math.min(...ttls) };
}
