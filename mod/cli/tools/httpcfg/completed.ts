/**
 * The line with which Httpcfg.exe ends, and the exit status that goes with it.
 *
 * @module
 */
import { exitStatusOf } from "../../../base/win32.ts";
import type { CommandIo } from "../../core/command.ts";

/** Prints that the call behind `action` completed with `code`; gives the exit status. */
export function completed(
  io: CommandIo,
  action: "Set" | "Query" | "Delete",
  code: number,
): number {
  io.out(`Http${action}ServiceConfiguration completed with ${code}`);
  return exitStatusOf(code, io.os);
}
