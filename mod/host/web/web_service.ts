/**
 * W3SVC, which turns the sites of the stored document into listening sockets.
 *
 * It reads the sites when it starts, plans with the list that HTTP has in force, opens the sockets
 * and starts the sites whose addresses could be opened. Programs that have registered a URL are
 * planned together with the sites, and are also served while W3SVC is stopped: they belong to HTTP.
 *
 *     stopped --servePrograms--> programs only <--stop/start--> sites and programs
 *        ^---------------------- start / stop -------------------------^
 *
 * What is served is one value, {@linkcode ServingState}, which is replaced as a whole: document,
 * programs, plan and the addresses of this machine are always consistent.
 *
 * @module
 */
import { Fault } from "../../base/fault.ts";
import { faultWithStep } from "../../base/hints/hints.ts";
import { inSlices } from "../../base/work/slices.ts";
import { filter, type Steps } from "../../base/work/steps.ts";
import { invariant } from "../../base/invariant.ts";
import type { Progress } from "../../base/progress.ts";
import type { AcmeRecord, ConfigDocument, SiteRecord } from "../../config/document/document.ts";
import type { ServedSite } from "../../config/metabase/site_values.ts";
import type { Store } from "../../config/store/store.ts";
import { tableOf } from "../../listen/machine/address_table.ts";
import { readMachine } from "../../listen/machine/machine_addresses.ts";
import { compareLists } from "../../listen/plan/exclusion.ts";
import {
  afterClosing,
  differenceOf,
  type Plan,
  type PlannedEndpoint,
  type PlannedRegistration,
} from "../../listen/plan/plan.ts";
import { followPlan, type FollowPlanOptions } from "../../listen/sockets/follow_plan.ts";
import type { ServiceLogs } from "../../telemetry/service_logs.ts";
import type { SiteVerb } from "../control/control_protocol.ts";
import type { ServiceStatus } from "../control/status.ts";
import type { ServiceWorker } from "../services/service_controller.ts";
import { documentInForce } from "./document_in_force.ts";
import { type HttpConfig, type HttpService, readHttpConfig } from "./http_service.ts";
import type { HttpsService } from "./https_service.ts";
import { checkSiteStarted, notRunningFault, withSite } from "./site_state.ts";
import { changeEvents, planEvents } from "./plan_events.ts";
import {
  changesOf,
  checkReload,
  isNewFailure,
  type ReloadResult,
  upSiteIds,
} from "./reload_rules.ts";
import type { Draining } from "../serving/drain_unreached.ts";
import { Pauses } from "../serving/pauses.ts";
import {
  type LogSettings,
  logSettings,
  nothingServed,
  type Served,
  type ServedProgram,
  zonesOf,
} from "../serving/served.ts";
import type { Workers } from "../serving/workers.ts";
import { hasZones, isPlanOutdated } from "./plan_age.ts";
import { servedSites, type ServingState, servingStatus, sitesUp } from "./serving_state.ts";
import { noteExcluded, nothingStarted } from "./status_views.ts";
import { StoredList } from "./stored_list.ts";

/** The environment of the Web service. */
interface WebServiceOptions {
  readonly store: Pick<Store, "read">;
  readonly http: HttpService;
  readonly https: HttpsService;
  readonly workers: Workers;
  readonly logs: ServiceLogs;
  /** Our name in Via. */
  readonly via: string;
  /** Called when what is stored has come into force: all of it, or one site. */
  onApplied(): void;
}

/** Returns what is served of `document` while W3SVC is stopped. */
function withoutSites({ acme: _, ...document }: ConfigDocument): ConfigDocument {
  return { ...document, sites: [] };
}

/** What should be served, before there is a plan for it. */
type DesiredState = Pick<ServingState, "document" | "programs" | "withSites">;

