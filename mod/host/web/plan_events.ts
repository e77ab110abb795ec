/**
 * Events for what a start could not do, with the texts of the originals. Pure.
 *
 * @module
 */
import { formatEndpoint } from "../../base/address.ts";
import { WIN32 } from "../../base/win32.ts";
import { registeredPrefix } from "../../config/document/binding.ts";
import type { SiteRecord } from "../../config/document/document.ts";
import { DocumentFault } from "../../config/document/document_problems.ts";
import { listeningChanges, type Plan } from "../../listen/plan/plan.ts";
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
 * HTTP 15005 for each socket that could not be opened, W3SVC 1004 or 1007 for each site without
 * one.
 */
export function planEvents(plan: Plan, sites: readonly SiteRecord[]): NewEvent[] {
  const sockets = plan.endpoints.filter(({ action }) => action === "refused" || action === "wait");
  const failed = plan.sites.filter(({ state }) => state === "failed");
  return [
    ...sockets.map((endpoint) => {
      const error = endpoint.action === "wait" ? WIN32.WSAEADDRNOTAVAIL : WIN32.WSAEADDRINUSE;
      return bindFailed(formatEndpoint(endpoint), { error, detail: endpoint.cause });
    }),
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
export function changeEvents(
  before: Plan,
  after: Plan,
  sites: readonly SiteRecord[],
): NewEvent[] {
  const reported = new Set(planEvents(before, sites).map((event) => JSON.stringify(event)));
  const { opened, closed } = listeningChanges(before, after);
  const moved = [
    ...opened.map((one) => listeningChanged(formatEndpoint(one), "started", one.cause)),
    ...closed.map((one) => listeningChanged(formatEndpoint(one), "stopped", one.cause)),
  ];
  const newFailures = planEvents(after, sites).filter((event) =>
    !reported.has(JSON.stringify(event))
  );
  return [...moved, ...newFailures];
}
