/**
 * Edge. HTTP and W3SVC: how the stored document becomes listening sockets.
 *
 * HTTP reads the inclusion list and the settings when it starts, and keeps them until it stops (the
 * rule of KB 813368). W3SVC reads the sites when it starts, plans with HTTP's list, opens the sockets
 * and starts the sites whose addresses could be had.
 *
 * @module
 */
import { Fault } from "../../base/fault.ts";
import { invariant } from "../../base/invariant.ts";
import type { ConfigDocument, SiteRecord } from "../../config/document/document.ts";
import { DEFAULT_SETTINGS, effectiveSettings } from "../../config/document/settings.ts";
import type { Store } from "../../config/store/store.ts";
import { machineKey } from "../../listen/machine/machine_addresses.ts";
import { afterClosing, type Plan, type PlannedRegistration } from "../../listen/plan/plan.ts";
import { changeOver, type ChangeOverOptions } from "../../listen/sockets/follow_plan.ts";
import type { RegisteredHandler } from "./router.ts";
import type { ServiceWorker } from "../services/service_controller.ts";
import { type HttpState, makeHttpState, NOBODY, readHttp } from "./http_state.ts";
import { Https } from "./https_service.ts";
import { listeningView, nothingStarted } from "./status_views.ts";
import { changeEvents, planEvents } from "./plan_events.ts";
import type { KeptResponses } from "./cache_view.ts";
import {
  changesOf,
  checkReload,
  type Draining,
  drainUnreached,
  isNewFailure,
  type Reloaded,
  upSites,
} from "./reload_rules.ts";
import type { ServiceLogs } from "../../telemetry/service_logs.ts";
import { notRunning, throwIfDown, withSite } from "./one_site.ts";
import type { SiteVerb } from "../control/control_protocol.ts";
import { RequestPath } from "./request_handler.ts";
import { hasMachineMoved, type Serving, servingStatus, sitesUp } from "./serving.ts";
import type { ServiceStatus } from "../control/status.ts";

export interface WebServiceOptions {
  readonly store: Pick<Store, "read">;
  /** Folder of the certificate stores. */
  readonly certs: string;
  readonly logs: ServiceLogs;
  readonly version: string;
  log(line: string): void;
}

export class WebService {
  readonly #options: WebServiceOptions;
  readonly #https: Https;
  readonly #path: RequestPath;
  #http: HttpState | null = null;
  #sites: Serving | null = null;
  /** What programs have registered. */
  #programs: readonly RegisteredHandler[] = [];
  /** The machine's addresses that the sockets stand on. */
  #machine = "";

