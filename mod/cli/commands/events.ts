/**
 * `events`: the event log of the service, with the texts of the originals.
 *
 * @module
 */
import { EXIT } from "../../base/exit_status.ts";
import { messageOf, quote, usageFault } from "../../base/fault.ts";
import { retype } from "../../base/hints/retype.ts";
import type { ServiceEvent } from "../../telemetry/events/event.ts";
import { readEvents } from "../../telemetry/events/event_log.ts";
import {
  type CommandInput,
  type CommandIo,
  type CommandSpec,
  FORMAT_FLAG,
} from "../core/command.ts";
import { nearestNumber } from "../core/corrections.ts";
import { joinLines, type Meaning, span, type Styled } from "../core/screen/colors.ts";
import { type Row, writeListing } from "../core/format.ts";
import { paragraph } from "../core/screen/paragraph.ts";
import { report } from "../core/report.ts";
import type { Screen } from "../core/screen/screen.ts";

const DEFAULT_LIMIT = 100;
const LIMIT_MAX = 100_000;

const events: CommandSpec = {
  name: "events",
  usage: "",
  summary: "Show the event log of the service",
  details: [
    "Sources are HTTP, W3SVC, Service Control Manager and httpcfg, with the event ids of " +
    "Windows: 15005 an address cannot be bound, 15007 and 15008 a URL reservation was added or " +
    "deleted, 15014 an entry of the list is not an address, 1003, 1004 and 1007 a site was " +
    "deactivated, 7036 a service entered a state.",
  ],
  examples: [
    { line: "httpcfg events", shows: "the newest 100 events, oldest first" },
    { line: "httpcfg events --source W3SVC --id 1004", shows: "sites that did not start" },
    { line: "httpcfg events --format ndjson | jq -r .text", shows: "for scripts" },
  ],
  flags: {
    limit: { kind: "string", value: "N", summary: "number of events, the newest; 100 by default" },
    source: { kind: "string", value: "NAME", summary: "only events from this source" },
    id: { kind: "string", value: "N", summary: "only events with this id" },
    ...FORMAT_FLAG,
  },
  words: { min: 0, max: 0 },
  run,
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [events];

async function run(input: CommandInput, io: CommandIo): Promise<number> {
  const limit = readNumber(input, "limit", LIMIT_MAX) ?? DEFAULT_LIMIT;
  const id = readNumber(input, "id", 65535);
  const source = input.text("source")?.toLowerCase();
  // The output includes what the running service has not written yet. If none runs, all is written.
  await io.control.ask({ op: "flushLogs" }).catch((error) => {
    const text = `the newest events may be missing: ${messageOf(error)}`;
    report(io, [{ kind: "warning", text }]);
  });
  let isWhole = true;
  const all = await readEvents(io.paths.log, LIMIT_MAX, ({ message: text, hint }) => {
    isWhole = false;
    report(io, [{ kind: "warning", text, hint }]);
  });
  const chosen = all.filter((event) => {
    return (id === null || event.id === id) &&
      (source === undefined || event.source.toLowerCase() === source);
  });
  const newest = limit === 0 ? [] : chosen.slice(-limit);
  const listing = { name: "events", columns: COLUMNS, rows: newest.map(rowOf) };
  await writeListing(input, io, listing, {
    text: () => io.show(joinLines(newest.flatMap((event) => eventLines(event, io.screen)))),
  });
  return isWhole ? EXIT.ok : EXIT.failed;
}

const COLUMNS = ["time", "source", "id", "level", "text", "error", "detail"] as const;

const LEVELS: Readonly<Record<string, Meaning>> = { error: "error", warning: "warning" };

/**
 * Returns `2026-01-01 00:00:00 W3SVC 1004 error: Cannot register …` and the details of this
 * machine.
 */
function eventLines(
  { time, source, id, level, text, error, detail }: ServiceEvent,
  screen: Screen,
): Styled[] {
  const when = time.slice(0, 19).replace("T", " ");
  const start = span(LEVELS[level] ?? "heading", `${when} ${source} ${id} ${level}:`);
  const more = [
    ...(error === undefined ? [] : [`error number ${error}`]),
    ...(detail === undefined || detail === "" ? [] : [detail]),
  ];
  return [
    ...paragraph(` ${text}`, screen, { start, hanging: "    " }),
    ...more.flatMap((line) => paragraph(line, screen, { indent: "    " })),
  ];
}

function rowOf({ time, source, id, level, text, error, detail }: ServiceEvent): Row {
  return { time, source, id, level, text, error: error ?? null, detail: detail ?? null };
}

function readNumber(input: CommandInput, name: string, max: number): number | null {
  const text = input.text(name);
  if (text === null) return null;
  if (/^[0-9]{1,6}$/.test(text) && Number(text) <= max) return Number(text);
  throw usageFault(
    `Cannot use ${quote(text)} for "--${name}": must be between 0 and ${max}`,
    retype(input.commandLine, {
      flag: name,
      to: nearestNumber(text, { min: 0, max, usual: DEFAULT_LIMIT }),
    }),
  );
}
