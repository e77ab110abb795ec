/**
 * After a write: the running service takes it up, or what has to be typed for that.
 *
 * @module
 */
import { Fault } from "../base/fault.ts";
import { guardReload } from "./lockout.ts";
import type { CommandIo } from "./core/command.ts";

/** What HTTP reads when it starts, and what W3SVC does. */
const NOTES = {
  HTTP: "The list is read when HTTP starts: httpcfg net stop http /y, then httpcfg net start w3svc",
  W3SVC:
    "The sites are read when W3SVC starts: httpcfg net stop w3svc, then httpcfg net start w3svc",
} as const;

/**
 * With applyChanges "live" applies the stored document to the running service; else says on stderr
 * how a change of what `reader` reads is applied. Silent where it does not run. Never fails: the
 * change is stored, and what stands against its application is said.
 */
export async function tellHowToApply(io: CommandIo, reader: keyof typeof NOTES): Promise<void> {
  const status = await io.control.ask({ op: "status" }).catch(() => null);
  const isUp = status?.services.some(({ name, state }) => name === reader && state !== "stopped");
  if (!isUp) return;
  const { settings } = await io.store.read();
  if (settings.applyChanges === "live") await applyNow(io);
  else io.note(`Stored. ${NOTES[reader]}; or at once, without a stop: httpcfg reload`);
}

async function applyNow(io: CommandIo): Promise<void> {
  try {
    await guardReload(io, false, false);
    await io.control.ask({ op: "reload", confirmSeconds: null, strict: false });
    io.note("Stored and applied.");
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    io.note(`Stored, but not applied. ${error.message}`);
    io.note(`hint: ${error.hint ?? "httpcfg reload"}`);
  }
}
