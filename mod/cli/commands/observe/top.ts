/**
 * `top`: what the service does, once a second: on a terminal as a screen, in a pipe as text.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { quote, usageFault } from "../../../base/fault.ts";
import { retype } from "../../../base/hints/retype.ts";
import { isServiceUp } from "../../../host/control/status.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { joinLines } from "../../core/screen/colors.ts";
import type { LiveData } from "./live/live_data.ts";
import { sleep } from "../../../base/work/sleep.ts";
import { LiveFeed } from "./live/live_feed.ts";
import { liveText } from "./live/live_lines.ts";
import { FIRST_STATE, type LiveState } from "./live/live_state.ts";
import { type ViewName, VIEWS, viewTable } from "./live/views.ts";

const INTERVAL = { min: 0.1, max: 3600, usual: 1 } as const;
const ITERATIONS_MAX = 1_000_000;
/** What a pipe gets unless it asks for one view. */
const PLAIN_VIEWS: readonly ViewName[] = [
  "addresses",
  "sites",
  "upstreams",
  "certificates",
  "workers",
];

const top: CommandSpec = {
  name: "top",
  usage: "",
  summary: "Show what the service does, as it does it",
  details: [
    "On a terminal, a screen that is drawn anew every second: addresses, sites, upstreams, " +
    "certificates, events and workers, with requests, errors and bytes a second, latencies, states " +
    "and their causes, what is stored and not in force, and how a member of a fleet is. Keys choose the view (1 to 6), scroll, " +
    "sort (< and >), filter (/) and pause (Space); ? lists them, q ends it. If the service ends, it " +
    "waits for it to come back.",
    "In a pipe, or with --once, --iterations or --format, it prints text without a screen: the rates of " +
    "one interval, everything that there is, and ends.",
    "Rates are those of the last interval. P50, P95 and P99 are latencies that 50, 95 and 99 % of " +
    "the responses of the interval stayed below, from the buckets of httpcfg metrics.",
    "Exit status 0 at the end; without a screen 1 if HTTP was not running at the last look.",
  ],
  examples: [
    { line: "httpcfg top", shows: "the screen" },
    { line: "httpcfg top --view sites --filter shop", shows: "the screen, with some of the sites" },
    { line: "httpcfg top --once", shows: "one look, as text" },
    {
      line: "httpcfg top --format json --iterations 10 | jq .total.requests",
      shows: "requests a second, ten times",
    },
  ],
  flags: {
    interval: { kind: "string", value: "SECONDS", summary: "time between two looks; 1 by default" },
    view: { kind: "string", value: "NAME", summary: "what to show", choices: VIEWS },
    filter: { kind: "string", value: "TEXT", summary: "only rows that have this text" },
    once: { kind: "boolean", summary: "print one look as text, also on a terminal" },
    iterations: { kind: "string", value: "N", summary: "print N looks as text, and end" },
    format: {
      kind: "string",
      value: "FORM",
      summary: "output format; json is one line for each look",
      choices: ["text", "json"],
    },
  },
  words: { min: 0, max: 0 },
  run,
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [top];

async function run(input: CommandInput, io: CommandIo): Promise<number> {
  const intervalMs = 1000 * readNumber(input, "interval", INTERVAL);
  const iterations = readIterations(input);
  const view = input.text("view") as ViewName | null;
  const state: LiveState = {
    ...FIRST_STATE,
    view: view ?? FIRST_STATE.view,
    filter: input.text("filter") ?? "",
  };
  const feed = new LiveFeed(io);
  const isPlain = iterations !== null || input.text("format") !== null || !io.isInteractive() ||
    io.env("TERM") === "dumb";
  if (!isPlain) {
    const { runLive } = await import("./live/live_terminal.ts");
    return await runLive(feed, { state, intervalMs, screen: io.screen });
  }
  const isJson = input.text("format") === "json";
  const withEvents = view === "events";
  let data = await feed.next(withEvents);
  for (let count = 0; count < (iterations ?? 1) && io.hasReader(); count++) {
    await sleep(intervalMs);
    data = await feed.next(withEvents);
    if (isJson) io.out(JSON.stringify(lookOf(data, view, state)));
    else {
      const lines = liveText(view === null ? PLAIN_VIEWS : [view], state, data, io.screen);
      io.show(joinLines(count === 0 ? lines : ["", ...lines]));
    }
  }
  return isServiceUp(data.status, "HTTP") ? EXIT.ok : EXIT.failed;
}

/** One look as JSON: what was computed, and the rows of the views as they are shown. */
function lookOf(data: LiveData, view: ViewName | null, state: LiveState): unknown {
  const { atMs, status, rates, problem } = data;
  const views = view === null ? PLAIN_VIEWS : [view];
  const wanted = state.filter.toLowerCase();
  const tables = views.map((name) => {
    const { columns, rows } = viewTable(name, data);
    const kept = rows.filter((row) => {
      return wanted === "" || row.some(({ text }) => text.toLowerCase().includes(wanted));
    });
    return [
      name,
      kept.map((row) => {
        return Object.fromEntries(columns.map(({ heading }, i) => [heading, row[i]!.text]));
      }),
    ] as const;
  });
  return {
    time: new Date(atMs).toISOString(),
    running: status !== null,
    problem,
    pid: status?.pid ?? null,
    seconds: rates?.seconds ?? null,
    total: rates?.total ?? null,
    connections: status?.totals?.connections ?? null,
    changes: status?.stored?.changes ?? null,
    fleet: status?.fleet ?? null,
    ...Object.fromEntries(tables),
  };
}

function readIterations(input: CommandInput): number | null {
  const count = input.text("iterations");
  if (count === null) return input.flag("once") ? 1 : null;
  return readNumber(input, "iterations", { min: 1, max: ITERATIONS_MAX, usual: 10 });
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly usual: number;
}

function readNumber(input: CommandInput, name: "interval" | "iterations", bounds: Bounds): number {
  const text = input.text(name);
  if (text === null) return bounds.usual;
  const isNumber = name === "interval" ? /^[0-9]{1,4}(?:\.[0-9]{1,3})?$/ : /^[0-9]{1,7}$/;
  const value = Number(text);
  if (isNumber.test(text) && value >= bounds.min && value <= bounds.max) return value;
  throw usageFault(
    `Cannot use ${quote(text)} for "--${name}": must be between ${bounds.min} and ${bounds.max}`,
    retype(input.commandLine, { flag: name, to: String(bounds.usual) }),
  );
}
