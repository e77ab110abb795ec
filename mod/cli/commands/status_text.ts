/**
 * The status as text for people: first what runs and what is wrong with it, then the addresses, the
 * sites and the programs; the services come last. Pure.
 *
 * @module
 */
import { grouped } from "../../base/grouped.ts";
import { oneLine } from "../../base/printable.ts";
import { profileOf } from "../../config/document/profiles.ts";
import type { StoredSettings } from "../../config/document/settings.ts";
import { proxyNotes } from "../../host/inspect/proxy_notes.ts";
import type { ServiceState } from "../../host/services/service_controller.ts";
import type { ServiceName } from "../../host/services/service_table.ts";
import {
  isServiceUp,
  type ServiceStatus,
  type SiteStatus,
  type UpstreamStatus,
  type WorkerStatus,
} from "../../host/control/status.ts";
import { joinLines, type Meaning, type Span, span, type Styled } from "../core/screen/colors.ts";
import {
  countsText,
  flatLines,
  groupedLines,
  type ShownEndpoint,
  type StateTable,
  withoutRepeats,
} from "../core/screen/endpoint_groups.ts";
import { padded, shortened, widthOf, wrapped } from "../core/screen/fit.ts";
import type { Listing } from "../core/format.ts";
import { paragraph } from "../core/screen/paragraph.ts";
import type { Screen } from "../core/screen/screen.ts";
import { proxyLines } from "../core/notices/proxy_lines.ts";
import { storedNotices } from "../core/notices/stored_notice.ts";
import { table } from "../core/table.ts";
import { utcMinute, utcTime } from "../core/screen/times.ts";
import { unmatchedLines } from "./plan.ts";

/** Entries of the list, sites, and bindings of a site that a terminal shows. */
const ENTRIES_MAX = 20;
const SITES_MAX = 12;
const BINDINGS_MAX = 4;

const ENDPOINT_STATES: StateTable = {
  open: "good",
  draining: "waiting",
  waiting: "waiting",
  refused: "bad",
};

/** Formats the status. A terminal shows the first of each kind and their number, unless `isAll`. */
export function statusText(answer: ServiceStatus, screen: Screen, isAll: boolean): Styled {
  const isShort = screen.columns !== null && !isAll;
  return joinLines([
    ...headLines(answer, screen),
    ...workerLines(answer, screen),
    ...fleetLines(answer, screen),
    ...noticeLines(answer, screen),
    "",
    ...listeningLines(answer, screen, isShort),
    "",
    ...listLines(answer, screen, isShort),
    ...unmatchedLines(answer.unmatched ?? []).flatMap((line) => {
      return paragraph(line, screen, { indent: "  " });
    }),
    "",
    ...siteLines(answer, screen, isShort),
    ...upstreamLines(answer.upstreams ?? [], screen),
    ...programLines(answer.registrations, screen),
    ...acmeLines(answer.acme ?? [], screen),
    "",
    ...serviceLines(answer, screen),
  ]);
}

function headLines({ pid, user, startedAt }: ServiceStatus, screen: Screen): Styled[] {
  const start = "httpcfg is ";
  if (pid === null) return [[start, span("bad", "not running"), "."]];
  const ofUser = typeof user === "string" ? ` of user ${oneLine(user)}` : "";
  const since = startedAt === null ? "" : ` since ${utcMinute(startedAt)}`;
  return paragraph(` as process ${pid}${ofUser}${since}.`, screen, {
    start: span("good", `${start}running`),
  });
}

/** Returns the processes that serve; nothing if that is the process of the service alone. */
function workerLines({ pid, workers = [] }: ServiceStatus, screen: Screen): Styled[] {
  const serving = workers.filter(({ state }) => state === "serving");
  const retiring = workers.filter(({ state }) => state === "retiring");
  if (retiring.length === 0 && serving.every((worker) => worker.pid === pid)) return [];
  const listed = (some: readonly WorkerStatus[]): string => {
    return some.map((one) => `${one.pid} (${connectionsText(one.connections)})`).join(", ");
  };
  const ending = retiring.length === 0 ? "" : `; until its last response: ${listed(retiring)}`;
  return paragraph(` ${listed(serving)}${ending}`, screen, { start: span("heading", "Workers:") });
}

/** Returns how the machine is as a member of its fleet; nothing if it is none. */
function fleetLines({ fleet }: ServiceStatus, screen: Screen): Styled[] {
  if (fleet === undefined) return [];
  const { name, group, revision, wanted, outcome, overrides, store, reason } = fleet;
  const as = group === null ? name : `${name} of group ${group}`;
  const runs = revision === null ? "without a revision" : `revision ${revision}`;
  const wants = wanted === null || wanted === revision ? "" : `, should have ${wanted}`;
  const state = outcome === "applied" ? "" : `, ${outcome}`;
  const differs = overrides.length === 0 ? "" : `; ${grouped(overrides.length)} of its own`;
  const away = reason === null ? "" : `; ${oneLine(store)} cannot be reached: ${oneLine(reason)}`;
  return paragraph(` ${as}, ${runs}${wants}${state}${differs}${away}`, screen, {
    start: span("heading", "Fleet:"),
  });
}

