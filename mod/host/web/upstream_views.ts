/**
 * What is shown of the upstreams of sites: in the status, and as events. Pure.
 *
 * @module
 */
import type { SiteRecord } from "../../config/document/document.ts";
import type { SiteUpstreamState } from "../../site/proxy/proxies.ts";
import {
  type NewEvent,
  upstreamDown,
  upstreamFailed,
  upstreamUp,
} from "../../telemetry/events/event.ts";
import type { UpstreamStatus } from "../control/status.ts";
import type { UpstreamReport } from "../serving/upstream_reports.ts";

type Sites = readonly Pick<SiteRecord, "id" | "name">[];

/** Returns the upstreams as `status` shows them. */
export function upstreamStatuses(
  states: readonly SiteUpstreamState[],
  sites: Sites,
): UpstreamStatus[] {
  const time = (ms: number): string => new Date(ms).toISOString();
  return states.map((one): UpstreamStatus => {
    const { siteId, application, upstream, state, sinceMs, cause, lastCheck } = one;
    return {
      siteId,
      site: nameOf(siteId, sites),
      application,
      upstream,
      state,
      since: time(sinceMs),
      cause,
      requests: one.inFlight,
      connections: one.connections,
      lastCheck: lastCheck && { time: time(lastCheck.atMs), failure: lastCheck.failure },
    };
  });
}

/** Returns the event for what has happened to an upstream. */
export function upstreamEvent(
  { site: { siteId, application }, upstream, news: { kind, what } }: UpstreamReport,
  sites: Sites,
): NewEvent {
  const name = nameOf(siteId, sites);
  const site = application === "/" ? name : `${name}${application}`;
  if (kind === "down") return upstreamDown(upstream, site, what);
  return kind === "up" ? upstreamUp(upstream, site) : upstreamFailed(upstream, site, what);
}

function nameOf(siteId: number, sites: Sites): string {
  return sites.find(({ id }) => id === siteId)?.name ?? `W3SVC/${siteId}`;
}
