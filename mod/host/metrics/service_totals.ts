/**
 * All that the service has counted, with the names of its sites. Pure.
 *
 * @module
 */
import type { SiteRecord } from "../../config/document/document.ts";
import type { ServiceTotals } from "../../telemetry/metrics/totals.ts";
import { namedTotals } from "../../telemetry/metrics/worker_counts.ts";
import type { ReportedTotals } from "./worker_reports.ts";

/** What the process of the service counts itself. */
interface OwnCounts extends Pick<ServiceTotals, "atMs" | "build" | "sockets" | "lostLogLines"> {
  /** The sites in force. */
  readonly sites: readonly Pick<SiteRecord, "id" | "name">[];
}

/** Returns what all processes have counted as what the service has. */
export function serviceTotals(
  { counts, open, idle, tunnels, workers }: ReportedTotals,
  { sites, ...own }: OwnCounts,
): ServiceTotals {
  const { accepted, exhausted, handshakes, tlsFailures, cacheHits, cacheMisses } = counts;
  return {
    ...own,
    ...namedTotals(counts, new Map(sites.map(({ id, name }) => [id, name]))),
    connections: { accepted, open, idle, tunnels },
    exhausted,
    tls: { handshakes, failures: tlsFailures },
    cache: { hits: cacheHits, misses: cacheMisses },
    workers,
  };
}