function connectionsText(count: number): string {
  return count === 1 ? "1 connection" : `${grouped(count)} connections`;
}

/** Returns what an administrator should know or do. */
function noticeLines(answer: ServiceStatus, screen: Screen): Styled[] {
  const hinted = (hint: string | null | undefined): Styled[] => {
    return typeof hint === "string" ? [[span("hint", "hint:"), ` ${hint}`]] : [];
  };
  const { unconfirmedUntil: until } = answer;
  return [
    ...(until === null ? [] : [
      [span("warning", `Reverts at ${utcTime(until)}`), " unless confirmed"],
      ...hinted("httpcfg confirm"),
    ]),
    ...profileLines(answer.settings ?? {}),
    ...proxyLines(proxyNotes(answer.settings ?? {}), screen),
    ...(answer.problems ?? []).flatMap(({ text, hint }): Styled[] => {
      return [
        ...paragraph(` ${text}`, screen, { start: span("error", "Problem:") }),
        ...hinted(hint),
      ];
    }),
    ...(answer.notes ?? []).flatMap(({ text, hint }): Styled[] => {
      return [
        ...paragraph(` ${text}`, screen, { start: span("note", "Note:") }),
        ...hinted(hint),
      ];
    }),
    ...storedNotices(answer.stored, "httpcfg plan").flatMap(({ text, hint, kind }): Styled[] => {
      const [, head = "", rest = ""] = /^([^:]*:?)(.*)$/s.exec(text) ?? [];
      const start = span(kind, `${head[0]!.toUpperCase()}${head.slice(1)}`);
      return [...paragraph(rest, screen, { start }), ...hinted(hint)];
    }),
  ];
}

/** Returns nothing for the defaults, and for values that are those of no profile. */
function profileLines(settings: StoredSettings): string[] {
  const profile = profileOf(settings);
  return profile === null || profile === "default" ? [] : [`Time-outs: profile ${profile}`];
}

function listeningLines(answer: ServiceStatus, screen: Screen, isShort: boolean): Styled[] {
  const endpoints = shownEndpoints(answer);
  if (endpoints.length === 0) return [title("Listening", ["nowhere"])];
  const { columns } = screen;
  return [
    title("Listening", countsText(endpoints.map(({ state }) => state), ENDPOINT_STATES)),
    ...(columns === null ? flatLines(endpoints) : groupedLines(endpoints, { ...screen, columns }, {
      states: ENDPOINT_STATES,
      rest: isShort ? "httpcfg status --all" : null,
    })),
  ];
}

function shownEndpoints({ endpoints }: ServiceStatus): ShownEndpoint[] {
  return endpoints.map(({ ip, port, scheme, state, cause, note }) => {
    const why = [cause, note].filter((text) => typeof text === "string").join(": ");
    return { ip, port, scheme, why, state: state === "wait" ? "waiting" : state };
  });
}

function listLines(answer: ServiceStatus, screen: Screen, isShort: boolean): Styled[] {
  const name = "IP inclusion list";
  if (isUnknown(answer, "HTTP")) return [title(name, [span("waiting", "unknown")])];
  if (answer.ipListen.length === 0) return [title(name, ["empty, every address"])];
  const shown = isShort ? answer.ipListen.slice(0, ENTRIES_MAX) : answer.ipListen;
  const left = answer.ipListen.length - shown.length;
  const text = oneLine(shown.join(", "));
  const start = `${name}: `.length;
  const lines = screen.columns === null ? [text] : wrapped(text, screen.columns - start);
  return [
    title(name, [lines[0]!]),
    ...lines.slice(1).map((line) => " ".repeat(start) + line),
    ...(left === 0 ? [] : [[
      " ".repeat(start),
      span("faint", `… ${grouped(left)} more: httpcfg query iplisten`),
    ]]),
  ];
}

/** Reports whether what `name` would read cannot be read, and it does not run to hold it. */
function isUnknown(answer: ServiceStatus, name: ServiceName): boolean {
  return !isServiceUp(answer, name) && typeof answer.stored?.problem === "string";
}

/** A site that was stopped on purpose is no trouble. */
const SITE_STATES: StateTable = { started: "good", paused: "waiting", stopped: "faint" };

