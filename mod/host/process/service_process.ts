/**
 * Edge: the process of the service, from start to clean shutdown.
 *
 * Everything is built before the control socket exists, and an early request waits until the
 * process is open, so that no request can meet a half-built service.
 *
 * @module
 */
import { joinPath } from "../../base/files/join_path.ts";
import { Fault, messageOf, stackOf } from "../../base/fault.ts";
import { formatUrlPrefix } from "../../base/url_prefix.ts";
import { inSlices } from "../../base/work/slices.ts";
import { atOnce } from "../../base/work/steps.ts";
import { fileFault } from "../../base/file_fault.ts";
import { checkWritable } from "../../config/store/check_writable.ts";
import { History } from "../../config/store/history.ts";
import type { Paths } from "../../config/store/paths.ts";
import type { Store } from "../../config/store/store.ts";
import { blocksOf } from "../../config/document/address_block.ts";
import { DEFAULT_SETTINGS } from "../../config/document/settings.ts";
import {
  changeReverted,
  controlSent,
  type NewEvent,
  programFailed,
  revertFailed,
  stateEntered,
} from "../../telemetry/events/event.ts";
import { findListeners } from "../../listen/machine/port_owners.ts";
import { openLocal } from "../../listen/sockets/endpoint.ts";
import type {
  ServiceAnswers,
  ServiceQuestion,
  ServiceSource,
} from "../../site/about/service_source.ts";
import { type ExpositionFormat, expositionText } from "../../telemetry/metrics/exposition.ts";
import { kindOf, loadSiteHandlers, type SiteHandlerFactory } from "../../site/kinds/kinds.ts";
import { FaultReports, type ProgramFault } from "../../site/proxy/fault_reports.ts";
import { formatProxyTarget } from "../../site/proxied/proxy_target.ts";
import { ServiceLogs } from "../../telemetry/service_logs.ts";
import { controlPath } from "../control/control_address.ts";
import type { ControlProgress, ControlRequest } from "../control/control_protocol.ts";
import { type ControlService, serveControl } from "../control/control_server.ts";
import { briefOf, type ServiceStatus } from "../control/status.ts";
import { Controller, type ServiceState } from "../services/service_controller.ts";
import { type ServiceName, serviceRow, SERVICES } from "../services/service_table.ts";
import { openPortSharing, type PortSharing } from "../sharing/port_sharing.ts";
import { ownUserName } from "../sharing/local_users.ts";
import { serviceMetrics } from "../metrics/service_metrics.ts";
import { serviceTotals } from "../metrics/service_totals.ts";
import { RequestHandler } from "../serving/request_handler.ts";
import type { ServedProgram } from "../serving/served.ts";
import type { Spawner } from "../serving/spawner.ts";
import { type UpstreamReport, UpstreamReports } from "../serving/upstream_reports.ts";
import { Workers } from "../serving/workers.ts";
import { Registrations } from "../sharing/registrations.ts";
import { AcmeService } from "../acme/acme_service.ts";
import { claimAgent } from "../fleet/agent_claim.ts";
import { loggedEvent } from "../fleet/member_event.ts";
import { FleetService } from "../fleet/fleet_service.ts";
import { HttpService } from "../web/http_service.ts";
import { HttpsService } from "../web/https_service.ts";
import { documentEvents } from "../web/plan_events.ts";
import { upstreamEvent, upstreamStatuses } from "../web/upstream_views.ts";
import { ServiceDashboard } from "../web/service_dashboard.ts";
import { listeningView } from "../web/status_views.ts";
import { WebService } from "../web/web_service.ts";
import { AddressWatch } from "./address_watch.ts";
import { Confirmation } from "./confirmation.ts";
import { type ControlledParts, extraFields, handleControl } from "./control_handler.ts";
import { claimInstance, type Instance } from "./instance.ts";
import { OwnClient } from "./own_client.ts";
import { storedCertificateCheck } from "../web/stored_certificates.ts";
import { binderOf } from "./self_command.ts";
import { RunFolder, type RunSocket } from "./run_folder.ts";
import { endSignals, reopenSignal } from "./signals.ts";
import { ServiceTraces } from "./service_traces.ts";
import { StoredState } from "./stored_state.ts";

interface ServeOptions {
  readonly paths: Paths;
  readonly store: Store;
  readonly version: string;
  /** What starts workers; null where nothing can. */
  readonly spawner: Spawner | null;
  /** Whether somebody reads stdout, to which access logs may be written. */
  readonly hasStdout: boolean;
  /** Writes one line for whoever runs the process. */
  log(line: string): void;
}

