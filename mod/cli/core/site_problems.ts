/**
 * Sites that should run and do not, as text for `net start`, `serve` and `reload`.
 *
 * @module
 */
import { quote } from "../../base/fault.ts";
import type { ServiceStatus } from "../../host/control/status.ts";

/** Returns one line for each site that did not start, waits or runs in part; "" for none. */
export function siteProblems(status: ServiceStatus): string {
  return status.sites
    .filter(({ reason }) => reason !== null)
    .map(({ name, state, reason, waiting }) => {
      if (waiting) return `Site ${quote(name)} waits: ${reason}`;
      return state === "started"
        ? `Site ${quote(name)} runs in part: ${reason}`
        : `Site ${quote(name)} did not start: ${reason}`;
    })
    .join("\n");
}
