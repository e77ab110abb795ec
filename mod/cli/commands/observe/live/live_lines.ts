/**
 * The screen of `top` as lines, each at most as wide as the terminal, and its text for a pipe. Pure.
 *
 * @module
 */
import { grouped } from "../../../../base/grouped.ts";
import { oneLine } from "../../../../base/printable.ts";
import { type ServiceStatus, sitesDown } from "../../../../host/control/status.ts";
import { NO_RATES, quantile, sumBuckets } from "../../../../telemetry/metrics/rates.ts";
import {
  inLocale,
  type Meaning,
  type Span,
  span,
  type Styled,
} from "../../../core/screen/colors.ts";
import { shortened, widthOf } from "../../../core/screen/fit.ts";
import { ageText, bytesText, latencyText, type LiveData, rateText } from "./live_data.ts";
import { chosenRows, clampedOffset, type Extent, type LiveState, sortOf } from "./live_state.ts";
import {
  type LiveCell,
  type LiveColumn,
  type LiveTable,
  type ViewName,
  VIEWS,
  viewTable,
} from "./views.ts";

/** What the lines are for. */
interface LiveSize {
  readonly columns: number;
  readonly rows: number;
  readonly isUnicode: boolean;
}

/** A screen, and how far it can be scrolled. */
interface LiveScreen {
  readonly lines: readonly Styled[];
  readonly extent: Extent;
}

type Part = string | Span;

/** Rows below which the summary is left out, so that something of the table is seen. */
const SUMMARY_ROWS_MIN = 9;
const GAP = "  ";

/**
 * Returns the lines of a screen, as many as it has rows. `table` is that of the view, for whoever
 * draws one moment several times.
 */
export function liveScreen(
  state: LiveState,
  data: LiveData,
  size: LiveSize,
  table: LiveTable = viewTable(state.view, data),
): LiveScreen {
  const rows = chosenRows(table, state);
  const summary = summaryLines(data).map((parts) => joined(parts, size.columns));
  const above = [
    ...(size.rows < SUMMARY_ROWS_MIN ? summary.slice(0, 1) : summary),
    tabLine(state, size.columns),
  ];
  const height = Math.max(0, size.rows - above.length - 2);
  const offset = clampedOffset(state.offset, { rows: rows.length, height });
  const extent = { rows: rows.length, height, table };
  const body = state.isHelp
    ? HELP.slice(0, height + 1)
    : tableLines(table, rows.slice(offset, offset + height), state, size);
  const filled = [...body, ...new Array<Styled>(Math.max(0, height + 1 - body.length)).fill("")];
  const shown = { from: offset, to: Math.min(rows.length, offset + height), of: rows.length };
  const lines = [...above, ...filled, footLine(state, shown, data, size.columns)];
  return {
    lines: lines.slice(0, size.rows).map((line) => clipped(line, size)),
    extent,
  };
}

/** Returns the text for a pipe: the summary and the tables of `views`, with nothing left out. */
export function liveText(
  views: readonly ViewName[],
  state: LiveState,
  data: LiveData,
  size: Pick<LiveSize, "isUnicode">,
): Styled[] {
  const summary = summaryLines(data).map((parts) => joined(parts, Infinity));
  const tables = views.flatMap((view): Styled[] => {
    const table = viewTable(view, data);
    const rows = chosenRows(table, { ...state, view });
    const isQuiet = views.length > 1 && table.rows.length === 0;
    if (isQuiet) return [];
    return [
      "",
      ...tableLines(table, rows, { ...state, view }, {
        ...size,
        columns: Infinity,
        rows: Infinity,
      }),
    ];
  });
  return [...summary, ...tables];
}