/** Milliseconds to close logs and sockets once the connections are drained. */
const RELEASE_MS = 5000;

/** Claims the home and opens the control socket. No service is started yet. */
export async function openServiceProcess(options: ServeOptions): Promise<ServiceProcess> {
  logUncaughtErrors(options.log);
  // Once, before anything is open: sites are replaced without waiting, and a long-running process
  // does not depend on the files of its program.
  const siteHandler = await loadSiteHandlers();
  const traces = await ServiceTraces.open();
  const instance = await claimInstance(options.paths.run);
  const process = new ServiceProcess(options, instance, { siteHandler, traces });
  try {
    await process.open();
  } catch (error) {
    await process.release();
    throw error;
  }
  return process;
}

/** The process that runs the services. */
class ServiceProcess {
  readonly controller: Controller;
  readonly #options: ServeOptions;
  readonly #folder: RunFolder;
  readonly #startedAt = new Date().toISOString();
  readonly #user = ownUserName();
  readonly #logs: ServiceLogs;
  readonly #workers: Workers;
  readonly #traces: ServiceTraces;
  readonly #http: HttpService;
  readonly #web: WebService;
  readonly #registrations: Registrations;
  readonly #confirmation: Confirmation;
  readonly #https: HttpsService;
  readonly #dashboard: ServiceDashboard;
  readonly #acme: AcmeService;
  readonly #fleet: FleetService;
  readonly #stored: StoredState;
  readonly #opened = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #watch: AddressWatch | null = null;
  readonly #ownClient = new OwnClient();
  #isEnding = false;

