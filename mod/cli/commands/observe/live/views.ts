/**
 * The tables of `top`: what each view shows of one moment, with the values by which it is sorted. Pure.
 *
 * @module
 */
import { formatEndpoint, type Ip, ipBytes, parseEndpoint } from "../../../../base/address.ts";
import { grouped } from "../../../../base/grouped.ts";
import { ipv4Value } from "../../../../base/ipv4_value.ts";
import type { EndpointStatus, SiteStatus } from "../../../../host/control/status.ts";
import {
  NO_RATES,
  quantile,
  type Rates,
  ratesBy,
  type RequestRates,
} from "../../../../telemetry/metrics/rates.ts";
import type { Meaning } from "../../../core/screen/colors.ts";
import { utcTime } from "../../../core/screen/times.ts";
import { ageText, bytesText, latencyText, type LiveData, rateText } from "./live_data.ts";

/** The views, in the order of their keys. */
export const VIEWS = [
  "addresses",
  "sites",
  "upstreams",
  "certificates",
  "events",
  "workers",
] as const;

export type ViewName = typeof VIEWS[number];

/** One column of a view. */
export interface LiveColumn {
  readonly heading: string;
  /** Numbers are right-aligned, and sorted with the largest first. */
  readonly isNumber: boolean;
  /** The column with the highest number goes first where there is no room; 0 stays. */
  readonly drop: number;
  /** The columns of the screen that a text has at least, if it is as long. */
  readonly least: number;
}

/** One value: how it is shown, and what it is sorted by. */
export interface LiveCell {
  readonly text: string;
  readonly order: number | string;
  readonly meaning: Meaning | null;
}

export interface LiveTable {
  readonly columns: readonly LiveColumn[];
  readonly rows: readonly (readonly LiveCell[])[];
  /** The column that the view is sorted by unless another is chosen, and whether downwards. */
  readonly usual: { readonly column: number; readonly isDown: boolean };
  /** What to say of an empty table. */
  readonly empty: string;
}

/** Returns the table of a view. */
export function viewTable(view: ViewName, data: LiveData): LiveTable {
  return TABLES[view](data);
}

const TABLES: Readonly<Record<ViewName, (data: LiveData) => LiveTable>> = {
  addresses: addressTable,
  sites: siteTable,
  upstreams: upstreamTable,
  certificates: certificateTable,
  events: eventTable,
  workers: workerTable,
};

const STATES: Readonly<Record<string, Meaning>> = {
  open: "good",
  started: "good",
  up: "good",
  serving: "good",
  wait: "waiting",
  paused: "waiting",
  draining: "waiting",
  retiring: "waiting",
  refused: "bad",
  down: "bad",
};

/** In which order states are shown: what needs a look comes first. */
const STATE_ORDER = ["refused", "down", "stopped", "wait", "paused", "draining", "retiring"];

function text(value: string, meaning: Meaning | null = null): LiveCell {
  return { text: value, order: value.toLowerCase(), meaning };
}

function number(value: number | null, shown: string, meaning: Meaning | null = null): LiveCell {
  return { text: shown, order: value ?? -1, meaning };
}

function state(value: string, meaning: Meaning | null = STATES[value] ?? null): LiveCell {
  const at = STATE_ORDER.indexOf(value);
  return { text: value, order: at < 0 ? STATE_ORDER.length : at, meaning };
}

/** Names, kinds, and how soon each goes; a text may say how many columns it has at least. */
function columns(
  ...rows: (readonly [string, "text" | "number", number, number?])[]
): LiveColumn[] {
  return rows.map(([heading, kind, drop, least = NAME_LEAST]) => {
    return { heading, isNumber: kind === "number", drop, least };
  });
}

/** What of a name is enough to know it by, and what of a sentence is worth reading. */
const NAME_LEAST = 10;
const SENTENCE_LEAST = 24;

/** A number whose text is made when it is seen: of ten thousand rows a screen shows twenty. */
class NumberCell implements LiveCell {
  readonly order: number;
  readonly meaning: Meaning | null;
  readonly #toText: (value: number | null) => string;

  constructor(
    value: number,
    toText: (value: number | null) => string,
    meaning: Meaning | null = null,
  ) {
    this.order = value;
    this.meaning = meaning;
    this.#toText = toText;
  }

  get text(): string {
    return this.#toText(this.order);
  }
}

/** What is not known yet. */
const UNKNOWN: LiveCell = { text: "-", order: -1, meaning: null };

/** The cells of a site or an address, `-` for what is not known yet. */
function rateCells(rates: Rates | null): LiveCell[] {
  const { requests, clientErrors, serverErrors, sentBytes, receivedBytes } = rates ?? NO_RATES;
  const shown = (
    value: number,
    toText: (value: number | null) => string,
    meaning: Meaning | null = null,
  ): LiveCell => rates === null ? UNKNOWN : new NumberCell(value, toText, meaning);
  return [
    shown(requests, rateText),
    shown(clientErrors, rateText),
    shown(serverErrors, rateText, serverErrors > 0 ? "bad" : null),
    shown(sentBytes, bytesText),
    shown(receivedBytes, bytesText),
  ];
}

