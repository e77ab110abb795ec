// @ts-check
/**
 * The tables of the live page: their columns, and what is in a cell. Pure; the browser and the
 * snapshot make their tables of it, so that both show the same.
 *
 * @module
 */
import {
  byteRate,
  bytes,
  count,
  duration,
  moment,
  NOTHING,
  percent,
  quantile,
  rate,
  since,
} from "./format.js";

/**
 * @typedef {"good" | "warn" | "bad" | "off"} Look
 *
 * @typedef {object} Column
 * @property {string} name
 * @property {string} title
 * @property {(row: any, now: string) => string} text What is in the cell.
 * @property {(row: any) => string | number | null} [sort] What it is sorted by; its text if absent.
 * @property {(row: any) => Look} [look] The cell is a state, whose meaning is shown beside its word.
 * @property {boolean} [isNumber] It is aligned to the right, and sorted downwards first.
 * @property {boolean} [isExtra] There is no place for it on a phone.
 * @property {boolean} [isLong] It takes the width that the others leave.
 *
 * @typedef {object} Table
 * @property {string} name The name of the list in a view.
 * @property {string} title
 * @property {string} caption
 * @property {string} empty What is shown if there is no row.
 * @property {boolean} [isProse] Its rows are read, not compared: they are few, and as high as they
 *   have to be.
 * @property {readonly Column[]} columns The first one is the header of a row.
 * @property {(row: any, now: string) => readonly (readonly [string, string])[]} [details] More
 *   about a row, by name.
 */

/** @type {Record<string, Look>} */
const LOOKS = {
  open: "good",
  started: "good",
  up: "good",
  serving: "good",
  running: "good",
  applied: "good",
  wait: "warn",
  waiting: "warn",
  paused: "warn",
  warning: "warn",
  draining: "warn",
  retiring: "warn",
  held: "warn",
  refused: "bad",
  failed: "bad",
  down: "bad",
  error: "bad",
  problem: "bad",
};

/**
 * Returns what a word for a state means; one that should not run is neither good nor bad.
 *
 * @param {string} state
 * @returns {Look}
 */
export function lookOf(state) {
  return LOOKS[state] ?? "off";
}

/**
 * Returns the classes of the cells of a column; null for none.
 *
 * @param {Column} column
 * @returns {string | null}
 */
export function classesOf({ isNumber, isExtra, isLong, look }) {
  const classes = [
    isNumber && "number",
    isExtra && "extra",
    isLong && "long",
    look !== undefined && "word",
  ];
  return classes.filter(Boolean).join(" ") || null;
}

/** @param {{ state: string, reason: string | null }} site @returns {Look} */
function siteLook({ state, reason }) {
  return state === "stopped" && reason !== null ? "bad" : lookOf(state);
}

/** @param {{ daysLeft: number | null, problem: string | null }} row @returns {Look} */
function certificateLook({ daysLeft, problem }) {
  if (daysLeft === null || daysLeft < 0) return "bad";
  return problem !== null || daysLeft < 21 ? "warn" : "good";
}

/** @param {{ daysLeft: number | null }} row @returns {string} */
function daysText({ daysLeft }) {
  if (daysLeft === null) return "none yet";
  if (daysLeft < 0) return "expired";
  return daysLeft === 1 ? "1 day" : `${count(daysLeft)} days`;
}

/** @type {(name: string, title: string, more?: Partial<Column>) => Column} */
function column(name, title, more = {}) {
  return { name, title, text: (row) => String(row[name] ?? NOTHING), ...more };
}

/** @type {(title: string, name?: string) => Column} */
const stateColumn = (title, name = "state") =>
  column(name, title, { look: (row) => lookOf(row[name]) });

