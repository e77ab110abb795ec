/**
 * Edge. HTTP and W3SVC: how the stored document becomes listening sockets.
 *
 * HTTP reads the inclusion list and the settings when it starts, and keeps them until it stops (the
 * rule of KB 813368). W3SVC reads the sites when it starts, plans with HTTP's list, opens the sockets
 * and starts the sites whose addresses could be had.
 *
 * @module
 */
import { type Endpoint, formatEndpoint } from "../base/address.ts";
import type { Handler } from "../base/exchange.ts";
import { invariant } from "../base/invariant.ts";
import type { ConfigDocument } from "../config/document.ts";
import { effectiveSettings, type Settings } from "../config/settings.ts";
import type { Store } from "../config/store.ts";
import { HttpServer } from "../http/server.ts";
import { type ListEntry, parseList } from "../listen/list_entry.ts";
import { type FailedBind, makePlan, type Plan } from "../listen/plan.ts";
import { ResponseCache } from "../site/response_cache.ts";
import type { ListeningView } from "../site/welcome.ts";
import { composeHandler } from "./compose.ts";
import type { ServiceWorker } from "./controller.ts";
import { endpointStatuses, isUp, nothingStarted, siteStatuses } from "./outcome.ts";
import { planEvents } from "./plan_events.ts";
import { gatherPlanInput } from "./plan_input.ts";
import type { ServiceLogs } from "./service_logs.ts";
import { SiteConnections } from "./site_connections.ts";
import { Sockets } from "./sockets.ts";
import type { ServiceStatus } from "./status.ts";

export interface WebServiceOptions {
  readonly store: Store;
  readonly logs: ServiceLogs;
  readonly version: string;
  log(line: string): void;
}

/** What HTTP holds while it runs. */
interface HttpState {
  readonly ipListen: readonly string[];
  readonly list: readonly ListEntry[];
  readonly settings: Settings;
  readonly server: HttpServer;
  readonly sockets: Sockets;
}

/** What W3SVC holds while it runs. */
interface SitesState {
  readonly document: ConfigDocument;
  readonly plan: Plan;
}

const NOBODY: Handler = () => ({ refuse: "Hostname" });
/** Idle connections that are closed when the file table is full: room for a burst, not for all. */
const ROOM_CONNECTIONS = 32;

export class WebService {
  readonly #options: WebServiceOptions;
  readonly #connections = new SiteConnections();
  #http: HttpState | null = null;
  #sites: SitesState | null = null;
  #paused = false;

  constructor(options: WebServiceOptions) {
    this.#options = options;
  }

  readonly http: ServiceWorker = {
    start: () => this.#startHttp(),
    stop: () => this.#stopHttp(),
  };

  readonly w3svc: ServiceWorker = {
    start: () => this.#startSites(),
    stop: () => this.#stopSites(),
    pause: () => Promise.resolve(void (this.#paused = true)),
    resume: () => Promise.resolve(void (this.#paused = false)),
  };

  /** What listens and which sites run. */
  status(): Pick<ServiceStatus, "ipListen" | "endpoints" | "sites" | "connections"> {
    return {
      ipListen: this.#http?.ipListen ?? [],
      endpoints: this.#sites === null ? [] : endpointStatuses(this.#sites.plan),
      sites: this.#sites === null
        ? []
        : siteStatuses(this.#sites.plan, this.#sites.document.sites, this.#paused),
      connections: this.#http?.server.counts().connections ?? 0,
    };
  }

  async #startHttp(): Promise<void> {
    const document = await this.#options.store.read();
    const settings = effectiveSettings(document.settings);
    const { logs } = this.#options;
    await logs.reconfigure(settings);
    const server = new HttpServer({
      settings,
      handler: NOBODY,
      served: (record) => logs.served(record),
      refused: (record) => logs.refused(record),
      failed: (error) => this.#options.log(describe(error)),
      closed: (remote) => this.#connections.closed(remote),
    });
    const sockets = new Sockets({
      onConnection: (conn) => server.adopt(conn, { tls: false }),
      onExhausted: () => void server.makeRoom(ROOM_CONNECTIONS),
      onFailure: (endpoint, error) => {
        this.#options.log(`accept on ${formatEndpoint(endpoint)}: ${describe(error)}`);
      },
    });
    const list = parseList(document.ipListen);
    this.#http = { ipListen: document.ipListen, list, settings, server, sockets };
  }

  async #stopHttp(): Promise<void> {
    const http = this.#http;
    this.#http = null;
    await http?.server.drain(0);
    await this.#options.logs.flush();
  }

  async #startSites(): Promise<void> {
    const http = this.#http;
    invariant(http !== null, "W3SVC starts after HTTP");
    const document = await this.#options.store.read();
    const plan = openAll(http, document);
    for (const event of planEvents(plan, document.sites)) this.#options.logs.event(event);
    const problem = nothingStarted(plan, Deno.build.os);
    if (problem !== null) {
      await http.sockets.close(http.sockets.endpoints());
      throw problem;
    }
    this.#sites = { document, plan };
    const started = new Set(plan.sites.filter(isUp).map(({ id }) => id));
    const handler = composeHandler(
      document.sites.filter(({ id }) => started.has(id)),
      {
        cache: new ResponseCache(http.settings),
        listening: () => this.#view(),
        now: Date.now,
        isPaused: () => this.#paused,
        connections: this.#connections,
      },
    );
    http.server.reconfigure({ handler });
    http.server.resume();
    await http.sockets.close(plan.endpoints.filter(({ action }) => action === "close"));
  }

  async #stopSites(): Promise<void> {
    const http = this.#http;
    invariant(http !== null, "W3SVC stops before HTTP");
    await http.sockets.close(http.sockets.endpoints());
    await http.server.drain(http.settings.ShutdownGraceTimeout * 1000);
    http.server.reconfigure({ handler: NOBODY });
    this.#sites = null;
    this.#paused = false;
  }

  #view(): ListeningView {
    const { ipListen, endpoints, sites } = this.status();
    return {
      version: this.#options.version,
      ipListen,
      endpoints: endpoints.map(({ ip, port, state, cause }) => {
        return { endpoint: formatEndpoint({ ip, port } as Endpoint), state, reason: cause };
      }),
      sites,
    };
  }
}

/** Plans, opens, and plans again with what could not be opened, until plan and sockets agree. */
function openAll({ list, sockets, settings }: HttpState, document: ConfigDocument): Plan {
  const gathered = gatherPlanInput({ document, list, running: [], pid: Deno.pid });
  const failed: FailedBind[] = [];
  for (;;) {
    const plan = makePlan({ ...gathered, running: sockets.endpoints(), failed });
    const newFailures = sockets.open(plan, settings.ServerListenBacklog);
    if (newFailures.length === 0) return plan;
    failed.push(...newFailures);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
