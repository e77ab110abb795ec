/**
 * Sites that should run and do not, as text for `net start`, `serve` and `reload`.
 *
 * @module
 */
import { quote } from "../../base/fault.ts";
import type { ServiceStatus, SiteStatus } from "../../host/control/status.ts";
import type { CommandIo } from "./command.ts";
import { reportHint } from "./report.ts";

/** Sites whose hints are shown: the cause of more is mostly one. */
const HINTED_MAX = 5;

/** Writes one line for each site that did not start or runs in part, and what to type about it. */
export function reportSiteProblems(
  io: Pick<CommandIo, "note" | "typed">,
  { sites }: Pick<ServiceStatus, "sites">,
): void {
  const shown = new Set<string>();
  sites.filter(({ reason }) => reason !== null).forEach((site, i) => {
    io.note(problemLine(site));
    const hint = (site.hints ?? []).join("\n");
    if (i >= HINTED_MAX || hint === "" || shown.has(hint)) return;
    shown.add(hint);
    reportHint(io, hint);
  });
}

function problemLine({ name, state, reason }: SiteStatus): string {
  return state === "started"
    ? `Site ${quote(name)} runs in part: ${reason}`
    : `Site ${quote(name)} did not start: ${reason}`;
}
