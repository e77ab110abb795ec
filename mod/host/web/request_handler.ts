/**
 * The handler of all requests, made anew whenever what is served changes, and what outlives it: which
 * connections are with which site, and which sites are paused.
 *
 * @module
 */
import type { Handler } from "../../base/exchange.ts";
import type { Settings } from "../../config/document/settings.ts";
import { ResponseCache } from "../../site/static/response_cache.ts";
import type { ListeningView } from "../../site/kinds/welcome.ts";
import { composeHandler, type RegisteredHandler } from "./router.ts";
import type { Https } from "./https_service.ts";
import { KeptResponses } from "./cache_view.ts";
import { Pauses } from "./pauses.ts";
import { Scavenger } from "./scavenger.ts";
import { type Serving, sitesUp } from "./serving.ts";
import { SiteConnections } from "./site_connection_limits.ts";

export class RequestPath {
  readonly connections = new SiteConnections();
  readonly pauses = new Pauses();
  readonly #https: Pick<Https, "served">;
  readonly #listening: () => ListeningView;
  readonly #scavenger = new Scavenger();
  #kept: KeptResponses | null = null;

  /** `listening` is what the welcome page shows. */
  constructor(https: Pick<Https, "served">, listening: () => ListeningView) {
    this.#https = https;
    this.#listening = listening;
  }

  /** Handler for the sites of `serving` and for `programs`. */
  handlerFor(
    serving: Serving,
    programs: readonly RegisteredHandler[],
    settings: Settings,
  ): Handler {
    const cache = this.#scavenger.watch(new ResponseCache(settings));
    this.#kept = new KeptResponses(cache, serving.document.sites);
    const sites = sitesUp(serving).map((site) => this.#https.served(site));
    const reservations = serving.document.urlAcl;
    return composeHandler({ sites, registrations: programs, reservations }, {
      cache,
      listening: this.#listening,
      now: Date.now,
      isPaused: (id) => this.pauses.has(id),
      connections: this.connections,
    });
  }

  /** The responses that are kept ready to send; null while nothing is served. */
  get kept(): KeptResponses | null {
    return this.#kept;
  }

  /** Nothing is served any more. */
  clear(): void {
    this.#scavenger.stop();
    this.#kept = null;
  }
}
