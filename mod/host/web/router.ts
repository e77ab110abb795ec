/**
 * The request path: find who is bound or registered, let it answer. The only place where `http`, `site`
 * and the settings meet; what happens around a request (logs, limits, time-outs) is the engine's.
 *
 * @module
 */
import type { Handler, Refusal } from "../../base/exchange.ts";
import { parseUrlPrefix, type UrlPrefix } from "../../base/url_prefix.ts";
import type { SiteRecord, UrlAclRecord } from "../../config/document/document.ts";
import {
  bindingRoutes,
  buildRouteTable,
  matchRoute,
  type NoRoute,
  prefixRoute,
  type Route,
} from "../../site/routes.ts";
import type { SiteHandlerFactory } from "../../site/kinds/kinds.ts";
import type { SiteContext } from "../../site/kinds/site_context.ts";
import type { LimitedSite, SiteConnections } from "./site_connection_limits.ts";

interface RouterContext extends SiteContext {
  readonly siteHandler: SiteHandlerFactory;
  /** W3SVC, or this site of it, is paused. */
  readonly isPaused: (siteId: number) => boolean;
  readonly connections: SiteConnections;
}

/** A program's prefix and what forwards to it. */
export interface RegisteredHandler {
  readonly prefix: UrlPrefix;
  readonly handle: Handler;
}

/** Everything that may answer. */
export interface RouteSources {
  /** Sites that run. */
  readonly sites: readonly SiteRecord[];
  readonly registrations: readonly RegisteredHandler[];
  readonly reservations: readonly UrlAclRecord[];
}

interface Target {
  /** Null for what is no site. */
  readonly site: LimitedSite | null;
  readonly bytesMax: number | undefined;
  readonly handle: Handler;
}

const NO_ROUTE: Readonly<Record<NoRoute, Refusal>> = {
  Hostname: { refuse: "Hostname" },
  NotFound: { refuse: "NotFound" },
};
const CONN_LIMIT: Refusal = { refuse: "ConnLimit" };
/** A paused service answers as one that an administrator has taken offline. */
const PAUSED: Refusal = { refuse: "Disabled" };

/**
 * What a prefix is answered with that is reserved while nobody has registered it. Chosen: 503 with the
 * reason N/A, as HTTP API 2.0 was seen to do, because all own answers have the 2.0 form; the page that
 * says 400 tells of 1.0.
 */
const RESERVED: Target = { site: null, bytesMax: undefined, handle: () => ({ refuse: "N/A" }) };

/** Handler of every endpoint. */
export function routeRequests(sources: RouteSources, context: RouterContext): Handler {
  const table = buildRouteTable([
    ...sources.sites.flatMap((site) => bindingRoutes(site, siteTarget(site, context))),
    ...sources.registrations.map(({ prefix, handle }) => {
      return prefixRoute<Target>(prefix, { site: null, bytesMax: undefined, handle });
    }),
    ...reservedRoutes(sources.reservations),
  ]);
  return (request) => {
    const target = matchRoute(table, request);
    if (typeof target === "string") return NO_ROUTE[target];
    const { site } = target;
    if (site !== null) {
      request.siteId = site.id;
      if (context.isPaused(site.id)) return PAUSED;
      if (!context.connections.admit(site, request.remote)) return CONN_LIMIT;
    }
    if (target.bytesMax !== undefined) request.body.bytesMax = target.bytesMax;
    return target.handle(request);
  };
}

function siteTarget(site: SiteRecord, context: RouterContext): Target {
  return {
    site: { id: site.id, maxConnections: site.maxConnections },
    bytesMax: site.maxRequestEntityAllowed,
    handle: context.siteHandler(site, context),
  };
}

/** A reservation takes part in the search; what is registered at the same prefix goes before it. */
function reservedRoutes(reservations: readonly UrlAclRecord[]): Route<Target>[] {
  return reservations.flatMap(({ url }) => {
    const prefix = parseUrlPrefix(url);
    return prefix === null ? [] : [prefixRoute(prefix, RESERVED)];
  });
}
