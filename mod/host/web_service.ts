/**
 * Edge. HTTP and W3SVC: how the stored document becomes listening sockets.
 *
 * HTTP reads the inclusion list and the settings when it starts, and keeps them until it stops (the
 * rule of KB 813368). W3SVC reads the sites when it starts, plans with HTTP's list, opens the sockets
 * and starts the sites whose addresses could be had.
 *
 * @module
 */
import { formatEndpoint } from "../base/address.ts";
import type { Handler } from "../base/exchange.ts";
import { Fault } from "../base/fault.ts";
import { invariant } from "../base/invariant.ts";
import type { ConfigDocument } from "../config/document.ts";
import {
  DEFAULT_SETTINGS,
  effectiveSettings,
  type Settings,
  type StoredSettings,
} from "../config/settings.ts";
import type { Store } from "../config/store.ts";
import { HttpServer } from "../http/server.ts";
import { type ListEntry, parseList } from "../listen/list_entry.ts";
import { addressTable, machineKey, readMachine } from "../listen/machine_addresses.ts";
import { afterClosing, type Plan } from "../listen/planned.ts";
import { ResponseCache } from "../site/response_cache.ts";
import { changeOver } from "./change_over.ts";
import { composeHandler } from "./compose.ts";
import type { ServiceWorker } from "./controller.ts";
import { endpointStatuses, isUp, listeningView, nothingStarted, siteStatuses } from "./outcome.ts";
import { changeEvents, planEvents } from "./plan_events.ts";
import {
  changesOf,
  type Draining,
  drainUnreached,
  isNewFailure,
  type Reloaded,
  throwIfNothingStarts,
  upSites,
} from "./reload.ts";
import { Scavenger } from "./scavenger.ts";
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
  /** Settings as the document has them. */
  readonly stored: StoredSettings;
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
  readonly #scavenger = new Scavenger();
  /** The machine's addresses that the sockets stand on. */
  #machine = "";

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
    const { ipListen, settings: stored } = document;
    this.#http = { ipListen, stored, list, settings, server, sockets };
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
    const { ServerListenBacklog: tcpBacklog } = http.settings;
    this.#machine = machineKey(readMachine());
    const plan = await changeOver(http.sockets, { document, list: http.list }, { tcpBacklog });
    for (const event of planEvents(plan, document.sites)) this.#options.logs.event(event);
    const problem = nothingStarted(plan, Deno.build.os);
    if (problem !== null) {
      await http.sockets.close(http.sockets.endpoints());
      throw problem;
    }
    this.#enter(http, document, plan);
    http.server.resume();
    await http.sockets.close(plan.endpoints.filter(({ action }) => action === "close"));
  }

  /** Swaps list, settings and sites in place; from the next request on they count. */
  #enter(http: HttpState, document: ConfigDocument, plan: Plan): void {
    this.#http = http;
    this.#sites = { document, plan };
    const up = new Set(plan.sites.filter(isUp).map(({ id }) => id));
    const handler = composeHandler(
      {
        sites: document.sites.filter(({ id }) => up.has(id)),
        registrations: [],
        reservations: document.urlAcl,
      },
      {
        cache: this.#scavenger.watch(new ResponseCache(http.settings)),
        listening: () => listeningView(this.#options.version, this.status()),
        now: Date.now,
        isPaused: () => this.#paused,
        connections: this.#connections,
      },
    );
    http.server.reconfigure({ settings: http.settings, handler });
  }

  /**
   * Applies the stored document to what runs. Sockets that stay are not touched; where a new one
   * cannot be had everything stays as it was and the fault says why. Gives the addresses that are no
   * longer served and still have connections.
   */
  async reload(): Promise<Reloaded> {
    const http = this.#http;
    if (http === null) {
      throw new Fault("Cannot reload: the HTTP service does not run", {
        hint: "httpcfg net start w3svc",
      });
    }
    const document = await this.#options.store.read();
    const settings = effectiveSettings(document.settings);
    const list = parseList(document.ipListen);
    const next = {
      ...http,
      ipListen: document.ipListen,
      stored: document.settings,
      list,
      settings,
    };
    const before = this.#sites?.plan;
    if (before === undefined) {
      this.#http = next;
      http.server.reconfigure({ settings });
      return { changes: [], draining: [] };
    }
    const machine = machineKey(readMachine());
    const plan = await changeOver(http.sockets, { document, list }, {
      tcpBacklog: settings.ServerListenBacklog,
      check: throwIfNothingStarts,
      isFatal: (failed) => isNewFailure(failed, before),
    });
    this.#machine = machine;
    await this.#options.logs.reconfigure(settings);
    this.#enter(next, document, plan);
    return { changes: changesOf(before, plan), draining: await this.#leave(before, plan) };
  }

  /** True where the machine's addresses are not those that the sockets stand on. */
  hasMoved(): boolean {
    if (this.#sites === null) return false;
    const machine = readMachine();
    if (machineKey(machine) !== this.#machine) return true;
    // An address can be listed before it can be bound: IPv6 tries first whether it is free.
    const table = addressTable(machine);
    return this.#sites.plan.endpoints.some(({ action, ip }) => {
      return action === "wait" && table.interfaceOf(ip) !== null;
    });
  }

  /** Opens and closes what the machine's addresses of now call for. */
  async follow(): Promise<Draining[]> {
    const [http, sites] = [this.#http, this.#sites];
    if (http === null || sites === null) return [];
    this.#machine = machineKey(readMachine());
    const { document, plan: before } = sites;
    const { ServerListenBacklog: tcpBacklog } = http.settings;
    const plan = await changeOver(http.sockets, { document, list: http.list }, { tcpBacklog });
    if (upSites(plan) === upSites(before)) this.#sites = { document, plan };
    else this.#enter(http, document, plan);
    return await this.#leave(before, plan);
  }

  /** Milliseconds between two looks at the machine's addresses. */
  get watchIntervalMs(): number {
    return (this.#http?.settings ?? DEFAULT_SETTINGS).AddressWatchInterval;
  }

  /** The document whose list, settings and sites are in force; null where no site runs. */
  get documentInForce(): ConfigDocument | null {
    const [http, sites] = [this.#http, this.#sites];
    if (http === null || sites === null) return null;
    return { ...sites.document, ipListen: http.ipListen, settings: http.stored };
  }

  /** Closes what `plan` wants closed, and drains the connections that nothing listens for any more. */
  async #leave(before: Plan, plan: Plan): Promise<Draining[]> {
    const [http, sites] = [this.#http, this.#sites];
    invariant(http !== null && sites !== null, "what changes over runs");
    const { logs } = this.#options;
    for (const event of changeEvents(before, plan, sites.document.sites)) logs.event(event);
    await http.sockets.close(plan.endpoints.filter(({ action }) => action === "close"));
    const draining = drainUnreached(http);
    void Promise.all(draining.map(({ done }) => done)).then(() => this.#forgetClosed(plan));
    return draining;
  }

  /** What was closed and is drained has no place in the status any more. */
  #forgetClosed(plan: Plan): void {
    if (this.#sites?.plan !== plan) return;
    this.#sites = { ...this.#sites, plan: afterClosing(plan) };
  }

  async #stopSites(): Promise<void> {
    const http = this.#http;
    invariant(http !== null, "W3SVC stops before HTTP");
    await http.sockets.close(http.sockets.endpoints());
    await http.server.drain(http.settings.ShutdownGraceTimeout * 1000);
    http.server.reconfigure({ handler: NOBODY });
    this.#scavenger.stop();
    this.#sites = null;
    this.#paused = false;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
