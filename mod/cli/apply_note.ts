/**
 * After a write: what has to be typed for the running service to take it up.
 *
 * @module
 */
import type { CommandIo } from "./command.ts";

/** Says on stderr how the change is applied; silent where no service runs. */
export async function tellHowToApply(io: CommandIo): Promise<void> {
  const status = await io.control.ask({ op: "status" }).catch(() => null);
  if (status?.services.some(({ name, state }) => name === "HTTP" && state !== "stopped")) {
    io.note(
      "Stored. The list is read when HTTP starts: httpcfg net stop http /y, then " +
        "httpcfg net start w3svc",
    );
  }
}
