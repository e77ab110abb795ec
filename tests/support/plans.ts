/**
 * Plans made by hand, for tests of the code that uses plans.
 *
 * @module
 */
import { parseEndpoint } from "../../mod/base/address.ts";
import type { Plan, PlannedEndpoint, PlannedSite } from "../../mod/listen/plan/plan.ts";

/** Makes a planned socket; everything but its name and action has the most usual value. */
export function plannedEndpoint(
  name: string,
  action: PlannedEndpoint["action"],
  more: Partial<PlannedEndpoint> = {},
): PlannedEndpoint {
  const endpoint = parseEndpoint(name);
  if (endpoint === null) throw new Error(`${name} is not an endpoint`);
  const rest = { secure: false, cause: "it is on the list", entry: null, holders: [] };
  return { ...endpoint, scopeId: 0, action, ...rest, returns: false, ...more };
}

export function plannedSite(
  id: number,
  state: PlannedSite["state"],
  more: Partial<PlannedSite> = {},
): PlannedSite {
  return { id, name: `site ${id}`, state, reason: null, win32: 0, ...more };
}

export function planOf(
  endpoints: readonly PlannedEndpoint[],
  sites: readonly PlannedSite[] = [],
): Plan {
  return { endpoints, sites, registrations: [], unmatched: [] };
}
