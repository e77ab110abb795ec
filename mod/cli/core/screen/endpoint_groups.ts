/**
 * Addresses and ports as text: on a terminal grouped by what happens to them and why, so that a cause
 * is there once and ten thousand addresses take few lines; in a pipe one line for each. Pure.
 *
 * @module
 */
import { grouped } from "../../../base/grouped.ts";
import { formatEndpoint, type Ip } from "../../../base/address.ts";
import { compareIp } from "../../../base/ip_order.ts";
import { oneLine } from "../../../base/printable.ts";
import { inLocale, type Meaning, type Span, span, type Styled } from "./colors.ts";
import { GAP, padded, shortened, widthOf, wrapped } from "./fit.ts";
import type { Screen } from "./screen.ts";

/** One address and port. */
export interface ShownEndpoint {
  readonly ip: string;
  readonly port: number;
  readonly scheme: string;
  /** What happens to it, one of the words of the {@linkcode StateTable}. */
  readonly state: string;
  /** Why; "" if there is nothing to say. */
  readonly why: string;
}

/** The words for what happens, in the order in which they are shown. */
export type StateTable = Readonly<Record<string, Meaning>>;

interface GroupOptions {
  readonly states: StateTable;
  /** The command that shows those that are left out; null to leave out none. */
  readonly rest: string | null;
}

/** Addresses of one state that a terminal shows. */
const ADDRESSES_MAX = 10;
/** Ports of one address that a terminal shows. */
const PORTS_MAX = 8;
/** Columns that a cause needs beside its addresses; else it is below them. */
const CAUSE_COLUMNS_MIN = 36;
/** Columns that the ports need beside their address. */
const PORT_COLUMNS_MIN = 12;
const MARGIN = "  ";

/** Returns `4 open, 1 waiting, 1 refused`. */
export function countsText(states: readonly string[], table: StateTable): Styled {
  const counts = Object.entries(table).flatMap(([state, meaning]) => {
    const count = states.filter((one) => one === state).length;
    return count === 0 ? [] : [span(meaning, `${grouped(count)} ${state}`)];
  });
  return counts.flatMap((count, i) => i === 0 ? [count] : [", ", count]);
}

/** Returns the lines of the endpoints on a terminal. */
export function groupedLines(
  endpoints: readonly ShownEndpoint[],
  screen: Screen & { readonly columns: number },
  { states, rest }: GroupOptions,
): Styled[] {
  const max = rest === null ? Infinity : ADDRESSES_MAX;
  const parts = Object.entries(states).flatMap(([state, meaning]): Part[] => {
    const own = endpoints.filter((one) => one.state === state);
    return own.length === 0 ? [] : [partOf(state, meaning, own, max)];
  });
  const layout = layoutOf(parts, screen);
  return parts.flatMap(({ state, meaning, groups, left }) => {
    const more = left === 0 ? [] : [[
      layout.indent,
      span("faint", `${inLocale("…", screen.isUnicode)} ${grouped(left)} more: ${rest}`),
    ]];
    // What needs no action is explained in the background.
    const isQuiet = meaning === "good" || meaning === "faint";
    const lines = groups.flatMap((group) => groupLines(group, layout, isQuiet));
    const label = padded(state, layout.indent.length - MARGIN.length);
    return [...lines, ...more].map((line, i) => {
      return i === 0 ? [MARGIN, span(meaning, label), ...line.slice(1)] : line;
    });
  });
}

/** Returns one line for each endpoint, for a pipe: `127.0.0.2:80  open: the list excludes it`. */
export function flatLines(endpoints: readonly ShownEndpoint[]): string[] {
  return endpoints.map(({ ip, port, state, why }) => {
    const name = formatEndpoint({ ip: ip as Ip, port });
    return `${MARGIN}${name}${GAP}${state}${why === "" ? "" : `: ${why}`}`;
  });
}

/**
 * Returns a function that replaces the reason of a site by a reference, where it repeats the cause of
 * an address.
 */
export function withoutRepeats(
  endpoints: readonly ShownEndpoint[],
): (reason: string | null) => string | null {
  const known = new Map(endpoints.map(({ ip, port, state, why }) => {
    const name = formatEndpoint({ ip: ip as Ip, port });
    return [`${name}: ${why}`, `${name} is ${state === "wait" ? "waiting" : state}, see above`];
  }));
  return (reason) => known.get(reason ?? "") ?? reason;
}

/** The endpoints of one state. */
interface Part {
  readonly state: string;
  readonly meaning: Meaning;
  readonly groups: readonly Group[];
  /** How many endpoints are left out. */
  readonly left: number;
}