/** Lines of parts; those at the end of a line go first where there is no room. */
function summaryLines(data: LiveData): Part[][] {
  const { status, atMs, problem } = data;
  const time = new Date(atMs).toISOString().slice(11, 19);
  if (status === null) {
    const why = problem === null ? "the service is not running" : oneLine(problem);
    return [[span("heading", "httpcfg"), `${time} UTC`], [span("bad", why)], ["trying again"]];
  }
  const { startedAt, pid, services } = status;
  const up = startedAt === null ? "-" : ageText(atMs - Date.parse(startedAt));
  const states = services.filter(({ name }) => name === "HTTP" || name === "W3SVC");
  const http = states.map(({ name, state }): Part => {
    return span(state === "running" ? "good" : "waiting", `${name} ${state}`);
  });
  return [
    [span("heading", "httpcfg"), `${time} UTC`, ...http, `up ${up}`, `pid ${pid ?? "-"}`],
    ...trafficLines(data),
    stateParts(data),
    ...fleetLines(status),
  ];
}

function trafficLines({ rates, status }: LiveData): Part[][] {
  const { requests, clientErrors, serverErrors, sentBytes, receivedBytes } = rates?.total ??
    NO_RATES;
  const known = (text: string): string => rates === null ? "-" : text;
  const buckets = rates === null ? [] : sumBuckets(rates.durations.values());
  const share = (part: number): string => latencyText(quantile(buckets, part));
  const now = status?.totals?.connections;
  const error = `5xx ${known(rateText(serverErrors))}`;
  return [
    [
      span("heading", `${known(rateText(requests))} req/s`),
      `4xx ${known(rateText(clientErrors))}`,
      serverErrors > 0 ? span("bad", error) : error,
      `out ${known(bytesText(sentBytes))}/s`,
      `in ${known(bytesText(receivedBytes))}/s`,
      `refused ${known(rateText(rates?.refused ?? 0))}/s`,
      `TLS ${known(rateText(rates?.handshakes ?? 0))}/s`,
    ],
    [
      `p50 ${share(0.5)}`,
      `p95 ${share(0.95)}`,
      `p99 ${share(0.99)}`,
      `${grouped(now?.open ?? status?.connections ?? 0)} open`,
      `${grouped(now?.idle ?? 0)} idle`,
      counted(now?.tunnels ?? status?.tunnels ?? 0, "tunnel"),
      `${known(rateText(rates?.accepted ?? 0))} new/s`,
    ],
  ];
}

/** How many addresses and sites are in which state, and what is wrong. */
function stateParts({ status }: LiveData): Part[] {
  if (status === null) return [];
  const count = (state: string, word: string, meaning: Meaning): Part[] => {
    const number = status.endpoints.filter((one) => one.state === state).length;
    return number === 0 ? [] : [span(meaning, `${grouped(number)} ${word}`)];
  };
  const started = status.sites.filter(({ state }) => state === "started").length;
  const down = sitesDown(status).length;
  const lost = status.totals?.lostLogLines ?? 0;
  const changes = driftText(status);
  return [
    ...count("open", "listening", "good"),
    ...count("refused", "refused", "bad"),
    ...count("wait", "waiting", "waiting"),
    ...count("draining", "draining", "waiting"),
    ...(down === 0 ? [] : [span("bad", `${counted(down, "site")} down`)]),
    ...(changes === "" ? [] : [span("waiting", changes)]),
    `${grouped(started)} of ${grouped(status.sites.length)} sites started`,
    ...(lost === 0 ? [] : [span("bad", `${grouped(lost)} log lines lost`)]),
    ...(status.unconfirmedUntil === null ? [] : [span("waiting", "unconfirmed")]),
  ];
}

/** The machine as a member of its fleet: one line; none if it is no member. */
function fleetLines({ fleet }: Pick<ServiceStatus, "fleet">): Part[][] {
  if (fleet === undefined) return [];
  const { name, group, revision, wanted, head, outcome, reason, overrides, problems } = fleet;
  const as = group === null ? oneLine(name) : `${oneLine(name)} of group ${oneLine(group)}`;
  const isNewest = head === null || head === revision;
  return [[
    span("heading", `fleet ${as}`),
    span(OUTCOMES[outcome], outcome),
    `revision ${revision ?? "-"}`,
    ...(wanted === revision ? [] : [span("waiting", `wanted ${wanted ?? "-"}`)]),
    ...(isNewest ? [] : [`newest ${head}`]),
    ...(reason === null ? [] : [span("bad", `store down: ${oneLine(reason)}`)]),
    ...(overrides.length === 0 ? [] : [counted(overrides.length, "override")]),
    ...problems.map((text) => span("bad", oneLine(text))),
  ]];
}

