/**
 * Routes each request to the site that is bound, or the program that is registered, for it. The
 * only place where `http`, `site` and the settings meet; everything around a request (logs, limits,
 * time-outs) belongs to the engine.
 *
 * @module
 */
import type { Ip } from "../../base/address.ts";
import type {
  ConnectionValues,
  Handler,
  HandlerResult,
  HttpRequest,
  Refusal,
} from "../../base/exchange.ts";
import type { Limit } from "../../base/limit.ts";
import { parseUrlPrefix, type UrlPrefix } from "../../base/url_prefix.ts";
import { applicationKey } from "../../config/document/application.ts";
import type { SiteRecord, UrlAclRecord } from "../../config/document/document.ts";
import type { SiteContent } from "../../config/document/site_content.ts";
import type { ServedSite, SiteValues } from "../../config/metabase/site_values.ts";
import {
  bindingRoutes,
  buildRouteTable,
  matchRoute,
  type NoRoute,
  type PathTarget,
  prefixRoute,
  type Route,
} from "../../site/routes.ts";
import type { SiteHandlerFactory } from "../../site/kinds/kinds.ts";
import type { SiteContext } from "../../site/kinds/site_context.ts";
import { folderValues } from "../../site/path_values.ts";
import type { SiteRules } from "../../site/rules/site_rules.ts";
import type { ChallengeAnswers } from "../../site/challenge_answers.ts";
import type { LimitedSite, SiteConnections } from "./site_connection_limits.ts";

interface RouterContext extends Omit<SiteContext, "applicationPath" | "folders"> {
  readonly siteHandler: SiteHandlerFactory;
  /** W3SVC, or this site of it, is paused. */
  readonly isPaused: (siteId: number) => boolean;
  readonly connections: SiteConnections;
  /** The connections to sites that limit those of each client. */
  readonly clients: SiteConnections;
  /** Returns the rules of a site; null if it has none. */
  readonly rulesOf: (site: SiteRecord) => SiteRules | null;
  readonly challenges: Pick<ChallengeAnswers, "answer">;
  /** Returns the limit of connections to a site. */
  readonly siteLimit: (siteId: number) => Limit;
  /** Returns an address with the present name of its interface. */
  readonly canonical: (ip: Ip) => Ip;
}

/** The prefix of a program, and the handler that forwards to it. */
export interface RegisteredHandler {
  readonly prefix: UrlPrefix;
  readonly handle: Handler;
}

/** Everything that requests can be routed to. */
export interface RouteSources {
  /** Running sites. */
  readonly sites: readonly ServedSite[];
  readonly registrations: readonly RegisteredHandler[];
  readonly reservations: readonly UrlAclRecord[];
}

/** What a request is told of its site, and counted in. */
interface RoutedSite extends LimitedSite {
  readonly limitsClients: boolean;
  readonly connection: ConnectionValues | null;
}

interface Target {
  /** Null for anything but a site. */
  readonly site: RoutedSite | null;
  readonly bytesMax: number | undefined;
  readonly handle: Handler;
}

const NO_ROUTE: Readonly<Record<NoRoute, Refusal>> = {
  Hostname: { refuse: "Hostname" },
  NotFound: { refuse: "NotFound" },
  PlainHttp: { refuse: "PlainHttp" },
};
const CONN_LIMIT: Refusal = { refuse: "ConnLimit" };
/** A paused service responds like one that an administrator has taken offline. */
const PAUSED: Refusal = { refuse: "Disabled" };

/**
 * The target of a prefix that is reserved but not registered: 503 with the reason N/A
 * (ARCHITECTURE.md, "Decisions").
 */
const RESERVED: Target = { site: null, bytesMax: undefined, handle: () => ({ refuse: "N/A" }) };

/** Returns the request handler of every endpoint. */
export function routeRequests(sources: RouteSources, context: RouterContext): Handler {
  const table = buildRouteTable([
    ...sources.sites.flatMap((site) => {
      return bindingRoutes(site, siteTargets(site, context), context.canonical);
    }),
    ...sources.registrations.map(({ prefix, handle }) => {
      const target: Target = { site: null, bytesMax: undefined, handle };
      return prefixRoute(prefix, target, context.canonical);
    }),
    ...reservedRoutes(sources.reservations, context.canonical),
  ]);
  const { challenges } = context;
  return (request) => {
    const challenge = challenges.answer(request);
    if (challenge !== null) return challenge;
    const target = matchRoute(table, request);
    if (typeof target === "string") return NO_ROUTE[target];
    const { site } = target;
    if (site !== null) {
      request.siteId = site.id;
      if (context.isPaused(site.id)) return PAUSED;
      if (site.connection !== null) {
        request.connection = site.connection;
        request.body.arrivalMs = site.connection.idleMs;
      }
      if (!site.limitsClients) context.clients.left(request.peer);
      const isAdmitted = context.connections.admit(site, request.peer);
      if (isAdmitted === false) return CONN_LIMIT;
      if (isAdmitted !== true) {
        return isAdmitted.then((is) => is ? handle(target, request) : CONN_LIMIT);
      }
    }
    return handle(target, request);
  };
}

function handle(target: Target, request: HttpRequest): HandlerResult | Promise<HandlerResult> {
  if (target.bytesMax !== undefined) request.body.bytesMax = target.bytesMax;
  return target.handle(request);
}

/** Returns the targets of a site: its own content, and that of each application. */
function siteTargets(site: ServedSite, context: RouterContext): PathTarget<Target>[] {
  const rules = context.rulesOf(site);
  const folders = folderValues(site.values?.paths ?? []);
  const limited = {
    id: site.id,
    limit: site.maxConnections === undefined ? null : context.siteLimit(site.id),
    limitsClients: rules?.limitsConnections === true,
    connection: connectionValues(site.values ?? {}),
  };
  const target = (applicationPath: string, content: SiteContent): Target => {
    const own = context.siteHandler(content, site, { ...context, applicationPath, folders });
    return {
      site: limited,
      bytesMax: site.maxRequestEntityAllowed,
      handle: rules === null ? own : rules.around(own, applicationPath),
    };
  };
  return [
    { path: "/", target: target("/", site.content) },
    ...(site.applications ?? []).map(({ path, content }) => {
      return { path: applicationKey(path), target: target(applicationKey(path), content) };
    }),
  ];
}

/** Returns what a site says of its connections; null if it says nothing. */
function connectionValues({ connectionTimeout, closes }: SiteValues): ConnectionValues | null {
  if (connectionTimeout === undefined && closes === undefined) return null;
  return { idleMs: (connectionTimeout ?? 0) * 1000, closes: closes === true };
}

/** Reservations take part in the search; a registration of the same prefix takes precedence. */
function reservedRoutes(
  reservations: readonly UrlAclRecord[],
  canonical: (ip: Ip) => Ip,
): Route<Target>[] {
  return reservations.flatMap(({ url }) => {
    const prefix = parseUrlPrefix(url);
    return prefix === null ? [] : [prefixRoute(prefix, RESERVED, canonical)];
  });
}
