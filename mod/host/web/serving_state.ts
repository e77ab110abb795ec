/**
 * What is served: the sites of a document while W3SVC is running, and the registered programs.
 *
 * @module
 */
import { inSlices } from "../../base/work/slices.ts";
import { map, type Steps } from "../../base/work/steps.ts";
import type { ConfigDocument, SiteRecord } from "../../config/document/document.ts";
import { type ServedSite, siteValues } from "../../config/metabase/site_values.ts";
import type { Machine } from "../../listen/machine/machine_addresses.ts";
import type { EarlierPlan } from "../../listen/plan/plan_difference.ts";
import type { Plan } from "../../listen/plan/plan.ts";
import { endpointStatuses, isUp, siteStatuses, stoppedSites } from "./status_views.ts";
import type { ServiceStatus } from "../control/status.ts";
import type { HttpConfig } from "./http_service.ts";
import type { ServedProgram } from "../serving/served.ts";

/** What is served now. Immutable: a change creates a new value. */
export interface ServingState {
  /** Without sites while W3SVC is not running. */
  readonly document: ConfigDocument;
  /** True while W3SVC is running. */
  readonly withSites: boolean;
  /** Programs that have registered a URL. */
  readonly programs: readonly ServedProgram[];
  readonly plan: Plan;
  /** What the plan was made from, and the ports that it binds. */
  readonly input: EarlierPlan["input"];
  readonly ports: EarlierPlan["ports"];
  /** The machine that the plan was made for. */
  readonly machine: Machine;
}

/** Returns the sites that are running, or will be as soon as their address appears. */
export function sitesUp(state: Pick<ServingState, "document" | "plan"> | null): SiteRecord[] {
  if (state === null) return [];
  const up = new Set(state.plan.sites.filter(isUp).map(({ id }) => id));
  return state.document.sites.filter(({ id }) => up.has(id));
}

/** Returns the same sites as they are served, with what the metabase says of them. */
export async function servedSites(
  { storedSettings: settings }: Pick<HttpConfig, "storedSettings">,
  state: ServingState,
): Promise<ServedSite[]> {
  return await inSlices(map(sitesUp(state), siteValues({ ...state.document, settings })));
}

/**
 * Returns the part of the status that describes what is served. The sites are those of `stored`
 * while W3SVC is not running; none are known if the stored document cannot be used.
 */
export function* servingStatus(
  state: Pick<ServingState, "document" | "plan" | "withSites"> | null,
  isPaused: (id: number) => boolean,
  stored: Pick<ConfigDocument, "sites"> | null,
): Steps<Pick<ServiceStatus, "endpoints" | "sites" | "unmatched">> {
  if (state === null) return { endpoints: [], sites: stoppedSites(stored?.sites ?? []) };
  const { plan, document, withSites } = state;
  return {
    endpoints: yield* endpointStatuses(plan),
    ...(plan.unmatched.length === 0 ? {} : { unmatched: plan.unmatched }),
    sites: withSites
      ? siteStatuses(plan, document.sites, isPaused)
      : stoppedSites(stored?.sites ?? []),
  };
}
