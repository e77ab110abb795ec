/**
 * How Httpcfg.exe ends: the completion line of an API call, or the text of a rejected command line,
 * with the exit status.
 *
 * @module
 */
import { type ActionResult, codeOf } from "../../../admin/admin_io.ts";
import { exitStatusOf } from "../../../base/exit_status.ts";
import { WIN32 } from "../../../base/win32.ts";
import type { CommandIo } from "../../core/command.ts";
import { report } from "../../core/report.ts";
import type { ServiceCall } from "./text.ts";

/** Prints that `call` completed with `code`, and returns the exit status. */
export function printCompleted(
  io: CommandIo,
  call: ServiceCall,
  code: number,
): number {
  io.out(`Http${call}ServiceConfiguration completed with ${code}`);
  return exitStatusOf(code, io.os);
}

/** Prints the result of an action: the completion line to stdout, the notices to stderr. */
export function printResult(io: CommandIo, call: ServiceCall, result: ActionResult): number {
  const status = printCompleted(io, call, codeOf(result));
  report(io, result.notices);
  return status;
}

/**
 * Prints why the command line is rejected, to stdout as the old tool did; returns the exit status.
 */
export function printRefusal(
  io: CommandIo,
  text: string,
  code: number = WIN32.INVALID_PARAMETER,
): number {
  io.print(text);
  return exitStatusOf(code, io.os);
}
