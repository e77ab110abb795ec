/**
 * The result of a plan, for people and programs. Pure.
 *
 * @module
 */
import { formatEndpoint, type Ip, isWildcard } from "../../base/address.ts";
import { map, type Steps } from "../../base/work/steps.ts";
import { Fault, quote } from "../../base/fault.ts";
import { hintOf, withStep } from "../../base/hints/hints.ts";
import { isProblem } from "../../base/problem.ts";
import { parseBinding } from "../../config/document/binding.ts";
import type { SiteRecord } from "../../config/document/document.ts";
import type { Plan, PlannedSite } from "../../listen/plan/make_plan.ts";
import type { ListeningView } from "../../site/about/listening_view.ts";
import type { EndpointStatus, ServiceStatus, SiteStatus } from "../control/status.ts";

const STATES = {
  open: "open",
  keep: "open",
  close: "draining",
  wait: "wait",
  refused: "refused",
} as const;

/** Returns the sockets of a plan as `status` shows them. */
export function* endpointStatuses(plan: Plan): Steps<EndpointStatus[]> {
  return yield* map(plan.endpoints, ({ ip, port, scopeId, secure, action, cause, holders }) => {
    const state = STATES[action];
    const scheme = secure ? "https" : "http";
    const shown = {
      ip,
      port,
      scopeId,
      scheme,
      state,
      cause: state === "open" ? null : cause,
    } as const;
    if (holders.length === 0) return shown;
    return {
      ...shown,
      holders: holders.map(({ pid, program, user, workers }) => {
        return { pid, program: program?.raw ?? null, user, workers };
      }),
    };
  });
}

/** Returns the sockets with a note on those whose address the stored list, `includes`, excludes. */
export function* noteExcluded(
  endpoints: readonly EndpointStatus[],
  includes: (ip: Ip) => boolean,
): Steps<EndpointStatus[]> {
  return yield* map(endpoints, (endpoint) => {
    const ip = endpoint.ip as Ip;
    const stays = endpoint.state === "draining" || isWildcard(ip) || includes(ip);
    return stays ? endpoint : { ...endpoint, note: "the stored list excludes it" };
  });
}

/** Returns the sites of a plan as `status` shows them. */
export function siteStatuses(
  plan: Plan,
  sites: readonly SiteRecord[],
  isPaused: (siteId: number) => boolean,
): SiteStatus[] {
  const records = new Map(sites.map((record) => [record.id, record]));
  return plan.sites.map(({ id, name, state, reason, hints: cures }) => {
    const site = records.get(id);
    const bindings = [...(site?.bindings ?? []), ...(site?.secureBindings ?? [])];
    if (state === "stopped") return { id, name, state, reason: null, bindings };
    const hints = cures && { hints: withStep(cures, "httpcfg reload") };
    if (state === "waiting" && isAwaited(plan, bindings)) {
      return { id, name, state: "stopped", reason, waiting: true, bindings, ...hints };
    }
    if (state !== "started") return { id, name, state: "stopped", reason, bindings, ...hints };
    return { id, name, state: isPaused(id) ? "paused" : "started", reason, bindings, ...hints };
  });
}

/**
 * Reports whether an address is known that a site with `bindings` waits for. If there is none, the
 * list matches nothing, and the site may wait for ever.
 */
function isAwaited({ endpoints }: Plan, bindings: readonly string[]): boolean {
  const ports = new Set(bindings.flatMap((text) => {
    const binding = parseBinding(text);
    return isProblem(binding) ? [] : [binding.port];
  }));
  return endpoints.some(({ action, port }) => action === "wait" && ports.has(port));
}

/** Returns the sites of a service that does not run: those that its next start will read. */
export function stoppedSites(sites: readonly SiteRecord[]): SiteStatus[] {
  return sites.map(({ id, name, bindings, secureBindings }) => {
    const all = [...bindings, ...secureBindings];
    return { id, name, state: "stopped", reason: null, bindings: all };
  });
}

/** Returns the part of a status that the welcome page shows. */
export function listeningView(
  version: string,
  { ipListen, endpoints, sites }: Pick<ServiceStatus, "ipListen" | "endpoints" | "sites">,
): ListeningView {
  return {
    version,
    ipListen,
    endpoints: endpoints.map(({ ip, port, state, cause }) => {
      return { endpoint: formatEndpoint({ ip: ip as Ip, port }), state, reason: cause };
    }),
    sites,
  };
}

/** Reports whether the site has a handler: it is running, or will be when its address appears. */
export function isUp({ state }: PlannedSite): boolean {
  return state === "started" || state === "waiting";
}

/**
 * Returns why W3SVC has nothing to do although sites should start; null if at least one is running
 * or waiting, or if none should start. A service that reports to run but listens nowhere is of no
 * use.
 */
export function nothingStarted(plan: Plan): Fault | null {
  const wanted = plan.sites.filter(({ state }) => state !== "stopped");
  if (wanted.length === 0 || wanted.some(isUp)) return null;
  const refused = plan.endpoints.find(({ action }) => action === "refused");
  const hints = [...new Set(wanted.flatMap((one) => one.hints ?? []))];
  if (wanted.length === 1 && refused !== undefined) {
    const where = quote(formatEndpoint(refused));
    return new Fault(`Cannot listen on ${where}: ${refused.cause}`, { hint: hintOf(hints) });
  }
  const reasons = wanted.map(({ name, reason }) => `  ${quote(name)}: ${reason}`);
  return new Fault(`Cannot start any site\n${reasons.join("\n")}`, { hint: hintOf(hints) });
}
