/**
 * Finds the site, or the registered program, that a request belongs to: HTTP.sys's buckets,
 * searched in HTTP.sys's order.
 *
 * A request that arrived on address A, port P, for host H goes to the first of
 *
 * 1. `+:P`: the strong wildcard, which no site has and any registration may have;
 * 2. `A:P:H`, then `:P:H`: the requested host name;
 * 3. `A:P:*.D`, then `:P:*.D`: a wildcard host name that covers it, for the longest D first;
 * 4. `A:P:`: any host on that address (the IP-bound weak wildcard);
 * 5. `:P:`: any host on any address (the weak wildcard);
 *
 * and there to the longest path that covers its own, segment by segment. A bucket whose paths do
 * not cover it is skipped. So a host name on any address takes precedence over an address without a
 * host name, unlike in other servers (source: "UrlPrefix Strings", "Routing Incoming Requests",
 * "Wildcard Host Header Support").
 *
 * A site is a registration of `/` in the bucket of each of its bindings, and of the path of each of
 * its applications. A reservation without a registration is in its bucket too, with a target that
 * refuses the request.
 *
 * The table is rebuilt when any of them changes. A look-up on a port that only sites use allocates
 * nothing and does not look at the path: it happens once per request. Wildcard host names cost
 * something only on a port that has one, for a host that has no route of its own: a look-up for each
 * of its labels.
 *
 * @module
 */
import { type Endpoint, type Ip, isLinkLocal, withoutZone, zoneOf } from "../base/address.ts";
import { isProblem } from "../base/problem.ts";
import { isWildcardHost } from "../base/host_name.ts";
import { ipOfPrefix, nameOfPrefix, type UrlPrefix } from "../base/url_prefix.ts";
import { parseBinding } from "../config/document/binding.ts";

/** The bindings of a site: a `SiteRecord`, or anything else that has them. */
export interface BoundSite {
  readonly bindings: readonly string[];
  readonly secureBindings: readonly string[];
}

/** A prefix and the target of the requests under it. */
export interface Route<S> {
  readonly isTls: boolean;
  readonly port: number;
  /** Null for any address. */
  readonly ip: Ip | null;
  /**
   * A host name or wildcard in lower case; "" for any host without a route of its own; "+" for any
   * host.
   */
  readonly host: string;
  /** Lower case, decoded, starts and ends with "/". */
  readonly path: string;
  readonly target: S;
}

/** What a look-up reads; an `HttpRequest` has it. */
interface RouteQuery {
  readonly local: Endpoint;
  /** Lower case, no port; "" for none. */
  readonly host: string;
  readonly isTls: boolean;
  /** Decoded, starts with "/". */
  readonly path: string;
}

/**
 * Why there is no target: no route for the host, none for the path, or the port speaks TLS and the
 * client does not.
 */
export type NoRoute = "Hostname" | "NotFound" | "PlainHttp";

/** The targets of one host: at "/", and under longer paths. */
interface HostRoutes<S> {
  root: S | null;
  readonly below: Map<string, S>;
  /** The same, the longest path first, if they are few. */
  few: readonly PathTarget<S>[] | null;
}

/** Paths up to this number are compared one by one, which costs less than to look them up. */
const FEW_PATHS = 8;

/** The routes of one address (or of every other address) of one port. */
interface Bucket<S> {
  readonly hosts: Map<string, HostRoutes<S>>;
  /** Of each wildcard `*.example.com`, by `.example.com`; null while there is none. */
  wildcards: Map<string, HostRoutes<S>> | null;
  anyHost: HostRoutes<S> | null;
}

interface PortTable<S> {
  readonly byIp: Map<Ip, Bucket<S>>;
  readonly anyIp: Bucket<S>;
  strong: HostRoutes<S> | null;
  /** True if a route is for a link-local address on whatever interface. */
  hasUnzoned: boolean;
  /** True if a route is for a wildcard host name. */
  hasWildcards: boolean;
  /** True if every route is like that of a site: path "/", no strong wildcard. */
  isPlain: boolean;
}

/** Every route, indexed for look-ups. */
export interface RouteTable<S> {
  readonly plain: ReadonlyMap<number, PortTable<S>>;
  readonly secure: ReadonlyMap<number, PortTable<S>>;
}

/** A target below a path of a site; the path as in a {@linkcode Route}. */
export type PathTarget<S> = Pick<Route<S>, "path" | "target">;

/**
 * Returns the routes of a site to `targets`. `canonical` returns an address with the present name of
 * its interface. A binding that does not parse is skipped: documents are checked.
 */
