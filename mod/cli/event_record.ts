/**
 * Edge: events of the command line, appended to the log that the service writes too.
 *
 * @module
 */
import type { NewEvent } from "../telemetry/events/event.ts";
import { EventLog } from "../telemetry/events/event_log.ts";
import type { CommandIo } from "./core/command.ts";

/** Appends `event`. A log that cannot be written costs the record, never the command. */
export async function recordEvent(io: CommandIo, event: NewEvent): Promise<void> {
  const log = new EventLog({ folder: io.paths.log, now: Date.now, onTrouble: () => {} });
  log.write(event);
  await log.close();
}
