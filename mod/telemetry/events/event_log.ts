/**
 * Edge: the event log of the service, lines of JSON in `eventsN.ndjson`, limited by rotation.
 *
 * Events are rare and often the last action before an exit, so the host flushes the log after each
 * change of state and closes it before it exits.
 *
 * @module
 */
import { joinPath } from "../../base/files/join_path.ts";
import * as v from "valibot";
import type { Fault } from "../../base/fault.ts";
import { fileFault } from "../../base/file_fault.ts";
import { readRegular } from "../../config/store/regular_file.ts";
import { printableJson } from "../../base/printable.ts";
import type { NewEvent, ServiceEvent } from "./event.ts";
import { LogFile, type LogTrouble } from "../logs/log_file.ts";
import { EVENT_NAMES, rollsIn } from "../logs/log_names.ts";

/** Maximum size of one file: thousands of events. */
const FILE_BYTES = 1024 * 1024;
/** Number of full files kept in addition to the one in use. */
const KEEP_FILES = 3;
/** This log rotates by size only, so all of its lines belong to the same day. */
const SAME_DAY = "";

interface EventLogOptions {
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onTrouble: (trouble: LogTrouble) => void;
}

/** Events that are kept in memory. */
const RECENT_MAX = 50;

/** An event with the number that it has since the log was opened. */
export type RecentEvent = ServiceEvent & { readonly serial: number };

/** Collects events. Nothing here throws, and only `flush` and `close` wait. */
export class EventLog {
  readonly #now: () => number;
  readonly #file: LogFile;
  #recent: readonly RecentEvent[] = [];

  constructor({ folder, now, onTrouble }: EventLogOptions) {
    this.#now = now;
    this.#file = new LogFile({
      folder,
      names: EVENT_NAMES,
      truncateBytes: FILE_BYTES,
      header: () => "",
      onTrouble,
      onLost: () => {}, // an event is no line of the access logs
      keepFiles: KEEP_FILES,
    });
  }

  write(event: NewEvent): void {
    const stored: ServiceEvent = { time: new Date(this.#now()).toISOString(), ...event };
    this.#file.append(`${printableJson(stored)}\n`, SAME_DAY);
    const serial = (this.#recent.at(-1)?.serial ?? 0) + 1;
    this.#recent = [...this.#recent.slice(1 - RECENT_MAX), { ...stored, serial }];
  }

  /** The newest events since the log was opened, the oldest of them first. */
  get recent(): readonly RecentEvent[] {
    return this.#recent;
  }

  /** Must be called every second. */
  tick(): void {
    this.#file.tick();
  }

  reopen(): void {
    this.#file.reopen();
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/**
 * Returns the newest `limit` events, oldest first; none if nothing has been written yet. Calls
 * `onUnreadable` with the Fault of each file that cannot be read: it must not hide the others.
 */
export async function readEvents(
  folder: string,
  limit: number,
  onUnreadable: (fault: Fault) => void = () => {},
): Promise<ServiceEvent[]> {
  let events: ServiceEvent[] = [];
  for (const roll of (await eventRolls(folder)).reverse()) {
    if (events.length >= limit) break;
    const text = await readText(joinPath(folder, EVENT_NAMES.name(SAME_DAY, roll)), onUnreadable);
    const older = text.split("\n").map(parseEvent).filter((event) => event !== null);
    events = [...older, ...events];
  }
  return limit === 0 ? [] : events.slice(-limit);
}

/** Returns the text of a file; "" if rotation has just removed it, or if it cannot be read. */
async function readText(path: string, onUnreadable: (fault: Fault) => void): Promise<string> {
  try {
    return new TextDecoder().decode(await readRegular(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      onUnreadable(fileFault("read the events in", path, error));
    }
    return "";
  }
}

async function eventRolls(folder: string): Promise<number[]> {
  const files: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) files.push(entry.name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw fileFault("read the events in", folder, error);
    }
  }
  return rollsIn(files, EVENT_NAMES, SAME_DAY);
}

const eventSchema: v.GenericSchema<unknown, ServiceEvent> = v.object({
  time: v.string(),
  source: v.string(),
  id: v.pipe(v.number(), v.integer()),
  level: v.string(),
  text: v.string(),
  error: v.exactOptional(v.pipe(v.number(), v.integer())),
  detail: v.exactOptional(v.string()),
});

/** Parses one stored line; null if it is not an event, as after a crash. */
export function parseEvent(line: string): ServiceEvent | null {
  try {
    const result = v.safeParse(eventSchema, JSON.parse(line));
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}
