/**
 * Edge: the timer of the response cache and of the file operations. The handler of all requests,
 * which is rebuilt whenever what is served changes, and the state that outlives it: which
 * connections belong to which site, which sites are paused, and which file operations are under way.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import type { Handler, HttpRequest, HttpResponse, RefusalReason } from "../../base/exchange.ts";
import type { SiteRecord } from "../../config/document/document.ts";
import type { ServedSite } from "../../config/metabase/site_values.ts";
import { errorStatus } from "../../http/error_responses.ts";
import { clientOf } from "../../site/client.ts";
import { refusalPage } from "../../site/pages/error_page.ts";
import { RuleState } from "../../site/rules/rule_state.ts";
import { rulesOf, type SiteRules } from "../../site/rules/site_rules.ts";
import type { ProgramFault } from "../../site/proxy/fault_reports.ts";
import type { JudgedBy } from "../../site/rules/tls_gate.ts";
import { Proxies, type SiteUpstreamState } from "../../site/proxy/proxies.ts";
import { TunnelLimits } from "../../site/proxy/tunnel_limits.ts";
import { FileAccess } from "../../site/static/file_access.ts";
import { type CacheCounts, ResponseCache } from "../../site/static/response_cache.ts";
import type { SiteHandlerFactory } from "../../site/kinds/kinds.ts";
import type { ServiceSource } from "../../site/about/service_source.ts";
import { Dashboards } from "../../site/dashboard/dashboards.ts";
import { CachedResponses } from "./cache_view.ts";
import { ChallengeAnswers } from "../../site/challenge_answers.ts";
import { Pauses } from "./pauses.ts";
import { type RegisteredHandler, routeRequests } from "./router.ts";
import { canonicalIn, judgedByRecords, type Served } from "./served.ts";
import { LimitShares } from "./limit_shares.ts";
import { LIMIT, siteClientLimit, siteLimit, upstreamLimit } from "./service_limits.ts";
import type { UpstreamReport } from "./upstream_reports.ts";
import { SiteConnections } from "./site_connection_limits.ts";

/**
 * Milliseconds between two scans for responses that were not requested in UriScavengerPeriod, and
 * for file operations that take too long.
 */
const TICK_MS = 1000;

/** What handles requests, and whom it notifies. */
interface RequestHandlerOptions {
  readonly siteHandler: SiteHandlerFactory;
  /** What sites that show the service ask. */
  readonly service: ServiceSource;
  /** Called with what the program with this id did wrong. */
  onProgramFault(program: number, fault: ProgramFault): void;
  /** Called with what has happened to an upstream of a site. */
  onUpstream(report: UpstreamReport): void;
}

/** The resources of the current handler. */
interface Current {
  readonly served: Served;
  /** By the id of the site. */
  readonly rules: ReadonlyMap<number, SiteRules>;
  readonly cached: CachedResponses;
  /** Also evicts unused responses of an idle service, which releases their memory. */
  readonly ticker: ReturnType<typeof setInterval>;
}

export class RequestHandler {
  readonly connections = new SiteConnections();
  /** The connections to sites that limit those of each client. */
  readonly clients = new SiteConnections(({ ip }) => clientOf(ip));
  /** The limits of the service in this process. */
  readonly limits = new LimitShares();
  readonly pauses = new Pauses();
  readonly challenges = new ChallengeAnswers();
  /** Of all caches that there have been. */
  readonly cacheCounts: CacheCounts = { hits: 0, misses: 0 };
  readonly #options: RequestHandlerOptions;
  readonly #files = new FileAccess();
  readonly #proxies: Proxies;
  readonly #dashboards: Dashboards;
  readonly #ruleState = new RuleState();
  #current: Current | null = null;

