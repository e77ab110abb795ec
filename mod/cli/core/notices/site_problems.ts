/**
 * Sites that should run and do not, as text for `net start`, `serve` and `reload`.
 *
 * @module
 */
import { quote } from "../../../base/fault.ts";
import type { ServiceStatus, SiteStatus } from "../../../host/control/status.ts";
import { fitted, reportHint, type Stderr } from "../report.ts";

type Sites = Pick<ServiceStatus, "sites">;

/** Returns one line for each site that did not start, waits or runs in part; "" for none. */
export function siteProblems({ sites }: Sites): string {
  return sites.filter(({ reason }) => reason !== null).map(problemLine).join("\n");
}

/** Sites whose hints are shown: the cause of more is mostly one. */
const HINTED_MAX = 5;

/** Writes these lines, and what to type about each. */
export function reportSiteProblems(
  io: Stderr,
  { sites }: Sites,
): void {
  const shown = new Set<string>();
  sites.filter(({ reason }) => reason !== null).forEach((site, i) => {
    io.note(fitted(io, problemLine(site)));
    const hint = (site.hints ?? []).join("\n");
    if (i >= HINTED_MAX || hint === "" || shown.has(hint)) return;
    shown.add(hint);
    reportHint(io, hint);
  });
}

function problemLine({ name, state, reason, waiting }: SiteStatus): string {
  if (waiting) return `Site ${quote(name)} waits: ${reason}`;
  return state === "started"
    ? `Site ${quote(name)} runs in part: ${reason}`
    : `Site ${quote(name)} did not start: ${reason}`;
}
