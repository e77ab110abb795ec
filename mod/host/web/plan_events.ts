/**
 * Events for what a start could not do, with the texts of the originals. Pure.
 *
 * @module
 */
import { formatEndpoint } from "../../base/address.ts";
import { filter, forEach, type Steps } from "../../base/work/steps.ts";
import { WIN32 } from "../../base/win32.ts";
import { registeredPrefix } from "../../config/document/binding.ts";
import type { SiteRecord } from "../../config/document/document.ts";
import { DocumentFault } from "../../config/document/document_problems.ts";
import { listeningChanges, type Plan, type PlannedEndpoint } from "../../listen/plan/plan.ts";
import {
  bindFailed,
  bindingInUse,
  listeningChanged,
  listEntryUnusable,
  type NewEvent,
  siteDeactivated,
  urlInvalid,
} from "../../telemetry/events/event.ts";

/**
 * HTTP 15014 for each invalid entry of the list, W3SVC 1003 for each binding that is not a valid
 * URL. The whole document is rejected, so 15015, "Driver will listen on all available interfaces",
 * is never written: it would not be true.
 */
export function documentEvents(error: unknown): NewEvent[] {
  if (!(error instanceof DocumentFault)) return [];
  return error.problems.flatMap(({ at, message, value = "" }) => {
    const cause = { error: WIN32.INVALID_PARAMETER, detail: message };
    const site = /^sites\[([0-9]+)\]\.(?:b|secureB)indings\[/.exec(at)?.[1];
    if (/^ipListen\[/.test(at)) return [listEntryUnusable(value, cause)];
    return site === undefined ? [] : [urlInvalid(value, `sites[${site}]`, cause)];
  });
}

/**
 * The most events of one kind for one change. A list of thousands of addresses, of which the machine
 * has a few, must not push everything else out of the log.
 */
const EVENTS_MAX = 100;

/**
 * HTTP 15005 for each socket that could not be opened, W3SVC 1004 or 1007 for each site without
 * one.
 */
export function* planEvents(plan: Plan, sites: readonly SiteRecord[]): Steps<NewEvent[]> {
  return yield* failureEvents(EMPTY, plan, sites);
}

const EMPTY: Plan = { endpoints: [], sites: [], registrations: [], unmatched: [] };

/** Events for the failures of `after` that `before` does not have. */
function* failureEvents(
  before: Plan,
  after: Plan,
  sites: readonly SiteRecord[],
): Steps<NewEvent[]> {
  const failing = ({ action }: PlannedEndpoint): boolean => {
    return action === "wait" || action === "refused";
  };
  const known = new Set<string>();
  const keyOf = (endpoint: PlannedEndpoint): string => {
    return JSON.stringify([formatEndpoint(endpoint), endpoint.action, endpoint.cause]);
  };
  yield* forEach(yield* filter(before.endpoints, failing), (one) => void known.add(keyOf(one)));
  const now = yield* filter(after.endpoints, failing);
  const sockets = yield* filter(now, (one) => !known.has(keyOf(one)));
  const bindFailures = (action: "wait" | "refused", error: number): NewEvent[] =>
    eventsOf(sockets.filter((one) => one.action === action), (endpoint, detail) => {
      return bindFailed(endpoint, { error, detail });
    });
  const failed = newOnes(before.sites, after.sites, ({ id, state, win32, reason }) => {
    return JSON.stringify([id, state, win32, reason]);
  }).filter(({ state }) => state === "failed");
  return [
    ...bindFailures("wait", WIN32.WSAEADDRNOTAVAIL),
    ...bindFailures("refused", WIN32.WSAEADDRINUSE),
    ...failed.map(({ id, win32, reason }) => {
      const site = sites.find((record) => record.id === id);
      const prefix = site?.bindings[0] === undefined
        ? registeredPrefix(site?.secureBindings[0] ?? "", "https")
        : registeredPrefix(site.bindings[0], "http");
      const taken = win32 === WIN32.ALREADY_EXISTS || win32 === WIN32.SHARING_VIOLATION;
      const make = taken ? bindingInUse : siteDeactivated;
      return make(prefix, String(id), { error: win32, detail: reason ?? "" });
    }),
  ];
}

/** Events for what a reload or a change of addresses did, and for its new failures. */
export function* changeEvents(
  before: Plan,
  after: Plan,
  sites: readonly SiteRecord[],
): Steps<NewEvent[]> {
  const { opened, closed } = yield* listeningChanges(before, after);
  return [
    ...eventsOf(opened, (endpoint, cause) => listeningChanged(endpoint, "started", cause)),
    ...eventsOf(closed, (endpoint, cause) => listeningChanged(endpoint, "stopped", cause)),
    ...(yield* failureEvents(before, after, sites)),
  ];
}

/** Returns one event for each endpoint; of too many, the last event tells how many more. */
function eventsOf(
  endpoints: readonly PlannedEndpoint[],
  event: (endpoint: string, cause: string) => NewEvent,
): NewEvent[] {
  const events = endpoints.slice(0, EVENTS_MAX)
    .map((endpoint) => event(formatEndpoint(endpoint), endpoint.cause));
  const more = endpoints.length - events.length;
  return more === 0 ? events : [...events, event(`${more} more endpoints`, "too many to list")];
}

/** Returns those of `after` whose key none of `before` has. */
function newOnes<T>(before: readonly T[], after: readonly T[], key: (one: T) => string): T[] {
  const known = new Set(before.map(key));
  return after.filter((one) => !known.has(key(one)));
}