export function bindingRoutes<S>(
  site: BoundSite,
  targets: readonly PathTarget<S>[],
  canonical: (ip: Ip) => Ip,
): Route<S>[] {
  const routesOf = (texts: readonly string[], isTls: boolean): Route<S>[] => {
    return texts.flatMap((text) => {
      const binding = parseBinding(text);
      if (isProblem(binding)) return [];
      const ip = binding.ip === null ? null : canonical(binding.ip);
      return targets.map(({ path, target }) => ({ ...binding, ip, isTls, path, target }));
    });
  };
  return [...routesOf(site.bindings, false), ...routesOf(site.secureBindings, true)];
}

/** Returns the route of a registered or reserved prefix; `canonical` as in {@linkcode bindingRoutes}. */
export function prefixRoute<S>(
  prefix: UrlPrefix,
  target: S,
  canonical: (ip: Ip) => Ip,
): Route<S> {
  const { scheme, bucket, host, port, path } = prefix;
  const name = bucket === "strong" ? host : nameOfPrefix(prefix);
  const bound = ipOfPrefix(prefix);
  const ip = bound === null ? null : canonical(bound);
  return { isTls: scheme === "https", port, ip, host: name, path, target };
}

/** Builds the table of `routes`. If two have the same prefix, the first one wins. */
export function buildRouteTable<S>(routes: readonly Route<S>[]): RouteTable<S> {
  const plain = new Map<number, PortTable<S>>();
  const secure = new Map<number, PortTable<S>>();
  for (const route of routes) {
    const port = portOf(route.isTls ? secure : plain, route.port);
    const hostRoutes = hostRoutesOf(port, route);
    if (route.path === "/") {
      hostRoutes.root ??= route.target;
    } else if (!hostRoutes.below.has(route.path)) {
      hostRoutes.below.set(route.path, route.target);
      hostRoutes.few = longestFirst(hostRoutes.below);
    }
    if (route.path !== "/" || route.host === "+") port.isPlain = false;
    if (isWildcardHost(route.host)) port.hasWildcards = true;
    if (route.ip !== null && isLinkLocal(route.ip) && zoneOf(route.ip) === "") {
      port.hasUnzoned = true;
    }
  }
  return { plain, secure };
}

/** Returns the target of `query`, or the reason why there is none. */
export function matchRoute<S>(table: RouteTable<S>, query: RouteQuery): S | NoRoute {
  const { local, host } = query;
  const port = (query.isTls ? table.secure : table.plain).get(local.port);
  if (port === undefined) {
    return !query.isTls && table.secure.has(local.port) ? "PlainHttp" : "Hostname";
  }
  const shared = port.anyIp;
  const own = port.byIp.get(local.ip);
  if (!port.isPlain || port.hasUnzoned) return matchPaths(port, query);
  const named = own?.hosts.get(host) ?? shared.hosts.get(host) ??
    (port.hasWildcards ? wildcardRoutes(own, shared, host) : undefined);
  const hostRoutes = named ?? own?.anyHost ?? shared.anyHost;
  return hostRoutes?.root ?? "Hostname";
}