  /** Builds the parts; nothing is opened, started or written yet. */
  constructor(
    options: ServeOptions,
    instance: Instance,
    { siteHandler, traces }: {
      readonly siteHandler: SiteHandlerFactory;
      readonly traces: ServiceTraces;
    },
  ) {
    this.#options = options;
    const { paths, log, hasStdout } = options;
    const logs = this.#logs = new ServiceLogs(paths.log, log, { hasStdout });
    this.#traces = traces;
    traces.event = (event): void => logs.event(event);
    const store = withDocumentEvents(options.store, logs);
    this.#dashboard = this.#makeDashboard();
    const workers = this.#workers = this.#makeWorkers(siteHandler);
    const https = new HttpsService({
      store,
      certs: paths.certs,
      event: (event) => logs.event(event),
      prepare: () => workers.prepareTls(),
      renew: (certificates) => void workers.renew(certificates),
    });
    this.#https = https;
    const stored = this.#stored = new StoredState({
      store: options.store,
      history: new History(paths.history),
    });
    const onApplied = (): void => {
      stored.applied();
      this.#watch?.settingsChanged();
    };
    const http = this.#http = new HttpService({ store, logs, workers, onApplied });
    const via = `httpcfg-${crypto.randomUUID().slice(0, 8)}`;
    this.#web = new WebService({ store, http, https, workers, logs, via, onApplied });
    this.#acme = new AcmeService({
      certs: paths.certs,
      web: this.#web,
      challenge: (challenges) => workers.challenge(challenges),
      event: (event) => logs.event(event),
      log,
    });
    this.#registrations = new Registrations({
      service: this.#web,
      store,
      uid: Deno.uid() ?? 0,
      exclusive: (work) => this.controller.exclusive(work),
      checkStored: (records) => storedCertificateCheck(paths.certs, records),
      now: Date.now,
    });
    this.controller = new Controller({
      HTTP: { start: () => this.#startHttp(), stop: () => this.#stopHttp() },
      HTTPFilter: https.worker,
      IISADMIN: { start: async () => {}, stop: async () => {} },
      W3SVC: this.#web,
    }, (service, state) => logState(logs, service, state));
    this.#confirmation = new Confirmation({
      file: joinPath(paths.run, "unconfirmed.json"),
      check: () => checkWritable(options.store.file),
      revert: async (document) => {
        await options.store.update(() => document);
        logs.event(changeReverted());
        if (this.#isEnding || !this.controller.isUp("HTTP")) return;
        await this.controller.exclusive(() => this.#web.reload());
      },
      onFailure: (error) => {
        const reason = messageOf(error);
        log(`cannot revert the unconfirmed change: ${reason}`);
        logs.event(revertFailed(reason));
      },
    });
    this.#fleet = this.#makeFleet();
    const onFailure = (error: unknown): void => log(`internal error: ${stackOf(error)}`);
    this.#folder = new RunFolder({
      instance,
      openControl: () => openControl(paths.run, this.#controlService(onFailure)),
      openSharing: () => openSharing(paths.run, this.#registrations, onFailure),
      event: (event) => logs.event(event),
      log,
    });
  }

  /**
   * Reverts an unconfirmed change, then opens the sockets: that of programs first, control last.
   */
  async open(): Promise<void> {
    const { log } = this.#options;
    await this.#confirmation.revertPending();
    await this.#folder.open();
    this.#watch = new AddressWatch({
      intervalMs: () => this.#settings.AddressWatchInterval,
      check: async () => {
        await this.#folder.look();
        if (await this.#web.isPlanOutdated()) {
          await this.controller.exclusive(() => this.#web.followMachine());
        }
      },
      onFailure: (error) => log(`cannot follow the addresses of this machine: ${error}`),
    });
    this.#acme.start();
    void this.#fleet.follow(); // whoever starts the service does not wait for another machine
    listenToSignals(() => this.end(), () => {
      this.#logs.reopen();
      void this.#folder.look();
    });
    this.#opened.resolve();
  }

  async status(): Promise<ServiceStatus> {
    const read = await this.#stored.read();
    const stored = read instanceof Fault ? null : read;
    const user = await this.#user;
    const comparison = await this.#stored.compare(read, this.#web.documentInForce(stored));
    const { counts: { connections, tunnels, tunnelsOf }, workers } = await this.#workers.status();
    const upstreams = await this.#workers.upstreams();
    const acme = await this.#acme.statuses();
    // From here on nothing waits: everything else is of one moment, from which the sockets are put
    // into words in slices.
    const { config } = this.#http;
    const fleet = this.#fleet.status;
    const web = inSlices(this.#web.status(stored));
    const status = {
      version: 1,
      pid: Deno.pid,
      user,
      startedAt: this.#startedAt,
      services: SERVICES.map(({ name, display }) => {
        return { name, display, state: this.controller.state(name) };
      }),
      ipListen: (config ?? stored)?.ipListen ?? [],
      settings: (config?.storedSettings ?? stored?.settings) ?? {},
      connections,
      ...(config === null ? {} : { workers }),
      tunnels,
      registrations: this.#registrations.status(tunnelsOf),
      upstreams: upstreamStatuses(upstreams, this.#web.sites),
      problems: [
        this.#folder,
        this.#confirmation,
        this.#logs,
        this.#https,
        this.#acme,
        this.#workers,
        this.#traces,
        this.#fleet,
      ].flatMap(({ problems }) => problems),
      ...(this.#https.notes.length === 0 ? {} : { notes: this.#https.notes }),
      ...(acme.length === 0 ? {} : { acme }),
      ...(fleet === null ? {} : { fleet }),
      unconfirmedUntil: this.#confirmation.until,
      ...comparison,
    } as const;
    return { ...status, ...await web };
  }

  /** True once the process has been told to end. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Resolves when everything has been stopped and released. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /**
   * Stops everything and releases the home. A second call aborts what is still in progress, and so
   * does a time limit: a file operation that does not return must not keep the process from ending.
   */
  async end(): Promise<void> {
    if (this.#isEnding) return this.#ended.resolve();
    this.#isEnding = true;
    const { config } = this.#http;
    const graceMs = config === null ? 0 : config.settings.ShutdownGraceTimeout * 1000;
    const timer = setTimeout(() => {
      this.#options.log("ending although not everything could be closed: it took too long");
      this.#ended.resolve();
    }, graceMs + RELEASE_MS);
    try {
      await this.#release();
    } finally {
      clearTimeout(timer);
      this.#ended.resolve();
    }
  }

  /**
   * Checks that the process responds, the way its clients find out: on one of its sockets, and with
   * a thread for file operations. It waits as long as there is no response.
   */
  async checkResponse(): Promise<void> {
    await Deno.stat(this.#options.paths.run).catch(() => {}); // an error is a response, too
    const { reachable } = this.#web;
    const scheme = reachable?.secure ? "https" : "http";
    const proxies = blocksOf(this.#settings.ProxyProtocol);
    await this.#ownClient.check(reachable && { ...reachable, scheme }, proxies);
  }

  async #release(): Promise<void> {
    this.#watch?.stop();
    await Promise.all([this.#acme.stop(), this.#fleet.stop()]);
    await this.#workers.endSilent();
    await this.#confirmation.revertPending();
    await this.controller.shutDown();
    const lost = this.#traces.close();
    if (lost > 0) this.#options.log(`${lost} spans of traces could not be sent`);
    await this.release();
  }

  /** Closes what {@linkcode open} has opened, also if it failed half-way, and gives the home up. */
  async release(): Promise<void> {
    await this.#folder.closeSockets();
    await this.#logs.close();
    await this.#folder.release();
  }

  get #settings(): typeof DEFAULT_SETTINGS {
    return this.#http.config?.settings ?? DEFAULT_SETTINGS;
  }

  #controlService(onFailure: (error: unknown) => void): ControlService {
    return {
      handle: (request, report) => this.#handle(request, report),
      // A process ends with its last service.
      afterAnswer: async ({ op }) => {
        if (op === "end" || (op === "stop" && !this.controller.anyUp())) await this.end();
      },
      onFailure,
    };
  }

  async #handle(
    request: ControlRequest,
    report: (progress: ControlProgress) => void,
  ): Promise<ServiceStatus> {
    await this.#opened.promise;
    const parts: ControlledParts = {
      controller: this.controller,
      web: this.#web,
      confirmation: this.#confirmation,
      acme: this.#acme,
      fleet: this.#fleet,
      store: this.#options.store,
      stored: this.#stored,
      logs: {
        flush: async () => {
          await this.#workers.flushLogs();
          await this.#logs.flush();
        },
      },
      registrations: this.#registrations,
    };
    await handleControl(parts, request, report);
    const extra = request.op === "totals"
      ? await this.#measured()
      : await extraFields(this.#workers, request);
    const status = { ...await this.status(), ...extra };
    return "brief" in request && request.brief ? briefOf(status) : status;
  }

  /** Returns what is counted, and the certificates in use. */
  async #measured(): Promise<Required<Pick<ServiceStatus, "totals" | "certificates">>> {
    const reported = await this.#workers.totals();
    const { opened, failed } = this.#workers.sockets;
    const totals = serviceTotals(reported, {
      atMs: Date.now(),
      build: { version: this.#options.version, runtime: `deno ${Deno.version.deno}` },
      sites: this.#web.sites,
      sockets: { opened, failed },
      lostLogLines: this.#logs.lostLines,
    });
    return { totals, certificates: this.#https.inUse };
  }

  async #exposition(format: ExpositionFormat): Promise<string> {
    const { totals, certificates } = await this.#measured();
    const status = { ...await this.status(), certificates };
    return await inSlices(expositionText(serviceMetrics({ status, totals }), format));
  }

  #makeFleet(): FleetService {
    const { paths, version, store, log } = this.#options;
    return new FleetService({
      paths,
      version,
      store,
      log,
      controller: this.controller,
      confirmation: this.#confirmation,
      reload: async () => {
        await this.#web.reload();
        await this.#registrations.followStored();
      },
      status: () => this.status(),
      hasClient: async (client) => {
        const { hasClient } = await extraFields(this.#workers, {
          op: "client",
          client,
          brief: true,
        });
        return hasClient ?? false;
      },
      event: (event) => this.#logs.event(loggedEvent(event)),
      claim: () => claimAgent(paths.config),
    });
  }

  #makeDashboard(): ServiceDashboard {
    const { os } = Deno.build;
    return new ServiceDashboard({
      program: this.#options.version,
      host: Deno.hostname(),
      status: () => this.status(),
      measured: () => this.#measured(),
      ownSites: () => {
        const own = this.#web.sites.filter(({ content }) => kindOf(content).reveals !== undefined);
        return own.map(({ name }) => name);
      },
      events: () => this.#logs.recentEvents,
      typed: async (view) => {
        if (os === "linux") return view;
        return (await import("../../base/hints/system_lines.ts")).withHintsOn(os, view);
      },
      now: Date.now,
    });
  }

  #makeWorkers(siteHandler: SiteHandlerFactory): Workers {
    const { paths, version, spawner, log } = this.#options;
    const logs = this.#logs;
    const service = serviceSource({
      listening: () => {
        const ipListen = this.#http.config?.ipListen ?? [];
        return listeningView(version, { ipListen, ...atOnce(this.#web.status(null)) });
      },
      prometheus: () => this.#exposition("prometheus"),
      openmetrics: () => this.#exposition("openmetrics"),
      dashboard: () => this.#dashboard.view(),
    });
    const event = (event: NewEvent): void => logs.event(event);
    const reports = new FaultReports();
    const onProgramFault = ({ id, prefix, target }: ServedProgram, fault: ProgramFault): void => {
      if (!reports.isDue(`${id}`, fault, performance.now())) return;
      event(programFailed(formatUrlPrefix(prefix), formatProxyTarget(target), fault.what));
    };
    const upstreams = new UpstreamReports();
    const onUpstream = (report: UpstreamReport): void => {
      if (upstreams.isDue(report, performance.now())) event(upstreamEvent(report, this.#web.sites));
    };
    const requests = new RequestHandler({
      siteHandler,
      service,
      onProgramFault: (id, fault) => this.#workers.programFault(id, fault),
      onUpstream,
    });
    return new Workers({
      requests,
      onUpstream,
      findListeners,
      binder: binderOf(paths.config),
      machine: { os: Deno.build.os, cores: navigator.hardwareConcurrency },
      start: async (events) => {
        if (spawner === null) throw new Error("there is no shell to start them");
        const { startWorker } = await import("../serving/start_worker.ts");
        return await startWorker(spawner, paths.run, events);
      },
      service,
      onProgramFault,
      logs,
      tracing: this.#traces.tracing,
      onTraces: (worker, state) => this.#traces.receive(worker, state),
      event,
      log,
    });
  }

  async #startHttp(): Promise<void> {
    await this.#http.start();
    await this.#registrations.followStored();
  }

  async #stopHttp(): Promise<void> {
    await this.#registrations.endAll("the HTTP service stopped");
    await this.#http.stop();
  }
}

/** Returns what answers each question by its own function. */
function serviceSource(
  answers: {
    readonly [Q in ServiceQuestion]: () => ServiceAnswers[Q] | Promise<ServiceAnswers[Q]>;
  },
): ServiceSource {
  return (question) => answers[question]();
}

/** Opens port sharing; null where the platform cannot say who a caller is. */
async function openSharing(
  run: string,
  registrations: Registrations,
  onFailure: (error: unknown) => void,
): Promise<PortSharing | null> {
  if (Deno.build.os === "windows") return null;
  try {
    return await openPortSharing(run, registrations, onFailure);
  } catch (error) {
    throw fileFault("share ports in", run, error, { folder: run });
  }
}

function listenToSignals(end: () => void, reopen: () => void): void {
  const { os } = Deno.build;
  for (const signal of endSignals(os)) Deno.addSignalListener(signal, end);
  const again = reopenSignal(os);
  if (again !== null) Deno.addSignalListener(again, reopen);
}

/** Wraps `store` to log an event for each part of a document that cannot be used. */
function withDocumentEvents(store: Store, logs: ServiceLogs): Pick<Store, "read" | "update"> {
  return {
    update: (edit) => store.update(edit),
    read: () =>
      store.read().catch((error) => {
        for (const event of documentEvents(error)) logs.event(event);
        throw error;
      }),
  };
}

function logState(logs: ServiceLogs, service: ServiceName, state: ServiceState): void {
  if (state === "starting" || state === "stopping") {
    const control = state === "starting" ? "start" : "stop";
    logs.event(controlSent(serviceRow(service).display, control));
  }
  if (state === "running" || state === "stopped" || state === "paused") {
    logs.event(stateEntered(serviceRow(service).display, state));
  }
}

async function openControl(run: string, service: ControlService): Promise<RunSocket> {
  const path = controlPath(run, Deno.build.os);
  if (Deno.build.os !== "windows") {
    return await openLocal(
      { kind: "unix", path },
      (conn) => void serveControl(conn, "", service),
    );
  }
  const token = crypto.randomUUID();
  const local = await openLocal({ kind: "loopback", port: 0 }, (conn) => {
    void serveControl(conn, token, service);
  });
  const { port } = local.address as { port: number };
  await Deno.writeTextFile(path, JSON.stringify({ port, token }), { mode: 0o600 });
  return {
    isInPlace: () => Deno.stat(path).then(() => true, () => false),
    close: async () => {
      await local.close();
      await Deno.remove(path).catch(() => {}); // removed already
    },
  };
}

/** Logs uncaught errors: a stray rejection must not end a server, but it is a bug. */
function logUncaughtErrors(log: (line: string) => void): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log(`internal error: ${stackOf(event.reason)}`);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    log(`internal error: ${event.error === null ? event.message : stackOf(event.error)}`);
  });
}