/** How each outcome is meant. */
const OUTCOMES: Readonly<Record<NonNullable<ServiceStatus["fleet"]>["outcome"], Meaning>> = {
  applied: "good",
  held: "waiting",
  stopped: "waiting",
  refused: "bad",
  failed: "bad",
};

/** How what is stored differs from what is in force; "" if it does not, or is not known to. */
function driftText({ stored }: Pick<ServiceStatus, "stored">): string {
  if (stored === undefined || stored.changes === 0) return "";
  if (stored.changes === null) return "document damaged";
  return `${counted(stored.changes, "change")} stored`;
}

function counted(count: number, thing: string): string {
  return `${grouped(count)} ${thing}${count === 1 ? "" : "s"}`;
}

/** The views; where there is no room for all, the one that is shown. */
function tabLine({ view }: LiveState, columns: number): Styled {
  const tabs = VIEWS.map((name, i): Part => {
    return name === view ? span("heading", `[${i + 1} ${name}]`) : ` ${i + 1} ${name} `;
  });
  const all = tabs.flatMap((tab, i) => i === 0 ? [tab] : [" ", tab]);
  if (widthOfParts(all) <= columns) return all;
  const at = VIEWS.indexOf(view);
  return [span("heading", `[${at + 1} ${view}]`), ` Tab: next of ${VIEWS.length}`];
}

/** Joins parts with two spaces, as many as there is room for. */
function joined(parts: readonly Part[], columns: number): Part[] {
  const line: Part[] = [];
  let width = 0;
  for (const part of parts) {
    const own = widthOfParts([part]) + (line.length === 0 ? 0 : GAP.length);
    if (line.length > 0 && width + own > columns) break;
    line.push(...(line.length === 0 ? [] : [GAP]), part);
    width += own;
  }
  return line;
}

function widthOfParts(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + widthOf(typeof part === "string" ? part : part.text), 0);
}

/** The heading and the rows of a table. */
function tableLines(
  table: LiveTable,
  rows: LiveTable["rows"],
  state: LiveState,
  size: LiveSize,
): Styled[] {
  const { column: sorted, isDown } = sortOf(state, table);
  const headings = table.columns.map(({ heading }, i) => {
    return i === sorted ? `${heading}${isDown ? "-" : "+"}` : heading;
  });
  const texts = rows.map((row) => row.map((cell) => oneLine(cell.text)));
  const wanted = headings.map((heading, i) => {
    return texts.reduce((most, row) => Math.max(most, widthOf(row[i] ?? "")), widthOf(heading));
  });
  const kept = keptColumns(table.columns, wanted, size.columns);
  const ellipsis = inLocale("…", size.isUnicode);
  const line = (cells: readonly string[], meanings: readonly (Meaning | null)[]): Part[] => {
    const last = kept.findLastIndex(({ at }) => cells[at] !== "");
    return kept.slice(0, last + 1).flatMap(({ at, width }, i): Part[] => {
      const isLast = i === last;
      const cell = fitted(cells[at] ?? "", width, ellipsis, !isLast);
      const space = " ".repeat(Math.max(0, width - widthOf(cell)));
      const meaning = meanings[at] ?? null;
      const shown: Part = meaning === null ? cell : span(meaning, cell);
      const own = table.columns[at]!.isNumber ? [space, shown] : [shown, isLast ? "" : space];
      return i === 0 ? own : [GAP, ...own];
    });
  };
  const head = line(headings, headings.map(() => "heading" as const));
  if (rows.length === 0) {
    const isFiltered = table.rows.length > 0;
    return [head, span("faint", isFiltered ? "No row has this text." : table.empty)].map((one) => {
      return Array.isArray(one) ? one as Part[] : [one as Span];
    });
  }
  return [
    head,
    ...rows.map((row, i) => line(texts[i]!, row.map((cell: LiveCell) => cell.meaning))),
  ];
}