  constructor(options: RequestHandlerOptions) {
    this.#options = options;
    this.#dashboards = new Dashboards({
      source: async () => await options.service("dashboard"),
      viewers: this.limits.of(LIMIT.viewers),
    });
    this.#proxies = new Proxies({
      tunnelLimits: new TunnelLimits(this.limits.of(LIMIT.tunnelsPerAddress)),
      requestLimit: (max) => {
        return this.limits.of(max === undefined ? LIMIT.requestsPerProgram : upstreamLimit(max));
      },
      onProgramNews: ({ id }, news) => {
        // Whether a program is down, which nothing can take the place of, its faults have told.
        if (news.kind === "request" || news.kind === "excess") options.onProgramFault(id, news);
      },
      onSiteNews: (site, upstream, news) => options.onUpstream({ site, upstream, news }),
    });
  }

  /** Creates the handler for `served`; it replaces the previous one. */
  handlerFor(served: Served): Handler {
    const { settings, sites, programs, reservations, zones, via } = served;
    const { siteHandler, service } = this.#options;
    const rules = this.#rulesOf(sites, judgedByRecords(served.certificates));
    const cache = new ResponseCache(settings, undefined, this.cacheCounts);
    this.#proxies.begin(via);
    this.#dashboards.begin();
    const registrations = programs.map((program): RegisteredHandler => {
      return { prefix: program.prefix, handle: this.#proxies.ofProgram(program).handle };
    });
    const handler = routeRequests({ sites, registrations, reservations }, {
      siteHandler,
      cache,
      files: this.#files,
      proxies: this.#proxies,
      dashboards: this.#dashboards,
      service,
      now: Date.now,
      isPaused: (id) => this.pauses.has(id),
      connections: this.connections,
      clients: this.clients,
      rulesOf: ({ id }) => rules.get(id) ?? null,
      challenges: this.challenges,
      siteLimit: (id) => this.limits.of(siteLimit(id)),
      canonical: canonicalIn(zones),
    });
    const graceMs = this.#graceMs;
    clearInterval(this.#current?.ticker);
    const ticker = setInterval(() => {
      cache.tick(Date.now());
      this.#files.tick();
    }, TICK_MS);
    this.#current = { served, rules, cached: new CachedResponses(cache, sites), ticker };
    this.#proxies.closeOthers(graceMs);
    this.#dashboards.closeOthers();
    return handler;
  }

  /** Returns what is sent for a refusal, by the site if it was found; null for the words of HTTP.sys. */
  refusalPage(reason: RefusalReason, request: HttpRequest): HttpResponse | null {
    const page = refusalPage(reason, request);
    const rules = request.siteId === null ? undefined : this.#current?.rules.get(request.siteId);
    return rules === undefined ? page : rules.refusalPage(page, errorStatus(reason), request);
  }

  /** A connection has been closed. */
  closed(remote: Endpoint): void {
    this.connections.closed(remote);
    this.clients.closed(remote);
  }

  /** The cached responses; null while nothing is served. */
  get cached(): CachedResponses | null {
    return this.#current?.cached ?? null;
  }

  /** The number of open WebSockets to each program, by its id. */
  get tunnels(): ReadonlyMap<number, number> {
    return this.#proxies.tunnelsOfPrograms;
  }

  /** The states of the upstreams of sites. */
  get upstreams(): readonly SiteUpstreamState[] {
    return this.#proxies.statesOfSites(Date.now());
  }

  /** Releases the current handler: nothing is served any more. */
  clear(): void {
    this.#proxies.begin("");
    this.#proxies.closeOthers(this.#graceMs);
    this.#dashboards.begin();
    this.#dashboards.closeOthers();
    clearInterval(this.#current?.ticker);
    this.#ruleState.close();
    this.#current = null;
  }

  #rulesOf(sites: readonly ServedSite[], judgedBy: JudgedBy): ReadonlyMap<number, SiteRules> {
    const state = this.#ruleState;
    const admitConnection = (
      { id }: SiteRecord,
      { peer, remote }: HttpRequest,
    ): boolean | Promise<boolean> => {
      // The connection of a proxy that names its clients in fields is of none of them.
      const limit = peer.ip === remote.ip ? this.limits.of(siteClientLimit(id)) : null;
      return this.clients.admit({ id, limit }, peer);
    };
    const context = { files: this.#files, state, now: Date.now, admitConnection, judgedBy };
    state.retain(new Set(sites.filter(({ access }) => access?.rate).map(({ id }) => id)));
    return new Map(sites.flatMap((site) => {
      const rules = rulesOf(site, context);
      return rules === null ? [] : [[site.id, rules]];
    }));
  }

  /** The time that tunnels have which nothing serves any more. */
  get #graceMs(): number {
    return (this.#current?.served.settings.ShutdownGraceTimeout ?? 0) * 1000;
  }
}
