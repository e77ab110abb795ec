/**
 * Records the events of an administrator's actions in the log that the service also writes.
 *
 * @module
 */
import type { NewEvent } from "../telemetry/events/event.ts";
import { EventLog } from "../telemetry/events/event_log.ts";

/** Appends `event` to the log in `folder`, with the time from `now`. Never throws. */
export async function recordEvent(
  folder: string,
  now: () => number,
  event: NewEvent,
): Promise<void> {
  const log = new EventLog({ folder, now, onTrouble: () => {} });
  log.write(event);
  await log.close();
}
