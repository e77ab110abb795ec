/**
 * What the processes that serve have seen of the upstreams of sites, as one. Pure.
 *
 * Each process has its own connections and makes its own checks. The newest state that one of them
 * has entered is the state of an upstream; the others find out with their next request or check. So
 * an upstream goes down once and comes back once, however many processes notice.
 *
 * @module
 */
import { FaultReports } from "../../site/proxy/fault_reports.ts";
import type { ProxiedSite, SiteUpstreamState } from "../../site/proxy/proxies.ts";
import type { UpstreamNews } from "../../site/proxy/proxy.ts";

/** What has happened to an upstream. */
export interface UpstreamReport {
  readonly site: ProxiedSite;
  /** The text of its target. */
  readonly upstream: string;
  readonly news: UpstreamNews;
}

/** Decides which reports of the processes are worth an event. */
export class UpstreamReports {
  readonly #faults = new FaultReports();
  /** The upstreams that were told to be down. */
  readonly #down = new Set<string>();

  /** Reports whether `report` is to be told, at `nowMs` of a clock of the caller. */
  isDue({ site, upstream, news }: UpstreamReport, nowMs: number): boolean {
    const key = keyOf({ ...site, upstream });
    if (news.kind === "down") {
      if (this.#down.has(key)) return false;
      this.#down.add(key);
      return true;
    }
    if (news.kind === "up") return this.#down.delete(key);
    return this.#faults.isDue(key, news, nowMs);
  }
}

/** Returns the states that all processes have seen, each upstream once. */
export function mergeStates(all: readonly (readonly SiteUpstreamState[])[]): SiteUpstreamState[] {
  const merged = new Map<string, SiteUpstreamState>();
  for (const state of all.flat()) {
    const key = keyOf(state);
    const other = merged.get(key);
    merged.set(key, other === undefined ? state : mergeTwo(other, state));
  }
  return [...merged.values()];
}

function mergeTwo(a: SiteUpstreamState, b: SiteUpstreamState): SiteUpstreamState {
  const isNewer = b.state !== "unknown" && (a.state === "unknown" || b.sinceMs > a.sinceMs);
  const checks = [a.lastCheck, b.lastCheck].filter((check) => check !== null);
  return {
    ...(isNewer ? b : a),
    inFlight: a.inFlight + b.inFlight,
    connections: a.connections + b.connections,
    lastCheck: checks.toSorted((x, y) => y.atMs - x.atMs)[0] ?? null,
  };
}

function keyOf(
  { siteId, application, upstream }: ProxiedSite & { readonly upstream: string },
): string {
  return JSON.stringify([siteId, application, upstream]);
}
