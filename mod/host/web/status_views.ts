/**
 * The result of a plan, for people and programs. Pure.
 *
 * @module
 */
import { formatEndpoint, type Ip, isWildcard } from "../../base/address.ts";
import { Fault, quote } from "../../base/fault.ts";
import { hintOf, withStep } from "../../base/hints.ts";
import type { SiteRecord } from "../../config/document/document.ts";
import type { Plan, PlannedSite } from "../../listen/plan/make_plan.ts";
import type { ListeningView } from "../../site/kinds/site_context.ts";
import type { EndpointStatus, ServiceStatus, SiteStatus } from "../control/status.ts";

const STATES = {
  open: "open",
  keep: "open",
  close: "draining",
  wait: "wait",
  refused: "refused",
} as const;

/** Returns the sockets of a plan as `status` shows them. */
export function endpointStatuses(plan: Plan): EndpointStatus[] {
  return plan.endpoints.map(({ ip, port, scopeId, secure, action, cause }) => {
    const state = STATES[action];
    const scheme = secure ? "https" : "http";
    return { ip, port, scopeId, scheme, state, cause: state === "open" ? null : cause };
  });
}

/** Returns the sockets with a note on those whose address the stored list, `includes`, excludes. */
export function noteExcluded(
  endpoints: readonly EndpointStatus[],
  includes: (ip: Ip) => boolean,
): EndpointStatus[] {
  return endpoints.map((endpoint) => {
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
    if (state !== "started") return { id, name, state: "stopped", reason, bindings, ...hints };
    return { id, name, state: isPaused(id) ? "paused" : "started", reason, bindings, ...hints };
  });
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