/** The World Wide Web Publishing Service. */
export class WebService implements ServiceWorker {
  readonly #options: WebServiceOptions;
  readonly #storedList = new StoredList();
  readonly #pauses = new Pauses();
  #state: ServingState | null = null;
  /** How often the machine has been looked at. */
  #looks = 0;
  /** What the sites say of their logs, as the logs were last told; "" if it is not known. */
  #siteLogs = siteLogsText({ siteLogs: [], siteNames: [] });

  constructor(options: WebServiceOptions) {
    this.#options = options;
  }

  async start(progress?: Progress): Promise<void> {
    const { store, logs } = this.#options;
    const config = this.#config();
    const document = await store.read();
    const programs = this.#state?.programs ?? [];
    const desired = { document, programs, withSites: true };
    const state = await this.#followPlan(config, desired, { progress });
    const told = await this.#comparedWith(document, state.plan, state.machine);
    for (const event of await inSlices(planEvents(told, document.sites))) logs.event(event);
    const problem = nothingStarted(told);
    if (problem !== null) {
      await this.servePrograms(programs);
      throw problem;
    }
    this.#siteLogs = "";
    await this.#apply(config, state);
    await this.#closeUnwanted(state.plan);
    this.#options.onApplied();
  }

  async stop(): Promise<void> {
    const { workers } = this.#options;
    this.#pauses.clear();
    await workers.pause(this.#pauses.value);
    if (this.#state !== null && this.#state.programs.length > 0) {
      const { document, programs } = this.#state;
      await this.#serve({ document: withoutSites(document), programs, withSites: false });
      return;
    }
    await workers.sockets.close(workers.sockets.endpoints());
    await workers.drain(this.#config().settings.ShutdownGraceTimeout * 1000);
    this.#state = null;
  }

  pause(): Promise<void> {
    this.#pauses.all = true;
    return this.#options.workers.pause(this.#pauses.value);
  }

  resume(): Promise<void> {
    this.#pauses.all = false;
    return this.#options.workers.pause(this.#pauses.value);
  }

  /**
   * Returns the listening sockets and the sites; `stored` is null if it cannot be used. The reasons
   * say where the stored list would decide otherwise.
   */
  *status(
    stored: ConfigDocument | null,
  ): Steps<Pick<ServiceStatus, "endpoints" | "sites" | "unmatched">> {
    const isPaused = (id: number): boolean => this.#pauses.has(id);
    const state = this.#state;
    const { config } = this.#options.http;
    const includes = stored === null || config === null || state === null
      ? null
      : yield* this.#storedList.includes(stored.ipListen, config.ipListen, state.machine);
    if (state === null || includes === null) {
      return yield* servingStatus(state, isPaused, stored);
    }
    const plan = compareLists(state.plan, "stored", includes);
    const { endpoints, ...rest } = yield* servingStatus({ ...state, plan }, isPaused, stored);
    return { ...rest, endpoints: yield* noteExcluded(endpoints, includes) };
  }

  /**
   * Applies the stored document to the running service. Sockets that stay are not touched; if a new
   * one cannot be opened, everything stays as it was and the Fault says why. Returns the addresses
   * that are no longer served and still have connections. `strict`: an absent address is a failure.
   */
  async reload(strict = false, progress?: Progress): Promise<ReloadResult> {
    const { store, http, workers } = this.#options;
    if (http.config === null) {
      throw new Fault("Cannot reload: the HTTP service is not running", {
        hint: "httpcfg net start w3svc",
      });
    }
    const stored = await store.read();
    const config = await readHttpConfig(stored, http.config);
    const before = this.#state;
    const count = await workers.resize(config.settings);
    if (before === null) {
      http.reconfigure(config);
      await this.#reconfigureLogs(config, []);
      await workers.serve(nothingServed(config.settings, this.#options.via));
      this.#options.onApplied();
      return { changes: [], workers: count, draining: [] };
    }
    const { programs, withSites } = before;
    const document = withSites ? stored : withoutSites(stored);
    const state = await this.#followPlan(config, { document, programs, withSites }, {
      check: (plan) => checkReload(plan, strict),
      isFatal: (failed) => isNewFailure(failed, before.plan),
      progress,
    }).catch(async (error) => {
      await workers.resize(this.#config().settings);
      throw error instanceof Fault ? faultWithStep(error, "httpcfg reload") : error;
    });
    await this.#reconfigureLogs(config, await servedSites(config, state));
    await this.#apply(config, state);
    this.#options.onApplied();
    const difference = await inSlices(differenceOf(before.plan, state.plan));
    const changes = await inSlices(changesOf(...difference));
    return { changes, workers: count, draining: await this.#retire(difference, state) };
  }

  /** Reports whether another plan is due: the machine changed, or what was refused is possible. */
  async isPlanOutdated(): Promise<boolean> {
    return this.#state !== null && await isPlanOutdated(this.#state, this.#looks++);
  }

  /** True if a socket could not be opened. */
  get hasRefusals(): boolean {
    return this.#state?.plan.endpoints.some(({ action }) => action === "refused") ?? false;
  }

  /** Opens and closes sockets to follow the machine as it is now. */
  async followMachine(): Promise<readonly Draining[]> {
    const { config } = this.#options.http;
    const before = this.#state;
    if (config === null || before === null) return [];
    const state = await this.#followPlan(config, before);
    const isRouted = upSiteIds(state.plan) === upSiteIds(before.plan) && !hasZones(state);
    if (isRouted) this.#state = state;
    await (isRouted ? this.#options.workers.sockets.acceptAll() : this.#apply(config, state));
    return await this.#retire(await inSlices(differenceOf(before.plan, state.plan)), state);
  }

  /**
   * Returns the document in force; null while HTTP is stopped. A part that no running service holds
   * is that of `stored`, and unknown if that cannot be used.
   */
  documentInForce(stored: ConfigDocument | null): ConfigDocument | null {
    const { config } = this.#options.http;
    const serving = this.#state;
    const base = stored ?? (serving?.withSites ? serving.document : null);
    if (config === null || base === null) return null;
    return documentInForce(base, { http: config, serving });
  }

  /** A socket on which this process can be reached, one that speaks HTTP first; null for none. */
  get reachable(): Pick<PlannedEndpoint, "ip" | "port" | "secure"> | null {
    const open = (this.#state?.plan.endpoints ?? []).filter(({ action, scopeId }) => {
      return action === "keep" && scopeId === 0;
    });
    return open.find(({ secure }) => !secure) ?? open[0] ?? null;
  }

  /** The running sites; null while HTTP is not running. */
  get runningSites(): readonly SiteRecord[] | null {
    return this.#options.http.config === null ? null : sitesUp(this.#state);
  }

  /** The sites of the document in force, in whatever state. */
  get sites(): readonly SiteRecord[] {
    return this.#state?.document.sites ?? [];
  }

  /** Serves exactly `programs` from now on, besides the sites; returns the result for each. */
  async servePrograms(
    programs: readonly ServedProgram[],
  ): Promise<readonly PlannedRegistration[]> {
    const before = this.#state;
    const withSites = before?.withSites ?? false;
    const stored = await this.#readOr(before?.document);
    const served = before !== null && withSites ? before.document : withoutSites(stored);
    const document = { ...served, urlAcl: stored.urlAcl }; // reservations take effect at once
    const plan = await this.#serve({ document, programs, withSites }, stored);
    return (await this.#comparedWith(stored, plan)).registrations;
  }

  /** The certificates by ACME in force; none while W3SVC is stopped. */
  get acme(): readonly AcmeRecord[] {
    return this.#state?.withSites ? this.#state.document.acme ?? [] : [];
  }

  /** Returns why the challenges of the certificate `name` cannot be answered; null if they can. */
  challengeProblem(name: string): string | null {
    const found = this.#state?.plan.challenges?.find((one) => one.name === name);
    if (found === undefined || found.state === "started") return null;
    return found.reason ?? `it is ${found.state}`;
  }

  /** Takes the certificates by ACME as they are stored, everything else as it is in force. */
  async followAcme(): Promise<void> {
    const before = this.#state;
    if (!before?.withSites) {
      throw new Fault("Cannot obtain a certificate: W3SVC is not running", {
        hint: "httpcfg net start w3svc",
      });
    }
    const stored = await this.#options.store.read();
    if (JSON.stringify(stored.acme) === JSON.stringify(before.document.acme)) return;
    const { acme, ...document } = { ...before.document, acme: stored.acme };
    const taken = acme === undefined ? document : { ...document, acme };
    await this.#serve({ ...before, document: taken }, stored);
  }

  /**
   * Starts, stops, pauses or continues one site. The site is taken from the stored document,
   * everything else from what is in force: a new site starts without a reload of the others.
   */
  async controlSite(verb: SiteVerb, id: number): Promise<void> {
    const { store, http, workers } = this.#options;
    const before = this.#state;
    if (http.config === null || !before?.withSites) throw notRunningFault(verb);
    this.#pauses.set(id, verb === "pause");
    await workers.pause(this.#pauses.value);
    if (verb === "pause" || verb === "continue") return;
    const stored = await store.read();
    const document = withSite(before.document, stored, verb, id);
    // The connections of a stopped site end on their own, as after a reload.
    const plan = await this.#serve({ ...before, document }, stored);
    this.#options.onApplied();
    if (verb === "start") checkSiteStarted(await this.#comparedWith(stored, plan), id);
  }

  /**
   * Reads what is stored. If that cannot be used, what is in force stays, so that a program can
   * still leave; without anything in force there is nothing to stay.
   */
  async #readOr(inForce: ConfigDocument | undefined): Promise<ConfigDocument> {
    try {
      return await this.#options.store.read();
    } catch (error) {
      if (inForce === undefined || !(error instanceof Fault)) throw error;
      return { ...inForce, ipListen: this.#config().ipListen };
    }
  }

  /** Returns `plan` with reasons that say where the list of `stored` would decide otherwise. */
  async #comparedWith(
    stored: ConfigDocument | null,
    plan: Plan,
    machine = this.#state?.machine ?? readMachine(),
  ): Promise<Plan> {
    if (stored === null) return plan;
    const inForce = this.#config().ipListen;
    return await inSlices(this.#storedList.compare(plan, stored.ipListen, inForce, machine));
  }

  /**
   * Serves `desired` with the list in force; closes and drains what it no longer contains. Events
   * say where the list of `stored` would decide otherwise.
   */
  async #serve(desired: DesiredState, stored: ConfigDocument | null = null): Promise<Plan> {
    const config = this.#config();
    const before = this.#state;
    const state = await this.#followPlan(config, desired);
    await this.#apply(config, state);
    const difference = await inSlices(differenceOf(before?.plan ?? state.plan, state.plan));
    await this.#retire(difference, state, (plan) => {
      return this.#comparedWith(stored, plan, state.machine);
    });
    if (!state.withSites && state.programs.length === 0) {
      await this.#options.workers.serve(nothingServed(config.settings, this.#options.via));
      this.#state = null;
    }
    return state.plan;
  }

  /** Loads the certificates and opens the sockets of `desired`; on an error, neither changes. */
  async #followPlan(
    { list, settings: { ServerListenBacklog: tcpBacklog } }: HttpConfig,
    { document, programs, withSites }: DesiredState,
    options: Omit<FollowPlanOptions, "tcpBacklog"> = {},
  ): Promise<ServingState> {
    const { https, workers } = this.#options;
    const registrations = programs.map(({ prefix }) => prefix);
    try {
      const isAsked = document.sites.some(({ secureBindings }) => secureBindings.length > 0) ||
        registrations.some(({ scheme }) => scheme === "https");
      await https.load(document, isAsked);
      const { progress } = options;
      const source = { document, list, check: https.check, registrations, progress };
      const followed = await followPlan(workers.sockets, source, {
        ...options,
        tcpBacklog,
        earlier: this.#state,
      });
      return { document, programs, withSites, ...followed };
    } catch (error) {
      await https.load(this.#state?.document ?? { ssl: [], sites: [] });
      throw error;
    }
  }

  async #reconfigureLogs(
    { settings }: HttpConfig,
    sites: readonly ServedSite[],
  ): Promise<void> {
    const { logs, workers } = this.#options;
    const own = logSettings(settings, sites);
    this.#siteLogs = siteLogsText(own);
    await workers.reconfigureLogs(own, () => logs.reconfigure(own));
  }

  /**
   * Replaces list, settings and sites in place; they apply from the next request on, and to whoever
   * has connected to new sockets.
   */
  async #apply(config: HttpConfig, state: ServingState): Promise<void> {
    const { http, workers } = this.#options;
    this.#state = state;
    http.reconfigure(config);
    const served = await this.#served(config, state);
    if (siteLogsText(logSettings(served.settings, served.sites)) !== this.#siteLogs) {
      await this.#reconfigureLogs(config, served.sites);
    }
    await workers.serve(served);
    await workers.sockets.acceptAll();
  }

  async #served(config: HttpConfig, state: ServingState): Promise<Served> {
    const { https } = this.#options;
    const { document, machine, programs } = state;
    const table = await inSlices(tableOf(machine));
    return {
      settings: config.settings,
      sites: (await servedSites(config, state)).map((site) => https.servable(site)),
      siteIds: state.withSites ? document.sites.map(({ id }) => id) : null,
      programs,
      reservations: document.urlAcl,
      certificates: https.served((ip) => table.canonical(ip)),
      zones: zonesOf(machine),
      via: this.#options.via,
    };
  }

  /**
   * Closes the sockets that the plan closes, and drains connections that have no socket any more.
   * The difference to the plan before is what there is to tell; `told` is a plan in the words of the
   * events.
   */
  async #retire(
    [old, current]: readonly [Plan, Plan],
    { plan, document }: ServingState,
    told = (plan: Plan): Promise<Plan> => Promise.resolve(plan),
  ): Promise<readonly Draining[]> {
    const { logs, workers } = this.#options;
    const [gone, fresh] = [await told(old), await told(current)];
    const events = await inSlices(changeEvents(gone, fresh, document.sites));
    for (const event of events) logs.event(event);
    await this.#closeUnwanted(plan);
    const graceMs = this.#config().settings.ShutdownGraceTimeout * 1000;
    const draining = await workers.drainUnreached(workers.sockets.endpoints(), graceMs);
    void Promise.all(draining.map(({ done }) => done)).then(() => this.#pruneClosed(plan));
    return draining;
  }

  async #closeUnwanted({ endpoints }: Plan): Promise<void> {
    await this.#options.workers.sockets.close(
      await inSlices(filter(endpoints, ({ action }) => action === "close")),
    );
  }

  /** Removes the closed and drained sockets from the status. */
  async #pruneClosed(plan: Plan): Promise<void> {
    const pruned = await inSlices(afterClosing(plan));
    if (this.#state?.plan === plan) this.#state = { ...this.#state, plan: pruned };
  }

  #config(): HttpConfig {
    const { config } = this.#options.http;
    invariant(config !== null, "HTTP is running while anything is served");
    return config;
  }
}

/** Returns what the logs know of sites as a text, which differs if it does. */
function siteLogsText(
  { siteLogs, siteNames }: Pick<LogSettings, "siteLogs" | "siteNames">,
): string {
  return JSON.stringify([siteLogs, siteNames]);
}
