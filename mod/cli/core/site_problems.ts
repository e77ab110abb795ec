/**
 * Sites that should run and do not, for people: said by `net start`, `serve` and `status`.
 *
 * @module
 */
import { quote } from "../../base/fault.ts";
import type { ServiceStatus } from "../../host/control/status.ts";

/** One line a site that did not start, one an endpoint that could not be opened; "" for none. */
export function siteProblems(status: ServiceStatus): string {
  return status.sites
    .filter(({ reason }) => reason !== null)
    .map(({ name, state, reason }) => {
      return state === "started"
        ? `Site ${quote(name)} runs in part: ${reason}`
        : `Site ${quote(name)} did not start: ${reason}`;
    })
    .join("\n");
}
