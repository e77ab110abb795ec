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
import { errorStatus } from "../../http/error_responses.ts";
import { clientOf } from "../../site/client.ts";
import { refusalPage } from "../../site/pages/error_page.ts";
import { RuleState } from "../../site/rules/rule_state.ts";
import { rulesOf, type SiteRules } from "../../site/rules/site_rules.ts";
import type { ProgramFault } from "../../site/proxy/fault_reports.ts";
import { ReverseProxy } from "../../site/proxy/proxy.ts";
import { TunnelLimits } from "../../site/proxy/tunnel_limits.ts";
import { connectTo } from "../../site/proxy/upstream_connection.ts";
import { FileAccess } from "../../site/static/file_access.ts";
import { ResponseCache } from "../../site/static/response_cache.ts";
import type { SiteHandlerFactory } from "../../site/kinds/kinds.ts";
import type { ListeningSource } from "../../site/pages/listening_view.ts";
import { CachedResponses } from "./cache_view.ts";
import { Pauses } from "./pauses.ts";
import { type RegisteredHandler, routeRequests } from "./router.ts";
import { canonicalIn, type Served, type ServedProgram } from "./served.ts";
import { LimitShares } from "./limit_shares.ts";
import { LIMIT, siteClientLimit, siteLimit } from "./service_limits.ts";
import { SiteConnections } from "./site_connection_limits.ts";

/**
 * Milliseconds between two scans for responses that were not requested in UriScavengerPeriod, and
 * for file operations that take too long.
 */
const TICK_MS = 1000;

/** What handles requests, and whom it notifies. */
interface RequestHandlerOptions {
  readonly siteHandler: SiteHandlerFactory;
  /** What the welcome page shows. */
  readonly listening: ListeningSource;
  /** Called with what a program did wrong. */
  onProgramFault(program: ServedProgram, fault: ProgramFault): void;
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
  readonly #options: RequestHandlerOptions;
  readonly #files = new FileAccess();
  /** By the id of the program: it keeps its connections while other things change. */
  readonly #proxies = new Map<number, ReverseProxy>();
  readonly #tunnelLimits = new TunnelLimits(this.limits.of(LIMIT.tunnelsPerAddress));
  readonly #ruleState = new RuleState();
  #current: Current | null = null;

  constructor(options: RequestHandlerOptions) {
    this.#options = options;
  }

  /** Creates the handler for `served`; it replaces the previous one. */
  handlerFor(served: Served): Handler {
    const { settings, sites, programs, reservations, zones } = served;
    const { siteHandler, listening } = this.#options;
    const rules = this.#rulesOf(sites);
    const cache = new ResponseCache(settings);
    const registrations = programs.map((program): RegisteredHandler => {
      return { prefix: program.prefix, handle: this.#proxyOf(program).handle };
    });
    const handler = routeRequests({ sites, registrations, reservations }, {
      siteHandler,
      cache,
      files: this.#files,
      listening,
      now: Date.now,
      isPaused: (id) => this.pauses.has(id),
      connections: this.connections,
      clients: this.clients,
      rulesOf: ({ id }) => rules.get(id) ?? null,
      siteLimit: (id) => this.limits.of(siteLimit(id)),
      canonical: canonicalIn(zones),
    });
    clearInterval(this.#current?.ticker);
    const ticker = setInterval(() => {
      cache.tick(Date.now());
      this.#files.tick();
    }, TICK_MS);
    this.#current = { served, rules, cached: new CachedResponses(cache, sites), ticker };
    this.#closeExcept(programs);
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
    return new Map([...this.#proxies].map(([id, { tunnels }]) => [id, tunnels]));
  }

  /** Releases the current handler: nothing is served any more. */
  clear(): void {
    this.#closeExcept([]);
    clearInterval(this.#current?.ticker);
    this.#ruleState.close();
    this.#current = null;
  }

  #rulesOf(sites: readonly SiteRecord[]): ReadonlyMap<number, SiteRules> {
    const state = this.#ruleState;
    const admitConnection = (
      { id }: SiteRecord,
      { peer, remote }: HttpRequest,
    ): boolean | Promise<boolean> => {
      // The connection of a proxy that names its clients in fields is of none of them.
      const limit = peer.ip === remote.ip ? this.limits.of(siteClientLimit(id)) : null;
      return this.clients.admit({ id, limit }, peer);
    };
    const context = { files: this.#files, state, now: Date.now, admitConnection };
    state.retain(new Set(sites.filter(({ access }) => access?.rate).map(({ id }) => id)));
    return new Map(sites.flatMap((site) => {
      const rules = rulesOf(site, context);
      return rules === null ? [] : [[site.id, rules]];
    }));
  }

  #proxyOf(program: ServedProgram): ReverseProxy {
    const existing = this.#proxies.get(program.id);
    if (existing !== undefined) return existing;
    const { target, via, timeoutMs } = program;
    const proxy = new ReverseProxy({
      connect: () => connectTo(target),
      via,
      timeoutMs,
      tunnelLimits: this.#tunnelLimits,
      requestLimit: this.limits.of(LIMIT.requestsPerProgram),
      program: `${program.id}`,
      onFault: (fault) => this.#options.onProgramFault(program, fault),
    });
    this.#proxies.set(program.id, proxy);
    return proxy;
  }

  /** Ends the connections to programs that are not among `programs` any more. */
  #closeExcept(programs: readonly ServedProgram[]): void {
    const graceMs = (this.#current?.served.settings.ShutdownGraceTimeout ?? 0) * 1000;
    const ids = new Set(programs.map(({ id }) => id));
    for (const [id, proxy] of this.#proxies) {
      if (ids.has(id)) continue;
      this.#proxies.delete(id);
      proxy.close(graceMs);
    }
  }
}