/** @type {readonly Table[]} */
export const TABLES = [
  {
    name: "addresses",
    title: "Addresses",
    caption: "Addresses and ports on which the service listens, or should",
    empty: "The service listens on no address.",
    columns: [
      column("address", "Address"),
      stateColumn("State"),
      column("cause", "Cause", {
        text: ({ cause, note }) => [cause, note].filter((one) => one !== null).join("; "),
        isLong: true,
      }),
      column("scheme", "Scheme", { isExtra: true }),
      column("requestRate", "Requests", {
        text: ({ requestRate }) => rate(requestRate),
        sort: (row) => row.requestRate,
        isNumber: true,
      }),
      column("requests", "Total", {
        text: ({ requests }) => count(requests),
        sort: (row) => row.requests,
        isNumber: true,
        isExtra: true,
      }),
    ],
  },
  {
    name: "sites",
    title: "Sites",
    caption: "Web sites, and what they do",
    empty: "There are no sites.",
    columns: [
      column("name", "Site"),
      column("state", "State", { look: siteLook }),
      column("reason", "Reason", { text: ({ reason }) => reason ?? "", isLong: true }),
      column("bindings", "Bindings", {
        text: ({ bindings }) => bindings.join(", "),
        isLong: true,
        isExtra: true,
      }),
      column("requestRate", "Requests", {
        text: ({ requestRate }) => rate(requestRate),
        sort: (row) => row.requestRate,
        isNumber: true,
      }),
      column("errorRatio", "Errors", {
        text: ({ errorRatio }) => percent(errorRatio),
        sort: (row) => row.errorRatio,
        isNumber: true,
        isExtra: true,
      }),
      .../** @type {const} */ (["p50", "p95", "p99"]).map((which) =>
        column(which, which, {
          text: ({ latency }) => quantile(latency, which),
          sort: ({ latency }) => latency === null ? null : latency[which] ?? Infinity,
          isNumber: true,
          isExtra: true,
        })
      ),
    ],
    details: ({ id, requests, hints }) => [
      ["Id", `W3SVC/${id}`],
      ["Requests in all", count(requests)],
      ...hints.map((/** @type {string} */ hint) => ["Try", hint]),
    ],
  },
  {
    name: "upstreams",
    title: "Upstreams",
    caption: "Servers behind proxied sites",
    empty: "No site is proxied.",
    columns: [
      column("upstream", "Upstream"),
      stateColumn("State"),
      column("since", "For", {
        text: (row, now) => since(row.since, now),
        sort: (row) => row.since,
        isExtra: true,
      }),
      column("cause", "Cause", { text: ({ cause }) => cause ?? "", isLong: true }),
      column("site", "Site", {
        text: ({ site, path }) => path === "/" ? site : `${site}${path}`,
        isExtra: true,
      }),
      column("requests", "Active", {
        text: ({ requests }) => count(requests),
        sort: (row) => row.requests,
        isNumber: true,
      }),
      column("connections", "Open", {
        text: ({ connections }) => count(connections),
        sort: (row) => row.connections,
        isNumber: true,
        isExtra: true,
      }),
    ],
    details: (row) => [["Since", moment(row.since)]],
  },
  {
    name: "certificates",
    title: "Certificates",
    caption: "Certificates, the one that ends first at the top",
    empty: "No certificate is in use.",
    columns: [
      column("names", "For", { text: ({ names, key }) => names.join(", ") || key }),
      column("daysLeft", "Days left", {
        text: daysText,
        sort: (row) => row.daysLeft ?? -Infinity,
        look: certificateLook,
      }),
      column("problem", "Problem", { text: ({ problem }) => problem ?? "", isLong: true }),
      column("usedBy", "Used by", {
        text: ({ usedBy }) => usedBy.join(", ") || NOTHING,
        isLong: true,
        isExtra: true,
      }),
      column("source", "Source", {
        text: ({ source }) => source === "acme" ? "ACME" : "file",
        isExtra: true,
      }),
    ],
    details: ({ notAfter, key }) => [["Valid until", moment(notAfter)], ["Name", key]],
  },
  {
    name: "workers",
    title: "Processes",
    caption: "Processes that serve clients",
    empty: "No process serves clients.",
    columns: [
      column("pid", "Process", { sort: (row) => row.pid }),
      stateColumn("State"),
      column("connections", "Connections", {
        text: ({ connections }) => count(connections),
        sort: (row) => row.connections,
        isNumber: true,
      }),
      column("residentBytes", "Memory", {
        text: ({ residentBytes }) => bytes(residentBytes),
        sort: (row) => row.residentBytes,
        isNumber: true,
        isExtra: true,
      }),
      column("maxLagSeconds", "Longest delay", {
        text: ({ maxLagSeconds }) => maxLagSeconds === null ? NOTHING : duration(maxLagSeconds),
        sort: (row) => row.maxLagSeconds,
        isNumber: true,
        isExtra: true,
      }),
    ],
  },
  {
    name: "events",
    title: "Events",
    caption: "Events since the start of the process, the newest first",
    empty: "There are no events.",
    isProse: true,
    columns: [
      column("time", "Time", { text: ({ time }) => moment(time) }),
      stateColumn("Level", "level"),
      column("text", "Event", { isLong: true }),
      column("source", "Source", { isExtra: true }),
    ],
  },
];

/**
 * The numbers at the top, each with its name: of the traffic, and of the service.
 *
 * @type {readonly { readonly name: string, readonly title: string, text(view: any): string }[]}
 */
export const TILES = [
  { name: "requests", title: "Requests", text: ({ traffic }) => rate(traffic.requestRate) },
  { name: "errors", title: "Server errors", text: ({ traffic }) => percent(traffic.errorRatio) },
  {
    name: "latency",
    title: "Latency, p95",
    text: ({ traffic }) => quantile(traffic.latency, "p95"),
  },
  { name: "connections", title: "Connections", text: ({ traffic }) => count(traffic.connections) },
  { name: "sent", title: "Sent", text: ({ traffic }) => byteRate(traffic.sentRate) },
  { name: "refused", title: "Refused in all", text: ({ traffic }) => count(traffic.refused) },
  { name: "drift", title: "Not applied", text: driftText },
  { name: "up", title: "Running for", text: ({ service, time }) => since(service.startedAt, time) },
];

/** @param {any} view @returns {string} */
function driftText({ drift }) {
  if (drift === null) return NOTHING;
  if (drift.changes === null) return "unusable";
  if (drift.changes === 0) return "nothing";
  return drift.changes === 1 ? "1 change" : `${count(drift.changes)} changes`;
}

/**
 * Returns the state of everything in a few words, and what they mean.
 *
 * @param {any} view
 * @returns {{ look: Look, text: string }}
 */
export function overallState({ attentionCounts: { problem, warning } }) {
  if (problem + warning === 0) return { look: "good", text: "All is well" };
  const parts = [];
  if (problem > 0) parts.push(problem === 1 ? "1 problem" : `${count(problem)} problems`);
  if (warning > 0) parts.push(warning === 1 ? "1 warning" : `${count(warning)} warnings`);
  return { look: problem > 0 ? "bad" : "warn", text: parts.join(", ") };
}

/**
 * Returns the title of the page, which shows the state also in a tab.
 *
 * @param {any} view
 * @returns {string}
 */
export function titleOf(view) {
  return `${overallState(view).text} · ${view.service.host} · httpcfg`;
}