function siteLines(answer: ServiceStatus, screen: Screen, isShort: boolean): Styled[] {
  const shorten = screen.columns === null ? null : withoutRepeats(shownEndpoints(answer));
  const sites = answer.sites.map((site) => {
    return shorten === null ? site : { ...site, reason: shorten(site.reason) };
  });
  if (sites.length === 0) {
    const none = isUnknown(answer, "W3SVC") ? span("waiting", "unknown") : "none";
    return [title("Sites", [none])];
  }
  const isCut = isShort && sites.length > SITES_MAX;
  // Those with a problem are shown before others are left out.
  const shown = isCut
    ? [...sites].sort((a, b) => Number(b.reason !== null) - Number(a.reason !== null))
      .slice(0, SITES_MAX)
    : sites;
  const isStopped = sites.some(({ state, reason }) => state === "stopped" && reason !== null);
  const stopped = isStopped ? "bad" : "faint";
  const troubled = new Set(sites.filter(({ reason }) => reason !== null).map(({ id }) => `${id}`));
  return [
    title("Sites", countsText(sites.map(({ state }) => state), { ...SITE_STATES, stopped })),
    table(siteListing(shown, isShort), screen, {
      indent: 2,
      detail: "reason",
      looks: {
        id: { kind: "key" },
        name: { kind: "key", meaning: () => "heading" },
        state: {
          kind: "key",
          meaning: (state, [id = ""]) => {
            if (!troubled.has(id)) return SITE_STATES[state] ?? null;
            return state === "stopped" ? "bad" : "waiting";
          },
        },
        bindings: { kind: "values" },
      },
    }),
    ...(isCut
      ? [["  ", span("faint", `… ${grouped(sites.length - SITES_MAX)} more: httpcfg status --all`)]]
      : []),
  ];
}

function siteListing(sites: readonly SiteStatus[], isShort: boolean): Listing {
  return {
    name: "sites",
    columns: ["id", "name", "state", "bindings", "reason"],
    rows: sites.map(({ id, name, state, bindings, reason }) => {
      const shown = isShort ? bindings.slice(0, BINDINGS_MAX) : bindings;
      const left = bindings.length - shown.length;
      const more = left === 0 ? [] : [`… ${grouped(left)} more`];
      return { id, name, state, bindings: [...shown, ...more], reason };
    }),
  };
}

const UPSTREAM_STATES: StateTable = { up: "good", unknown: "waiting", down: "bad" };

/** Returns nothing if no site is proxied. */
function upstreamLines(found: readonly UpstreamStatus[], screen: Screen): Styled[] {
  if (found.length === 0) return [];
  const listing: Listing = {
    name: "upstreams",
    columns: ["site", "upstream", "state", "since", "connections", "checked", "cause"],
    rows: found.map((one) => {
      const { site, application, upstream, state, since, connections, lastCheck, cause } = one;
      return {
        site: application === "/" ? site : `${site}${application}`,
        upstream,
        state,
        since: utcMinute(since),
        connections,
        checked: lastCheck === null ? null : utcTime(lastCheck.time),
        cause,
      };
    }),
  };
  const text = table(listing, screen, {
    indent: 2,
    detail: "cause",
    looks: {
      site: { kind: "key" },
      upstream: { kind: "value" },
      state: { kind: "key", meaning: (state) => UPSTREAM_STATES[state] ?? null },
      since: { kind: "words" },
    },
  });
  const states = found.map(({ state }) => state);
  return ["", title("Upstreams", countsText(states, UPSTREAM_STATES)), text];
}

/** Returns nothing if no program has registered a URL, as on most machines. */
function programLines(found: ServiceStatus["registrations"], screen: Screen): Styled[] {
  if (found.length === 0) return [];
  const listing: Listing = {
    name: "registrations",
    columns: ["url", "program", "WebSockets"],
    rows: found.map(({ url, to, tunnels = 0 }) => {
      return { url, program: to, WebSockets: tunnels === 0 ? null : tunnels };
    }),
  };
  const looks = { url: { kind: "key" }, program: { kind: "value" } } as const;
  const text = table(listing, screen, { indent: 2, looks });
  return ["", title("Registered programs", [grouped(found.length)]), text];
}

/** Returns nothing if no certificate by ACME is in force. */
function acmeLines(found: NonNullable<ServiceStatus["acme"]>, screen: Screen): Styled[] {
  if (found.length === 0) return [];
  const listing: Listing = {
    name: "acme",
    columns: ["names", "state", "expires", "next attempt"],
    rows: found.map(({ names, state, notAfter, renewAt, retryAt }) => {
      const next = retryAt ?? renewAt;
      return {
        names,
        state,
        expires: notAfter === null ? null : utcMinute(notAfter),
        "next attempt": next === null ? null : utcMinute(next),
      };
    }),
  };
  const text = table(listing, screen, {
    indent: 2,
    looks: {
      names: { kind: "values" },
      state: { kind: "key", meaning: (cell) => cell === "valid" ? "good" : "bad" },
      expires: { kind: "key" },
      "next attempt": { kind: "key" },
    },
  });
  return ["", title("Certificates by ACME", [grouped(found.length)]), text];
}

const SERVICE_STATES: Readonly<Partial<Record<ServiceState, Meaning>>> = {
  running: "good",
  stopped: "faint",
};

function serviceLines({ services }: ServiceStatus, { columns }: Screen): Styled[] {
  const room = (columns ?? Infinity) - "    ".length - "continuing".length;
  const names = services.map(({ display }) => shortened(display, room, "..."));
  const width = Math.max(0, ...names.map(widthOf));
  return [
    [span("heading", "Services:")],
    ...services.map(({ state }, i): Styled => {
      return [`  ${padded(names[i]!, width)}  `, span(SERVICE_STATES[state] ?? "waiting", state)];
    }),
  ];
}

function title(name: string, text: readonly (string | Span)[] | Styled): Styled {
  return [span("heading", `${name}:`), " ", ...text];
}
