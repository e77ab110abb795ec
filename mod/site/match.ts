/**
 * Which site a request belongs to: HTTP.sys's buckets, searched in HTTP.sys's order.
 *
 * A request that came in on address A, port P, for host H goes to the first of
 *
 * 1. `A:P:H`, then `:P:H`: the host name that was asked for;
 * 2. `A:P:`: any host on that address (the IP-bound weak wildcard);
 * 3. `:P:`: any host on any address (the weak wildcard);
 *
 * and to nobody where none is bound. So a host name on any address goes before an address without
 * a host name, unlike in other servers (source: "UrlPrefix Strings", "Routing Incoming Requests").
 *
 * The table is built when sites start or stop. A look-up allocates nothing: it happens once a request.
 *
 * @module
 */
import type { Endpoint, Ip } from "../base/address.ts";
import { type Binding, parseBinding } from "../config/binding.ts";

/** What a site needs to be found; a `SiteRecord`, or anything that carries its bindings. */
export interface BoundSite {
  readonly bindings: readonly string[];
  readonly secureBindings: readonly string[];
}

/** Who answers on one address (or on every other address) of one port. */
interface Bucket<S> {
  readonly hosts: Map<string, S>;
  anyHost: S | null;
}

interface PortTable<S> {
  readonly byIp: Map<Ip, Bucket<S>>;
  readonly anyIp: Bucket<S>;
}

/** The bindings of the started sites, ready to be searched. */
export interface SiteTable<S> {
  readonly plain: ReadonlyMap<number, PortTable<S>>;
  readonly secure: ReadonlyMap<number, PortTable<S>>;
}

/**
 * Table of `sites`. Where two claim the same binding the first keeps it, as a second registration of
 * a URL prefix fails. Bindings come from a checked document; one that does not parse is left out.
 */
export function buildSiteTable<S extends BoundSite>(sites: readonly S[]): SiteTable<S> {
  const plain = new Map<number, PortTable<S>>();
  const secure = new Map<number, PortTable<S>>();
  for (const site of sites) {
    for (const text of site.bindings) addBinding(plain, text, site);
    for (const text of site.secureBindings) addBinding(secure, text, site);
  }
  return { plain, secure };
}

/** The site for `host` (lower case, no port; "" for none) on `local`; null where nobody is bound. */
export function matchSite<S>(
  table: SiteTable<S>,
  local: Endpoint,
  host: string,
  isTls: boolean,
): S | null {
  const port = (isTls ? table.secure : table.plain).get(local.port);
  if (port === undefined) return null;
  const shared = port.anyIp;
  const own = port.byIp.get(local.ip);
  if (own === undefined) return shared.hosts.get(host) ?? shared.anyHost;
  return own.hosts.get(host) ?? shared.hosts.get(host) ?? own.anyHost ?? shared.anyHost;
}

function addBinding<S>(ports: Map<number, PortTable<S>>, text: string, site: S): void {
  const binding = parseBinding(text);
  if (typeof binding === "string") return;
  const bucket = bucketOf(portOf(ports, binding.port), binding);
  if (binding.host === "") bucket.anyHost ??= site;
  else if (!bucket.hosts.has(binding.host)) bucket.hosts.set(binding.host, site);
}

function portOf<S>(ports: Map<number, PortTable<S>>, port: number): PortTable<S> {
  let table = ports.get(port);
  if (table === undefined) {
    table = { byIp: new Map(), anyIp: emptyBucket() };
    ports.set(port, table);
  }
  return table;
}

function bucketOf<S>(port: PortTable<S>, binding: Binding): Bucket<S> {
  if (binding.ip === null) return port.anyIp;
  let bucket = port.byIp.get(binding.ip);
  if (bucket === undefined) {
    bucket = emptyBucket();
    port.byIp.set(binding.ip, bucket);
  }
  return bucket;
}

function emptyBucket<S>(): Bucket<S> {
  return { hosts: new Map(), anyHost: null };
}
