/**
 * A service for tests of the command line: the real controller, workers that do nothing, and sites
 * that are states in a map.
 *
 * @module
 */
import { atOnce } from "../../mod/base/work/steps.ts";
import { Fault } from "../../mod/base/fault.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import type { ControlRequest, SiteVerb } from "../../mod/host/control/control_protocol.ts";
import { Controller } from "../../mod/host/services/service_controller.ts";
import { findService, SERVICES } from "../../mod/host/services/service_table.ts";
import type { CachedResponse, SiteStatus } from "../../mod/host/control/status.ts";
import { countChanges, documentInForce } from "../../mod/host/web/document_in_force.ts";
import { withSite } from "../../mod/host/web/site_state.ts";
import { stoppedSites } from "../../mod/host/web/status_views.ts";
import { sampleTotals } from "./about/totals.ts";
import { type CommandHome, serviceStatus } from "./command_home.ts";

const STATE_AFTER = {
  start: "started",
  stop: "stopped",
  pause: "paused",
  continue: "started",
} as const satisfies Readonly<Record<SiteVerb, SiteStatus["state"]>>;

/** The cached responses of the service. */
const CACHED: readonly CachedResponse[] = [
  ["http://127.0.0.2:80/images/test1.jpg", "image/jpeg", null, 21335],
  ["http://127.0.0.2:80/app.js", "text/javascript", "gzip", 512],
].map(([url, contentType, contentEncoding, contentLength]) => {
  const more = { site: "Default Web Site", headersLength: 212 };
  return {
    url,
    status: 200,
    contentType,
    contentEncoding,
    contentLength,
    ...more,
  } as CachedResponse;
});

function covers(
  request: { readonly url: string | null; readonly recursive: boolean },
  url: string,
): boolean {
  if (request.url === null) return true;
  return url === request.url || (request.recursive && url.startsWith(request.url));
}

/**
 * Starts a service process in `home`, with the service `name` and those it depends on. If `name` is
 * not a service, none is started; `broken` stands for a W3SVC that cannot start.
 */
export async function startFakeService(home: CommandHome, name: string): Promise<void> {
  const states = new Map<number, SiteStatus["state"]>();
  const worker = {
    start: async () => {},
    stop: async () => {},
    pause: async () => {},
    resume: async () => {},
  };
  const broken = {
    ...worker,
    start: () => Promise.reject(new Fault("Cannot start any site", { hint: "httpcfg site list" })),
  };
  const controller = new Controller(
    {
      HTTP: worker,
      HTTPFilter: worker,
      IISADMIN: worker,
      W3SVC: name === "broken" ? broken : worker,
    },
    () => {},
  );
  const row = findService(name);
  if (row !== undefined) await controller.start(row.name);
  const cached = [...CACHED];
  const stored = (): ConfigDocument => home.stored() ?? DEFAULT_DOCUMENT;
  let inForce = stored();
  await home.serve(async (request, report) => {
    const before = cached.length;
    if (request.op === "start" || request.op === "reload") {
      // HTTP, if it is running, keeps the list and the settings that it has read.
      const { ipListen, settings } = request.op === "start" && controller.isUp("HTTP")
        ? inForce
        : stored();
      inForce = { ...stored(), ipListen, settings };
    }
    if (request.op === "site" && (request.verb === "start" || request.verb === "stop")) {
      inForce = withSite(inForce, stored(), request.verb, request.id);
    }
    if (request.op === "reservations") inForce = { ...inForce, urlAcl: stored().urlAcl };
    await handleControl(controller, { states, cached }, request, (service, state) => {
      report({ kind: "step", service, state });
    });
    const services = Object.fromEntries(SERVICES.map((service) => {
      return [service.name, controller.state(service.name)];
    }));
    const status = serviceStatus(services, {
      sites: controller.isUp("W3SVC") ? sitesOf(home, states) : stoppedSites(stored().sites),
      stored: {
        file: `${home.path}/config.json`,
        changes: atOnce(countChanges(
          documentInForce(stored(), {
            http: controller.isUp("HTTP")
              ? { ipListen: inForce.ipListen, storedSettings: inForce.settings }
              : null,
            serving: controller.isUp("W3SVC") ? { document: inForce, withSites: true } : null,
          }),
          stored(),
        )),
        problem: null,
        hint: null,
      },
    });
    if (request.op === "totals") {
      const names = ["www.example.com"];
      const bound = { keys: ["0.0.0.0:443"], names, notAfter: "2027-02-01T00:00:00.000Z" };
      return { ...status, totals: sampleTotals(), certificates: [{ name: "MY/www", ...bound }] };
    }
    if (request.op === "cache") return { ...status, cache: cached };
    if (request.op === "dropCache") return { ...status, dropped: before - cached.length };
    return status;
  });
}

async function handleControl(
  controller: Controller,
  { states, cached }: {
    readonly states: Map<number, SiteStatus["state"]>;
    readonly cached: CachedResponse[];
  },
  request: ControlRequest,
  step: Parameters<Controller["stop"]>[1],
): Promise<void> {
  switch (request.op) {
    case "start":
      return await controller.start(request.service);
    case "stop":
      return await controller.stop(request.service, step);
    case "pause":
      return await controller.pause(request.service);
    case "continue":
      return await controller.resume(request.service);
    case "site":
      if (request.verb === "start" && request.id === 13) {
        throw new Fault('Cannot start "W3SVC/13": 127.0.0.13 is not on the IP inclusion list', {
          hint: "httpcfg set iplisten -i 127.0.0.13",
        });
      }
      states.set(request.id, STATE_AFTER[request.verb]);
      return;
    case "dropCache":
      cached.splice(0, cached.length, ...cached.filter(({ url }) => !covers(request, url)));
  }
}

function sitesOf(
  home: CommandHome,
  states: ReadonlyMap<number, SiteStatus["state"]>,
): SiteStatus[] {
  return (home.stored() ?? DEFAULT_DOCUMENT).sites.map(({ id, name, bindings, autoStart }) => {
    const state = states.get(id) ?? (autoStart ? "started" : "stopped");
    return { id, name, state, reason: null, bindings };
  });
}
