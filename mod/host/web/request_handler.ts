/**
 * Edge: the timer of the response cache and of the file operations. The handler of all requests,
 * which is rebuilt whenever what is served changes, and the state that outlives it: which
 * connections belong to which site, which sites are paused, and which file operations are under way.
 *
 * @module
 */
import { atOnce } from "../../base/steps.ts";
import type { Handler } from "../../base/exchange.ts";
import type { Settings } from "../../config/document/settings.ts";
import { tableOf } from "../../listen/machine/address_table.ts";
import { FileAccess } from "../../site/static/file_access.ts";
import { ResponseCache } from "../../site/static/response_cache.ts";
import type { SiteHandlerFactory } from "../../site/kinds/kinds.ts";
import type { ListeningView } from "../../site/pages/listening_view.ts";
import { CachedResponses } from "./cache_view.ts";
import type { HttpsService } from "./https_service.ts";
import { Pauses } from "./pauses.ts";
import { routeRequests } from "./router.ts";
import { type ServingState, sitesUp } from "./serving_state.ts";
import { SiteConnections } from "./site_connection_limits.ts";

/**
 * Milliseconds between two scans for responses that were not requested in UriScavengerPeriod, and
 * for file operations that take too long.
 */
const TICK_MS = 1000;

/** The resources of the current handler. */
interface Current {
  readonly cached: CachedResponses;
  /** Also evicts unused responses of an idle service, which releases their memory. */
  readonly ticker: ReturnType<typeof setInterval>;
}

export class RequestHandler {
  readonly connections = new SiteConnections();
  readonly pauses = new Pauses();
  readonly #files = new FileAccess();
  readonly #https: Pick<HttpsService, "servable">;
  readonly #listening: () => ListeningView;
  readonly #siteHandler: SiteHandlerFactory;
  #current: Current | null = null;

  /** `listening` is what the welcome page shows. */
  constructor(
    https: Pick<HttpsService, "servable">,
    siteHandler: SiteHandlerFactory,
    listening: () => ListeningView,
  ) {
    this.#https = https;
    this.#siteHandler = siteHandler;
    this.#listening = listening;
  }

  /** Creates the handler for the sites and programs of `state`; it replaces the previous one. */
  handlerFor(
    state: Pick<ServingState, "document" | "plan" | "programs" | "machine">,
    settings: Settings,
  ): Handler {
    const cache = new ResponseCache(settings);
    const table = atOnce(tableOf(state.machine)); // made before, in steps
    const { sites: stored, urlAcl: reservations } = state.document;
    const sites = sitesUp(state).map((site) => this.#https.servable(site));
    const handler = routeRequests({ sites, registrations: state.programs, reservations }, {
      siteHandler: this.#siteHandler,
      cache,
      files: this.#files,
      listening: this.#listening,
      now: Date.now,
      isPaused: (id) => this.pauses.has(id),
      connections: this.connections,
      canonical: (ip) => table.canonical(ip),
    });
    this.clear();
    const ticker = setInterval(() => {
      cache.tick(Date.now());
      this.#files.tick();
    }, TICK_MS);
    this.#current = { cached: new CachedResponses(cache, stored), ticker };
    return handler;
  }

  /** The cached responses; null while nothing is served. */
  get cached(): CachedResponses | null {
    return this.#current?.cached ?? null;
  }

  /** Releases the current handler: nothing is served any more. */
  clear(): void {
    clearInterval(this.#current?.ticker);
    this.#current = null;
  }
}
