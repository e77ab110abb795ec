/**
 * How Httpcfg.exe ends: the line of a call that was made, or the text of one that was not, and the exit
 * status that goes with it.
 *
 * @module
 */
import { type ActionResult, codeOf } from "../../../admin/admin_io.ts";
import { exitStatusOf } from "../../../base/exit_status.ts";
import { WIN32 } from "../../../base/win32.ts";
import type { CommandIo } from "../../core/command.ts";
import { report } from "../../core/report.ts";
import type { ServiceCall } from "./text.ts";

/** Prints that `call` completed with `code`; gives the exit status. */
export function printCompleted(
  io: CommandIo,
  call: ServiceCall,
  code: number,
): number {
  io.out(`Http${call}ServiceConfiguration completed with ${code}`);
  return exitStatusOf(code, io.os);
}

/** Tells what came of an action: the line on stdout, what is worth knowing on stderr. */
export function printResult(io: CommandIo, call: ServiceCall, result: ActionResult): number {
  const status = printCompleted(io, call, codeOf(result));
  report(io, result.notices);
  return status;
}

/** Prints why the command line is refused, as the old tool did on stdout; gives the exit status. */
export function printRefusal(
  io: CommandIo,
  text: string,
  code: number = WIN32.INVALID_PARAMETER,
): number {
  io.print(text);
  return exitStatusOf(code, io.os);
}