const RATE_COLUMNS = [
  ["REQ/S", "number", 0],
  ["4XX/S", "number", 6],
  ["5XX/S", "number", 2],
  ["OUT/S", "number", 4],
  ["IN/S", "number", 7],
] as const;

function addressTable({ status, rates }: LiveData): LiveTable {
  const endpoints = status?.endpoints ?? [];
  const own = rates === null ? null : ratesByEndpoint(endpoints, rates.requests);
  return {
    columns: columns(
      ["ADDRESS", "text", 0, 15],
      ["STATE", "text", 1],
      ...RATE_COLUMNS,
      ["CAUSE", "text", 3, SENTENCE_LEAST],
    ),
    rows: endpoints.map((one) => {
      const name = nameOf(one);
      const cause = one.cause ?? one.note ?? "";
      const found = own === null ? null : own.get(name) ?? NO_RATES;
      return [
        { ...text(name), order: placeOf(one) },
        state(one.state),
        ...rateCells(found),
        text(cause),
      ];
    }),
    usual: { column: 2, isDown: true },
    empty: "The service listens nowhere.",
  };
}

/** Addresses in the order of their bytes, IPv4 first. */
function placeOf({ ip, port }: Pick<EndpointStatus, "ip" | "port">): string {
  const value = ipv4Value(ip);
  const end = String(port).padStart(5, "0");
  if (value >= 0) return `4${String(value).padStart(10, "0")}${end}`;
  const bytes = ipBytes(ip as Ip).map((byte) => String(byte).padStart(3, "0"));
  return `6${bytes.join("")}${end}`;
}

function nameOf({ ip, port }: Pick<EndpointStatus, "ip" | "port">): string {
  return formatEndpoint({ ip: ip as Ip, port });
}

/**
 * Returns the rates of each endpoint. Requests are counted on the address that a client has connected
 * to, and a socket on every address has those of its port that no other one has.
 */
function ratesByEndpoint(
  endpoints: readonly Pick<EndpointStatus, "ip" | "port" | "state">[],
  requests: readonly RequestRates[],
): Map<string, Rates> {
  const open = new Set(endpoints.map(nameOf));
  return new Map(ratesBy(requests, ({ address }) => {
    if (open.has(address)) return address;
    const endpoint = parseEndpoint(address);
    if (endpoint === null) return address;
    const any = endpoint.ip.includes(":") ? ["[::]"] : ["0.0.0.0", "[::]"];
    return any.map((ip) => `${ip}:${endpoint.port}`).find((name) => open.has(name)) ?? address;
  }));
}

function siteTable({ status, rates }: LiveData): LiveTable {
  const own = rates === null ? null : ratesBy(rates.requests, ({ site }) => site);
  const row = (name: string, shown: LiveCell, what: string): LiveCell[] => {
    const buckets = rates?.durations.get(name) ?? [];
    return [
      text(name === "" ? "(no site)" : name, name === "" ? "faint" : null),
      shown,
      ...rateCells(own === null ? null : own.get(name) ?? NO_RATES),
      ...[0.5, 0.95, 0.99].map((share) => {
        const seconds = quantile(buckets, share);
        return number(seconds, latencyText(seconds));
      }),
      text(what),
    ];
  };
  const others = own?.get("");
  return {
    columns: columns(
      ["SITE", "text", 0],
      ["STATE", "text", 1],
      ...RATE_COLUMNS,
      ["P50", "number", 8],
      ["P95", "number", 3],
      ["P99", "number", 9],
      ["BOUND TO, OR CAUSE", "text", 5],
    ),
    rows: [
      ...(status?.sites ?? []).map((site) => {
        return row(site.name, siteState(site), site.reason ?? site.bindings.join(" "));
      }),
      ...(others === undefined || others.requests === 0
        ? []
        : [row("", state("-"), "refused, or for a registered program")]),
    ],
    usual: { column: 2, isDown: true },
    empty: "There are no sites.",
  };
}

function siteState({ state: value, reason, waiting }: SiteStatus): LiveCell {
  if (waiting) return { ...state("wait"), text: "waiting" };
  return state(value, value === "stopped" && reason !== null ? "bad" : STATES[value] ?? null);
}