/** Returns the routes of the longest wildcard for `host`, in `own` before `shared`. */
function wildcardRoutes<S>(
  own: Bucket<S> | undefined,
  shared: Bucket<S>,
  host: string,
): HostRoutes<S> | undefined {
  for (let dot = host.indexOf("."); dot > 0; dot = host.indexOf(".", dot + 1)) {
    const domain = host.slice(dot);
    const found = own?.wildcards?.get(domain) ?? shared.wildcards?.get(domain);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The same search with paths: the first bucket with a path that covers the request decides. A
 * link-local address without a zone is any interface's, after those that name the interface.
 */
function matchPaths<S>(port: PortTable<S>, { local, host, path }: RouteQuery): S | NoRoute {
  const lower = path.toLowerCase();
  const { strong, anyIp } = port;
  const own = port.byIp.get(local.ip);
  const unzoned = port.hasUnzoned ? unzonedBucket(port, local.ip) : undefined;
  const named = anyIp.hosts.get(host);
  const found = (strong === null ? null : findBelow(strong, lower)) ??
    (own === undefined ? null : findIn(own.hosts.get(host), lower)) ??
    (unzoned === undefined ? null : findIn(unzoned.hosts.get(host), lower)) ??
    findIn(named, lower) ??
    (port.hasWildcards ? findUnderWildcards([own, unzoned, anyIp], host, lower) : null) ??
    (own === undefined ? null : findIn(own.anyHost, lower)) ??
    (unzoned === undefined ? null : findIn(unzoned.anyHost, lower)) ??
    findIn(anyIp.anyHost, lower);
  if (found !== null) return found;
  const isHostKnown = strong !== null ||
    [own, unzoned, anyIp].some((bucket) => bucket !== undefined && hasRoutesFor(bucket, host));
  return isHostKnown ? "NotFound" : "Hostname";
}

/** Returns the target of the first wildcard for `host`, the longest first, that has one. */
function findUnderWildcards<S>(
  buckets: readonly (Bucket<S> | undefined)[],
  host: string,
  lowerPath: string,
): S | null {
  for (let dot = host.indexOf("."); dot > 0; dot = host.indexOf(".", dot + 1)) {
    const domain = host.slice(dot);
    for (const bucket of buckets) {
      const found = findIn(bucket?.wildcards?.get(domain), lowerPath);
      if (found !== null) return found;
    }
  }
  return null;
}

function hasRoutesFor<S>(bucket: Bucket<S>, host: string): boolean {
  return bucket.anyHost !== null || bucket.hosts.has(host) ||
    wildcardRoutes(undefined, bucket, host) !== undefined;
}

function unzonedBucket<S>({ byIp }: PortTable<S>, ip: Ip): Bucket<S> | undefined {
  const bare = withoutZone(ip);
  return bare === ip ? undefined : byIp.get(bare);
}

function findIn<S>(hostRoutes: HostRoutes<S> | null | undefined, lowerPath: string): S | null {
  return hostRoutes === null || hostRoutes === undefined ? null : findBelow(hostRoutes, lowerPath);
}

/** Returns the target of the longest path that covers `lowerPath`; null if there is none. */
function findBelow<S>({ root, below, few }: HostRoutes<S>, lowerPath: string): S | null {
  if (few !== null) {
    for (let i = 0; i < few.length; i++) {
      const { path, target } = few[i]!;
      if (covers(path, lowerPath)) return target;
    }
    return root;
  }
  const exact = lowerPath.endsWith("/") ? undefined : below.get(`${lowerPath}/`);
  if (exact !== undefined) return exact;
  for (let end = lowerPath.lastIndexOf("/"); end > 0; end = lowerPath.lastIndexOf("/", end - 1)) {
    const target = below.get(lowerPath.slice(0, end + 1));
    if (target !== undefined) return target;
  }
  return root;
}

/** Reports whether `path`, which ends in "/", covers `requested`, with or without a "/" at its end. */
function covers(path: string, requested: string): boolean {
  return requested.length >= path.length
    ? requested.startsWith(path)
    : requested.length === path.length - 1 && path.startsWith(requested);
}

function longestFirst<S>(below: ReadonlyMap<string, S>): readonly PathTarget<S>[] | null {
  if (below.size > FEW_PATHS) return null;
  return [...below].map(([path, target]) => ({ path, target }))
    .sort((a, b) => b.path.length - a.path.length);
}

function portOf<S>(ports: Map<number, PortTable<S>>, number: number): PortTable<S> {
  let port = ports.get(number);
  if (port === undefined) {
    port = {
      byIp: new Map(),
      anyIp: emptyBucket(),
      strong: null,
      hasUnzoned: false,
      hasWildcards: false,
      isPlain: true,
    };
    ports.set(number, port);
  }
  return port;
}

function hostRoutesOf<S>(port: PortTable<S>, { ip, host }: Route<S>): HostRoutes<S> {
  if (host === "+") return port.strong ??= emptyHostRoutes();
  const bucket = ip === null ? port.anyIp : bucketOf(port, ip);
  if (host === "") return bucket.anyHost ??= emptyHostRoutes();
  return isWildcardHost(host)
    ? routesUnder(bucket.wildcards ??= new Map(), host.slice(1))
    : routesUnder(bucket.hosts, host);
}

function routesUnder<S>(hosts: Map<string, HostRoutes<S>>, key: string): HostRoutes<S> {
  let hostRoutes = hosts.get(key);
  if (hostRoutes === undefined) {
    hostRoutes = emptyHostRoutes();
    hosts.set(key, hostRoutes);
  }
  return hostRoutes;
}

function bucketOf<S>(port: PortTable<S>, ip: Ip): Bucket<S> {
  let bucket = port.byIp.get(ip);
  if (bucket === undefined) {
    bucket = emptyBucket();
    port.byIp.set(ip, bucket);
  }
  return bucket;
}

function emptyBucket<S>(): Bucket<S> {
  return { hosts: new Map(), wildcards: null, anyHost: null };
}

function emptyHostRoutes<S>(): HostRoutes<S> {
  return { root: null, below: new Map(), few: [] };
}
