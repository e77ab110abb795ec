/**
 * Plans made by hand, for what is built on them.
 *
 * @module
 */
import { parseEndpoint } from "../../mod/base/address.ts";
import type { Plan, PlannedEndpoint, PlannedSite } from "../../mod/listen/plan/plan.ts";

/** A planned socket; everything but its name and action as it is where nothing special is. */
export function plannedEndpoint(
  name: string,
  action: PlannedEndpoint["action"],
  more: Partial<PlannedEndpoint> = {},
): PlannedEndpoint {
  const endpoint = parseEndpoint(name);
  if (endpoint === null) throw new Error(`${name} is no endpoint`);
  const rest = { secure: false, cause: "the list has it", entry: null, holders: [] };
  return { ...endpoint, action, ...rest, returns: false, ...more };
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
  return { endpoints, sites, registrations: [] };
}