function upstreamTable({ status, atMs }: LiveData): LiveTable {
  return {
    columns: columns(
      ["SITE", "text", 2],
      ["UPSTREAM", "text", 0],
      ["STATE", "text", 0],
      ["REQUESTS", "number", 1],
      ["CONNS", "number", 3],
      ["FOR", "number", 4],
      ["CAUSE", "text", 5, SENTENCE_LEAST],
    ),
    rows: (status?.upstreams ?? []).map((one) => {
      const age = atMs - Date.parse(one.since);
      const check = one.lastCheck?.failure ?? null;
      return [
        text(one.application === "/" ? one.site : `${one.site} ${one.application}`),
        text(one.upstream),
        state(one.state),
        number(one.requests, grouped(one.requests)),
        number(one.connections, grouped(one.connections)),
        number(age, ageText(age)),
        text(one.cause ?? check ?? ""),
      ];
    }),
    usual: { column: 2, isDown: false },
    empty: "No site is proxied.",
  };
}

/** Milliseconds of a day. */
const DAY_MS = 86_400_000;
/** Days left at which a certificate needs a look. */
const DAYS_MIN = 14;

function certificateTable({ status, atMs }: LiveData): LiveTable {
  const found = (status?.certificates ?? []).map(({ name, keys, names, notAfter }) => {
    return { name, what: [...names, ...keys].join(" "), notAfter, error: null };
  });
  const waited = (status?.acme ?? []).filter(({ state, error }) => {
    return state === "wanted" || error !== null;
  }).map(({ name, names, notAfter, error, state }) => {
    return { name: `ACME/${name}`, what: names.join(" "), notAfter, error: error ?? state };
  });
  return {
    columns: columns(
      ["CERTIFICATE", "text", 0],
      ["DAYS", "number", 0],
      ["EXPIRES", "text", 2],
      ["FOR, BOUND TO, OR CAUSE", "text", 1, SENTENCE_LEAST],
    ),
    rows: [...found, ...waited].map(({ name, what, notAfter, error }) => {
      const days = notAfter === null ? null : Math.floor((Date.parse(notAfter) - atMs) / DAY_MS);
      const meaning = days === null || days < 0 ? "bad" : days < DAYS_MIN ? "waiting" : "good";
      return [
        text(name),
        number(days, days === null ? "-" : days < 0 ? "expired" : grouped(days), meaning),
        text(notAfter === null ? "-" : utcTime(notAfter).slice(0, 16)),
        text(error ?? what, error === null ? null : "bad"),
      ];
    }),
    usual: { column: 1, isDown: false },
    empty: "No certificate is in use.",
  };
}

const LEVELS: Readonly<Record<string, Meaning>> = { error: "error", warning: "warning" };

function eventTable({ events }: LiveData): LiveTable {
  return {
    columns: columns(
      ["TIME (UTC)", "text", 0, 19],
      ["LEVEL", "text", 3],
      ["SOURCE", "text", 2],
      ["ID", "number", 1],
      ["EVENT", "text", 0, SENTENCE_LEAST],
    ),
    rows: events.map(({ time, source, id, level, text: message, detail }) => {
      const meaning = LEVELS[level] ?? null;
      return [
        { ...text(time.slice(0, 19).replace("T", " ")), order: time },
        text(level, meaning),
        text(source),
        number(id, String(id)),
        text(detail ? `${message} ${detail}` : message, meaning),
      ];
    }),
    usual: { column: 0, isDown: true },
    empty: "There are no events.",
  };
}

/** Seconds that a timer may be late before it is marked: clients would notice more. */
const LAG_MAX = 0.1;

function workerTable({ status, rates }: LiveData): LiveTable {
  const states = new Map((status?.workers ?? []).map((one) => [one.pid, one.state]));
  return {
    columns: columns(
      ["WORKER", "number", 0],
      ["PID", "number", 5],
      ["STATE", "text", 3],
      ["REQ/S", "number", 0],
      ["CPU", "number", 1],
      ["CONNS", "number", 1],
      ["MEMORY", "number", 2],
      ["LATE", "number", 4],
      ["MOST", "number", 4],
    ),
    rows: (status?.totals?.workers ?? []).map((one) => {
      const rate = rates?.workers.get(one.worker) ?? null;
      const cpu = rate === null ? null : rate.cpu * 100;
      const late = (seconds: number): LiveCell => {
        return number(seconds, latencyText(seconds), seconds > LAG_MAX ? "bad" : null);
      };
      return [
        number(one.worker, one.worker === 0 ? "service" : String(one.worker)),
        number(one.pid, String(one.pid)),
        state(states.get(one.pid) ?? (one.worker === 0 ? "-" : "ended")),
        number(rate?.requests ?? null, rateText(rate?.requests ?? null)),
        number(cpu, cpu === null ? "-" : `${cpu.toFixed(cpu < 9.95 ? 1 : 0)} %`),
        number(one.connections, grouped(one.connections)),
        number(one.residentBytes, bytesText(one.residentBytes)),
        late(one.lagSeconds),
        late(one.maxLagSeconds),
      ];
    }),
    usual: { column: 0, isDown: false },
    empty: "No process serves.",
  };
}
