/**
 * What is served: the sites of a document while W3SVC is running, and the registered programs.
 *
 * @module
 */
import type { ConfigDocument, SiteRecord } from "../../config/document/document.ts";
import {
  addressSnapshot,
  addressTable,
  readMachine,
} from "../../listen/machine/machine_addresses.ts";
import type { Plan } from "../../listen/plan/plan.ts";
import { endpointStatuses, isUp, siteStatuses } from "./status_views.ts";
import type { ServiceStatus } from "../control/status.ts";
import type { RegisteredHandler } from "./router.ts";

/** What is served now. Immutable: a change creates a new value. */
export interface ServingState {
  /** Without sites while W3SVC is not running. */
  readonly document: ConfigDocument;
  /** True while W3SVC is running. */
  readonly withSites: boolean;
  /** Programs that have registered a URL. */
  readonly programs: readonly RegisteredHandler[];
  readonly plan: Plan;
  /** Addresses of this machine that the plan was made for, as returned by `addressSnapshot()`. */
  readonly machine: string;
}

/** Returns the sites that are running, or will be as soon as their address appears. */
export function sitesUp(state: Pick<ServingState, "document" | "plan"> | null): SiteRecord[] {
  if (state === null) return [];
  const up = new Set(state.plan.sites.filter(isUp).map(({ id }) => id));
  return state.document.sites.filter(({ id }) => up.has(id));
}

/** Returns the part of the status that describes what is served. */
export function servingStatus(
  state: Pick<ServingState, "document" | "plan"> | null,
  isPaused: (id: number) => boolean,
): Pick<ServiceStatus, "endpoints" | "sites"> {
  if (state === null) return { endpoints: [], sites: [] };
  const { plan, document } = state;
  return { endpoints: endpointStatuses(plan), sites: siteStatuses(plan, document.sites, isPaused) };
}

/** Reports whether the addresses of this machine differ from `key`, which `plan` was made for. */
export function haveAddressesChanged(plan: Plan, key: string): boolean {
  if (addressSnapshot() !== key) return true;
  const waiting = plan.endpoints.filter(({ action }) => action === "wait");
  if (waiting.length === 0) return false;
  // An address can be listed before it can be bound: IPv6 first detects duplicates.
  const table = addressTable(readMachine());
  return waiting.some(({ ip }) => table.interfaceOf(ip) !== null);
}
