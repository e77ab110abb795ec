/**
 * What is served: the sites of a document while W3SVC runs, and what programs have registered.
 *
 * @module
 */
import type { ConfigDocument, SiteRecord } from "../../config/document/document.ts";
import { addressTable, machineKey, readMachine } from "../../listen/machine/machine_addresses.ts";
import type { Plan } from "../../listen/plan/plan.ts";
import { endpointStatuses, isUp, siteStatuses } from "./status_views.ts";
import type { ServiceStatus } from "../control/status.ts";
import type { RegisteredHandler } from "./router.ts";

/** What is served now. Never changed in part: a change makes a new value. */
export interface ServingState {
  /** Without sites while W3SVC does not run. */
  readonly document: ConfigDocument;
  /** W3SVC runs. */
  readonly withSites: boolean;
  /** Programs that have registered a URL. */
  readonly programs: readonly RegisteredHandler[];
  readonly plan: Plan;
  /** The machine's addresses that the sockets of the plan stand on, as `machineKey()` gives them. */
  readonly machine: string;
}

/** The sites that run, or will as soon as their address comes. */
export function sitesUp(state: Pick<ServingState, "document" | "plan"> | null): SiteRecord[] {
  if (state === null) return [];
  const up = new Set(state.plan.sites.filter(isUp).map(({ id }) => id));
  return state.document.sites.filter(({ id }) => up.has(id));
}

/** Its part of the status. */
export function servingStatus(
  state: Pick<ServingState, "document" | "plan"> | null,
  isPaused: (id: number) => boolean,
): Pick<ServiceStatus, "endpoints" | "sites"> {
  if (state === null) return { endpoints: [], sites: [] };
  const { plan, document } = state;
  return { endpoints: endpointStatuses(plan), sites: siteStatuses(plan, document.sites, isPaused) };
}

/** True where the machine's addresses are not those of `key`, on which the sockets of `plan` stand. */
export function hasMachineChanged(plan: Plan, key: string): boolean {
  if (machineKey() !== key) return true;
  const waiting = plan.endpoints.filter(({ action }) => action === "wait");
  if (waiting.length === 0) return false;
  // An address can be listed before it can be bound: IPv6 tries first whether it is free.
  const table = addressTable(readMachine());
  return waiting.some(({ ip }) => table.interfaceOf(ip) !== null);
}