  constructor(options: WebServiceOptions) {
    this.#options = options;
    this.#https = new Https({
      store: options.store,
      certs: options.certs,
      event: (event) => options.logs.event(event),
      handshakeTimeoutMs: () => (this.#http?.settings ?? DEFAULT_SETTINGS).HeaderWaitTimeout * 1000,
      onConnection: (stream, tls) => this.#http?.server.adopt(stream, { tls }),
      refused: (record) => options.logs.refused(record),
    });
    this.#path = new RequestPath(this.#https, () => listeningView(options.version, this.status()));
  }

  /** HTTPFilter: certificates and handshakes. */
  get httpFilter(): ServiceWorker {
    return this.#https.worker;
  }

  readonly http: ServiceWorker = {
    start: () => this.#startHttp(),
    stop: () => this.#stopHttp(),
  };

  readonly w3svc: ServiceWorker = {
    start: () => this.#startSites(),
    stop: () => this.#stopSites(),
    pause: () => Promise.resolve(void (this.#path.pauses.all = true)),
    resume: () => Promise.resolve(void (this.#path.pauses.all = false)),
  };

  /** What listens and which sites run. */
  status(): Pick<ServiceStatus, "ipListen" | "endpoints" | "sites" | "connections"> {
    return {
      ipListen: this.#http?.ipListen ?? [],
      ...servingStatus(this.#sites, (id) => this.#path.pauses.has(id)),
      connections: this.#http?.server.counts().connections ?? 0,
    };
  }

  async #startHttp(): Promise<void> {
    const document = await this.#options.store.read();
    const { logs, log } = this.#options;
    await logs.reconfigure(effectiveSettings(document.settings));
    const parts = { logs, log, https: this.#https, connections: this.#path.connections };
    this.#http = makeHttpState(document, parts);
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
    const plan = await this.#changeOver(http, document);
    for (const event of planEvents(plan, document.sites)) this.#options.logs.event(event);
    const problem = nothingStarted(plan, Deno.build.os);
    if (problem !== null) {
      await this.share(this.#programs);
      throw problem;
    }
    this.#enter(http, { document, plan, withSites: true });
    http.server.resume();
    await http.sockets.close(plan.endpoints.filter(({ action }) => action === "close"));
  }

  /** Swaps list, settings and sites in place; from the next request on they count. */
  #enter(http: HttpState, serving: Serving): void {
    this.#http = http;
    this.#sites = serving;
    const handler = this.#path.handlerFor(serving, this.#programs, http.settings);
    http.server.reconfigure({ settings: http.settings, handler });
  }

  /**
   * Applies the stored document to what runs. Sockets that stay are not touched; where a new one
   * cannot be had everything stays as it was and the fault says why. Gives the addresses that are no
   * longer served and still have connections. `strict`: an address that is not there is a failure.
   */
  async reload(strict = false): Promise<Reloaded> {
    const http = this.#http;
    if (http === null) {
      throw new Fault("Cannot reload: the HTTP service does not run", {
        hint: "httpcfg net start w3svc",
      });
    }
    const stored = await this.#options.store.read();
    const withSites = this.#sites?.withSites ?? false;
    const document = withSites ? stored : { ...stored, sites: [] };
    const next = { ...http, ...readHttp(document) };
    const { settings } = next;
    const before = this.#sites?.plan;
    if (before === undefined) {
      this.#http = next;
      http.server.reconfigure({ settings });
      return { changes: [], draining: [] };
    }
    const plan = await this.#changeOver(next, document, {
      check: (plan) => checkReload(plan, strict),
      isFatal: (failed) => isNewFailure(failed, before),
    });
    await this.#options.logs.reconfigure(settings);
    this.#enter(next, { document, plan, withSites });
    return { changes: changesOf(before, plan), draining: await this.#leave(before, plan) };
  }

  /** True where the machine's addresses are not those that the sockets stand on. */
  hasMoved(): boolean {
    return this.#sites !== null && hasMachineMoved(this.#sites.plan, this.#machine);
  }

  /** Opens and closes what the machine's addresses of now call for. */
  async follow(): Promise<Draining[]> {
    const [http, sites] = [this.#http, this.#sites];
    if (http === null || sites === null) return [];
    const { document, plan: before } = sites;
    const plan = await this.#changeOver(http, document);
    if (upSites(plan) === upSites(before)) this.#sites = { ...sites, plan };
    else this.#enter(http, { ...sites, plan });
    return await this.#leave(before, plan);
  }

  /** Milliseconds between two looks at the machine's addresses. */
  get watchIntervalMs(): number {
    return (this.#http?.settings ?? DEFAULT_SETTINGS).AddressWatchInterval;
  }

  /** The document whose list, settings and sites are in force; null where no site runs. */
  get documentInForce(): ConfigDocument | null {
    const [http, sites] = [this.#http, this.#sites];
    if (http === null || !sites?.withSites) return null;
    return { ...sites.document, ipListen: http.ipListen, settings: http.stored };
  }

  /** The sites that run; null while HTTP does not. */
  get runningSites(): readonly SiteRecord[] | null {
    return this.#http === null ? null : sitesUp(this.#sites);
  }

  /** Serves exactly `programs` from now on, beside the sites; says what became of each. */
  async share(programs: readonly RegisteredHandler[]): Promise<readonly PlannedRegistration[]> {
    const [http, before] = [this.#http, this.#sites];
    invariant(http !== null, "programs are served while HTTP runs");
    const stored = await this.#options.store.read();
    const withSites = before?.withSites ?? false;
    const served = before !== null && withSites ? before.document : { ...stored, sites: [] };
    const document = { ...served, urlAcl: stored.urlAcl }; // a reservation counts at once
    this.#programs = programs;
    const plan = await this.#changeOver(http, document);
    this.#enter(http, { document, plan, withSites });
    if (before === null) http.server.resume();
    await this.#leave(before?.plan ?? plan, plan);
    if (!withSites && programs.length === 0) {
      this.#path.clear();
      this.#sites = null;
    }
    return plan.registrations;
  }

  /** Certificates and sockets become those of `document`; where that fails, neither does. */
  async #changeOver(
    { sockets, list, settings: { ServerListenBacklog: tcpBacklog } }: HttpState,
    document: ConfigDocument,
    more: Omit<ChangeOverOptions, "tcpBacklog"> = {},
  ): Promise<Plan> {
    const registrations = this.#programs.map(({ prefix }) => prefix);
    const machine = this.#machine;
    this.#machine = machineKey(); // looked at before: what comes meanwhile is a move
    try {
      await this.#https.load(document.ssl);
      const source = { document, list, check: this.#https.check, registrations };
      return await changeOver(sockets, source, { ...more, tcpBacklog });
    } catch (error) {
      this.#machine = machine;
      await this.#https.load(this.#sites?.document.ssl ?? []);
      throw error;
    }
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
    this.#path.pauses.clear();
    if (this.#programs.length > 0) {
      this.#sites = { ...this.#sites!, withSites: false };
      await this.share(this.#programs);
      return;
    }
    await http.sockets.close(http.sockets.endpoints());
    this.#https.clear();
    await http.server.drain(http.settings.ShutdownGraceTimeout * 1000);
    http.server.reconfigure({ handler: NOBODY });
    this.#path.clear();
    this.#sites = null;
  }

  /**
   * Starts, stops, pauses or continues one site. It is taken as the stored document has it, all else as
   * it is in force: a site that was just created starts without a reload of the others.
   */
  async controlSite(verb: SiteVerb, id: number): Promise<void> {
    const [http, sites] = [this.#http, this.#sites];
    if (http === null || !sites?.withSites) throw notRunning(verb);
    this.#path.pauses.set(id, verb === "pause");
    if (verb === "pause" || verb === "continue") return;
    const document = withSite(sites.document, await this.#options.store.read(), verb, id);
    const plan = await this.#changeOver(http, document);
    this.#enter(http, { ...sites, document, plan });
    // The connections of a stopped site end by themselves, as after a reload.
    await this.#leave(sites.plan, plan);
    if (verb === "start") throwIfDown(plan, id);
  }

  /** The responses that are kept ready to send; null while no site runs. */
  get kept(): KeptResponses | null {
    return this.#path.kept;
  }
}