/** Endpoints of one state and cause. */
interface Group {
  readonly why: string;
  readonly rows: readonly { readonly address: string; readonly ports: string }[];
}

function partOf(
  state: string,
  meaning: Meaning,
  endpoints: readonly ShownEndpoint[],
  max: number,
): Part {
  const groups: Group[] = [];
  let room = max;
  let left = 0;
  for (const [why, members] of Map.groupBy(endpoints, (one) => one.why)) {
    const addresses = [...Map.groupBy(members, ({ ip }) => ip as Ip)]
      .sort(([a], [b]) => compareIp(a, b));
    const shown = addresses.slice(0, room);
    for (const [, hidden] of addresses.slice(room)) left += hidden.length;
    room -= shown.length;
    if (shown.length === 0) continue;
    const isAll = max === Infinity;
    groups.push({
      why,
      rows: shown.map(([address, own]) => ({ address, ports: portsText(own, isAll) })),
    });
  }
  return { state, meaning, groups, left };
}

/** Returns `http 80, 8080, https 443`. */
function portsText(endpoints: readonly ShownEndpoint[], isAll: boolean): string {
  const shown = isAll ? endpoints : endpoints.slice(0, PORTS_MAX);
  const schemes = Map.groupBy(shown, ({ scheme }) => scheme);
  const texts = [...schemes].sort(([a], [b]) => a < b ? -1 : 1).map(([scheme, own]) => {
    return `${scheme} ${own.map(({ port }) => port).join(", ")}`;
  });
  const left = endpoints.length - shown.length;
  return [...texts, ...(left === 0 ? [] : [`${grouped(left)} more`])].join(", ");
}

/** Where the columns are. */
interface Layout {
  /** The space before an address. */
  readonly indent: string;
  readonly addressColumns: number;
  readonly portColumns: number;
  /** Columns of the cause beside the addresses; null if it is below them. */
  readonly causeColumns: number | null;
  readonly columns: number;
  readonly isUnicode: boolean;
}

function layoutOf(
  parts: readonly Part[],
  { columns, isUnicode }: Screen & { readonly columns: number },
): Layout {
  const rows = parts.flatMap(({ groups }) => groups.flatMap((group) => group.rows));
  const widest = (texts: readonly string[]): number => {
    return texts.reduce((most, text) => Math.max(most, widthOf(text)), 0);
  };
  const indent = MARGIN.length + widest(parts.map(({ state }) => state)) + GAP.length;
  const room = Math.max(8, columns - indent - GAP.length - PORT_COLUMNS_MIN);
  const addressColumns = Math.min(widest(rows.map(({ address }) => address)), room);
  const beside = columns - indent - addressColumns - GAP.length;
  const portColumns = Math.max(1, Math.min(widest(rows.map(({ ports }) => ports)), beside));
  const causeColumns = beside - portColumns - GAP.length;
  return {
    indent: " ".repeat(indent),
    addressColumns,
    portColumns,
    causeColumns: causeColumns < CAUSE_COLUMNS_MIN ? null : causeColumns,
    columns,
    isUnicode,
  };
}

/** Returns the lines of a group, each with the indent as its first part. */
function groupLines(
  { why, rows }: Group,
  layout: Layout,
  isQuiet: boolean,
): (string | Span)[][] {
  const { indent, addressColumns, portColumns, causeColumns, columns, isUnicode } = layout;
  const shownWhy = inLocale(oneLine(why), isUnicode);
  const addresses = rows.flatMap(({ address, ports }) => {
    const name = shortened(oneLine(address), addressColumns, inLocale("…", isUnicode));
    return wrapped(ports, portColumns).map((line, i) => {
      return `${padded(i === 0 ? name : "", addressColumns)}${GAP}${line}`;
    });
  });
  const room = causeColumns ?? columns - indent.length - MARGIN.length;
  const causes = why === "" ? [] : wrapped(shownWhy, room).map((line) => {
    return isQuiet ? span("faint", line) : line;
  });
  if (causeColumns === null) {
    // Further to the right, because without color one looks like an address.
    const below = causes.map((line) => [indent, MARGIN, line]);
    return [...addresses.map((line) => [indent, line]), ...below];
  }
  const left = addressColumns + GAP.length + portColumns;
  return Array.from({ length: Math.max(addresses.length, causes.length) }, (_, i) => {
    const cause = causes[i];
    const address = addresses[i] ?? "";
    return cause === undefined ? [indent, address] : [indent, padded(address, left), GAP, cause];
  });
}
