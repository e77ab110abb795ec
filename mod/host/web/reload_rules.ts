/**
 * The rules for a change while the service is running: what prevents it, and what it has changed.
 *
 * @module
 */
import { type Endpoint, formatEndpoint } from "../../base/address.ts";
import { map, type Steps } from "../../base/work/steps.ts";
import { Fault, quote } from "../../base/fault.ts";
import type { FailedBind } from "../../listen/plan/make_plan.ts";
import { isSameSocket } from "../../listen/plan/endpoint_map.ts";
import { listeningChanges, type Plan } from "../../listen/plan/plan.ts";
import type { ControlChange } from "../control/control_protocol.ts";
import type { Draining } from "../serving/drain_unreached.ts";
import { isUp, nothingStarted } from "./status_views.ts";

/** The result of a reload. */
export interface ReloadResult {
  readonly changes: readonly ControlChange[];
  /** The number of workers, if it has changed. */
  readonly workers: number | null;
  /** Addresses that are no longer served and still have connections. */
  readonly draining: readonly Draining[];
}

/** Throws the Fault that prevents a reload, before any socket is touched. */
export function checkReload(plan: Plan, strict: boolean): void {
  const absent = strict ? plan.endpoints.find(({ action }) => action === "wait") : undefined;
  if (absent !== undefined) {
    throw new Fault(`Cannot listen on ${quote(formatEndpoint(absent))}: ${absent.cause}`, {
      hint: "httpcfg reload", // which waits for the address
    });
  }
  throwIfNothingStarts(plan);
}

/** Throws if the plan would leave the service with nothing to do. */
function throwIfNothingStarts(plan: Plan): void {
  const problem = nothingStarted(plan);
  if (problem !== null) throw problem;
}

/**
 * Reports whether a failure counts against a reload: an absent address is waited for, and one that
 * was refused before is not a new failure.
 */
export function isNewFailure({ endpoint, fault }: FailedBind, before: Plan): boolean {
  if (fault.isAbsent) return false;
  return !before.endpoints.some((one) => {
    return one.action === "refused" && isSameSocket(one, endpoint);
  });
}

/** Returns the ids of the sites that have a handler, as one text. */
export function upSiteIds({ sites }: Plan): string {
  return sites.filter(isUp).map(({ id }) => id).join();
}

/** Returns the sockets that a reload opened and closed. */
export function* changesOf(before: Plan, after: Plan): Steps<ControlChange[]> {
  const { opened, closed } = yield* listeningChanges(before, after);
  const changeAt = (endpoint: Endpoint, change: "opened" | "closed"): ControlChange => {
    return { kind: "change", endpoint: formatEndpoint(endpoint), change, connections: 0 };
  };
  return [
    ...(yield* map(opened, (endpoint) => changeAt(endpoint, "opened"))),
    ...(yield* map(closed, (endpoint) => changeAt(endpoint, "closed"))),
  ];
}
