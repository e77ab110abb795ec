/**
 * The request path: match a site, let it answer. The only place where `http`, `site` and the settings
 * meet; what happens around a request (logs, limits, time-outs) is the engine's.
 *
 * @module
 */
import type { Handler, Refusal } from "../base/exchange.ts";
import type { SiteRecord } from "../config/document.ts";
import { buildSiteTable, matchSite } from "../site/match.ts";
import type { SiteConnections } from "./site_connections.ts";
import { type SiteContext, siteHandler } from "../site/site_handler.ts";

export interface ComposeContext extends SiteContext {
  /** W3SVC is paused. */
  readonly isPaused: () => boolean;
  readonly connections: SiteConnections;
}

const CONN_LIMIT: Refusal = { refuse: "ConnLimit" };
const HOSTNAME: Refusal = { refuse: "Hostname" };
/** A paused service answers as one that an administrator has taken offline. */
const PAUSED: Refusal = { refuse: "Disabled" };

/** Handler of every endpoint: `sites` are the ones that run. */
export function composeHandler(sites: readonly SiteRecord[], context: ComposeContext): Handler {
  const table = buildSiteTable(sites.map((site) => ({
    id: site.id,
    bindings: site.bindings,
    secureBindings: site.secureBindings,
    bytesMax: site.maxRequestEntityAllowed,
    maxConnections: site.maxConnections,
    handle: siteHandler(site, context),
  })));
  return (request) => {
    const site = matchSite(table, request.local, request.host, request.isTls);
    if (site === null) return HOSTNAME;
    request.siteId = site.id;
    if (context.isPaused()) return PAUSED;
    if (!context.connections.admit(site, request.remote)) return CONN_LIMIT;
    if (site.bytesMax !== undefined) request.body.bytesMax = site.bytesMax;
    return site.handle(request);
  };
}
