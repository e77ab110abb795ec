/**
 * Edge: the process of the service, from its start to its clean end.
 *
 * @module
 */
import type { Paths } from "../../config/store/paths.ts";
import type { Store } from "../../config/store/store.ts";
import { changeReverted, controlSent, stateEntered } from "../../telemetry/events/event.ts";
import { openLocal } from "../../listen/sockets/endpoint.ts";
import { AddressWatch } from "./address_watch.ts";
import { carryOut, extraOf } from "./control_handler.ts";
import { Confirmation } from "./confirmation.ts";
import { controlPath } from "../control/control_address.ts";
import { type AfterAnswer, type ControlHandler, serveControl } from "../control/control_server.ts";
import { Controller, type ServiceState } from "../services/service_controller.ts";
import { claimInstance } from "./instance.ts";
import { documentEvents } from "../web/plan_events.ts";
import { openPortSharing } from "../sharing/port_sharing.ts";
import { Registrations } from "../sharing/registrations.ts";
import { ServiceLogs } from "../../telemetry/service_logs.ts";
import { type ServiceName, serviceRow, SERVICES } from "../services/service_table.ts";
import type { ServiceStatus } from "../control/status.ts";
import { WebService } from "../web/web_service.ts";

export interface ServeOptions {
  readonly paths: Paths;
  readonly store: Store;
  readonly version: string;
  /** Told when the control socket listens; the services are not started yet. */
  onReady(): void;
  /** One line for whoever watches the process. */
  log(line: string): void;
}

/** A running process of services. */
export interface ServiceProcess {
  readonly controller: Controller;
  status(): ServiceStatus;
  /** Stops everything and gives the home up. */
  end(): Promise<void>;
  /** Resolves when it has ended and nothing is left. */
  readonly ended: Promise<void>;
}

/** Claims the home, opens the control socket, and waits to be told what to start. */
export async function openServiceProcess(options: ServeOptions): Promise<ServiceProcess> {
  const { paths, store, version, log } = options;
  guardProcess(log);
  const instance = await claimInstance(paths.run);
  const startedAt = new Date().toISOString();
  const logs = new ServiceLogs(paths.log, log);
  const { certs } = paths;
  const web = new WebService({ store: telling(store, logs), certs, logs, version, log });
  const registrations = new Registrations(web, store, (work) => controller.exclusive(work));
  const controller = makeController(web, registrations, logs);
  const status = (): ServiceStatus => ({
    version: 1,
    pid: Deno.pid,
    startedAt,
    services: SERVICES.map(({ name, display }) => {
      return { name, display, state: controller.state(name) };
    }),
    ...web.status(),
    registrations: registrations.status(),
    unconfirmedUntil: confirmation.until,
  });
  let ending = false;
  const confirmation = new Confirmation({
    file: `${paths.run}/unconfirmed.json`,
    async revert(document): Promise<void> {
      await store.update(() => document);
      logs.event(changeReverted());
      if (!ending && controller.isUp("HTTP")) await controller.exclusive(() => web.reload());
    },
    onFailure: (error) => log(`cannot take the unconfirmed change back: ${error}`),
  });
  await confirmation.settle();
  const watch = new AddressWatch({
    intervalMs: () => web.watchIntervalMs,
    async look(): Promise<void> {
      if (web.hasMoved()) await controller.exclusive(() => web.follow());
    },
    onFailure: (error) => log(`cannot follow the addresses of the machine: ${error}`),
  });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const end = async (): Promise<void> => {
    if (ending) return resolve(); // told twice: what is still in flight is cut
    ending = true;
    watch.stop();
    await confirmation.settle();
    await controller.stopAll();
    await control.close();
    await sharing?.close();
    await logs.close();
    await instance.release();
    resolve();
  };
  const control = await openControl(
    paths.run,
    async (request, tell) => {
      await carryOut({ controller, web, confirmation, logs, registrations }, request, tell);
      return { ...status(), ...extraOf(web, request) };
    },
    async ({ op }) => {
      // A process whose last service was stopped has nothing left to do.
      if (op === "end" || (op === "stop" && !controller.anyUp())) await end();
    },
  );
  const sharing = await openSharing(paths.run, registrations, log);
  listenToSignals(end, () => logs.reopen());
  options.onReady();
  return { controller, status, end, ended };
}

function makeController(
  web: WebService,
  registrations: Registrations,
  logs: ServiceLogs,
): Controller {
  const idle = { start: async () => {}, stop: async () => {} };
  const stopHttp = async (): Promise<void> => {
    await registrations.endAll("the HTTP service stopped");
    await web.http.stop();
  };
  return new Controller(
    {
      HTTP: { ...web.http, stop: stopHttp },
      HTTPFilter: web.httpFilter,
      IISADMIN: idle,
      W3SVC: web.w3svc,
    },
    (service, state) => tellEvent(logs, service, state),
  );
}

/** A service that cannot share its ports serves its sites all the same. */
async function openSharing(
  run: string,
  registrations: Registrations,
  log: (line: string) => void,
): Promise<{ close(): Promise<void> } | null> {
  if (Deno.build.os === "windows") return null;
  try {
    return await openPortSharing(run, registrations);
  } catch (error) {
    log(`cannot share ports: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}

function listenToSignals(end: () => void, reopen: () => void): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    if (Deno.build.os === "windows" && signal === "SIGTERM") continue;
    Deno.addSignalListener(signal, end);
  }
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGHUP", reopen);
}

/** `store`, whose document leaves an event for each part of it that cannot be used. */
function telling(store: Store, logs: ServiceLogs): Pick<Store, "read"> {
  return {
    read: () =>
      store.read().catch((error) => {
        for (const event of documentEvents(error)) logs.event(event);
        throw error;
      }),
  };
}

function tellEvent(logs: ServiceLogs, service: ServiceName, state: ServiceState): void {
  if (state === "starting" || state === "stopping") {
    const control = state === "starting" ? "start" : "stop";
    logs.event(controlSent(serviceRow(service).display, control));
  }
  if (state === "running" || state === "stopped" || state === "paused") {
    logs.event(stateEntered(serviceRow(service).display, state));
  }
}

async function openControl(
  run: string,
  handle: ControlHandler,
  afterAnswer: AfterAnswer,
): Promise<{ close(): Promise<void> }> {
  const path = controlPath(run, Deno.build.os);
  if (Deno.build.os !== "windows") {
    return await openLocal(
      { kind: "unix", path },
      (conn) => void serveControl(conn, "", handle, afterAnswer),
    );
  }
  const token = crypto.randomUUID();
  const local = await openLocal({ kind: "loopback", port: 0 }, (conn) => {
    void serveControl(conn, token, handle, afterAnswer);
  });
  const { port } = local.address as { port: number };
  await Deno.writeTextFile(path, JSON.stringify({ port, token }), { mode: 0o600 });
  return {
    close: async () => {
      await local.close();
      await Deno.remove(path);
    },
  };
}

/** One stray rejection must not end a server. It is a bug all the same, so it is told. */
function guardProcess(log: (line: string) => void): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log(`internal error: ${event.reason instanceof Error ? event.reason.stack : event.reason}`);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    log(`internal error: ${event.error instanceof Error ? event.error.stack : event.message}`);
  });
}
