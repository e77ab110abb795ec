/**
 * After a write: what has to be typed for the running service to take it up.
 *
 * @module
 */
import type { CommandIo } from "./command.ts";

/** What HTTP reads when it starts, and what W3SVC does. */
const NOTES = {
  HTTP: "The list is read when HTTP starts: httpcfg net stop http /y, then httpcfg net start w3svc",
  W3SVC:
    "The sites are read when W3SVC starts: httpcfg net stop w3svc, then httpcfg net start w3svc",
} as const;

/** Says on stderr how a change of what `reader` reads is applied; silent where it does not run. */
export async function tellHowToApply(io: CommandIo, reader: keyof typeof NOTES): Promise<void> {
  const status = await io.control.ask({ op: "status" }).catch(() => null);
  if (status?.services.some(({ name, state }) => name === reader && state !== "stopped")) {
    io.note(`Stored. ${NOTES[reader]}`);
  }
}