/** The columns that are shown, each with its width: who may go goes, then texts are shortened. */
function keptColumns(
  columns: readonly LiveColumn[],
  wanted: readonly number[],
  room: number,
): { readonly at: number; readonly width: number }[] {
  let kept = columns.map((column, at) => ({ column, at, width: wanted[at]! }));
  const needed = (): number => {
    const least = kept.map(({ column, width }) =>
      column.isNumber ? width : Math.min(width, column.least)
    );
    return least.reduce((sum, width) => sum + width, (kept.length - 1) * GAP.length);
  };
  while (needed() > room && kept.some(({ column }) => column.drop > 0)) {
    const most = Math.max(...kept.map(({ column }) => column.drop));
    kept = kept.filter(({ column }) => column.drop !== most);
  }
  let surplus = kept.reduce((sum, { width }) => sum + width, (kept.length - 1) * GAP.length) - room;
  // The last text gives first: it is a cause, or what is said elsewhere as well.
  for (const part of kept.toReversed()) {
    if (surplus <= 0) break;
    if (part.column.isNumber) continue;
    const given = Math.min(surplus, Math.max(0, part.width - part.column.least));
    part.width -= given;
    surplus -= given;
  }
  return kept;
}

function footLine(
  { filter, before, isPaused, isHelp, view }: LiveState,
  { from, to, of }: { readonly from: number; readonly to: number; readonly of: number },
  { status }: LiveData,
  columns: number,
): Styled {
  if (before !== null) return [span("heading", "filter: "), `${oneLine(filter)}_`];
  const place = of === 0
    ? "0 rows"
    : `${grouped(from + 1)}-${grouped(to)} of ${grouped(of)} ${view}`;
  const parts: Part[] = [
    ...(isPaused ? [span("waiting", "PAUSED")] : []),
    ...(status === null ? [span("bad", "NO SERVICE")] : []),
    ...(filter === "" ? [] : [span("note", `filter: ${oneLine(filter)}`)]),
    ...(isHelp ? ["any key: back"] : [place]),
    "q quit",
    "? help",
    "/ filter",
    "< > sort",
    "r reverse",
    "space pause",
  ];
  return joined(parts, columns);
}

/** Fits the smallest screen that shows a table. */
const HELP: readonly Styled[] = [
  "1 to 6, Tab  another view",
  "Up Down j k PgUp PgDn Home End  scroll",
  "< >          sort by another column",
  "r            reverse the order",
  "/            filter; Enter ends it",
  "Esc          no filter",
  "Space        pause, go on",
  "q, Ctrl+C    quit",
  "Sorted downwards: REQ/S-, upwards: +",
  "",
  "Rates are those of the last interval. P50, P95, P99: so many percent of its",
  "responses took at most as long.",
];

/** As much of a text as there is room for. */
function startOf(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  let start = "";
  let width = 0;
  for (const character of text) {
    width += widthOf(character);
    if (width > room) break;
    start += character;
  }
  return start;
}

/** A name loses its middle, which names share; a sentence its end. */
function fitted(text: string, room: number, ellipsis: string, isName: boolean): string {
  if (isName || widthOf(text) <= room) return shortened(text, room, ellipsis);
  return startOf(text, room - ellipsis.length) + ellipsis;
}

/** Cuts a line where the screen ends. */
function clipped(line: Styled, { columns }: LiveSize): Styled {
  const parts: readonly Part[] = typeof line === "string" ? [line] : line;
  let room = columns;
  const kept: Part[] = [];
  for (const part of parts) {
    if (room <= 0) break;
    const text = typeof part === "string" ? part : part.text;
    const own = startOf(text, room);
    kept.push(typeof part === "string" ? own : { ...part, text: own });
    room -= widthOf(own);
  }
  return kept;
}
