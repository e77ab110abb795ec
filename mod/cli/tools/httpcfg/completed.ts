/**
 * How Httpcfg.exe ends: the completion line of an API call, or the text of a rejected command line,
 * with the exit status.
 *
 * @module
 */
import { type ActionResult, codeOf } from "../../../admin/admin_io.ts";
import { exitStatusOf } from "../../../base/exit_status.ts";
import { DeniedFault } from "../../../base/fault.ts";
import { WIN32 } from "../../../base/win32.ts";
import type { CommandIo, CommandSpec } from "../../core/command.ts";
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

/** Returns `run`, which uses `call`, with the completion line of what the system denies. */
export function completing(call: ServiceCall, run: CommandSpec["run"]): CommandSpec["run"] {
  return async (input, io): Promise<number> => {
    try {
      return await run(input, io);
    } catch (error) {
      if (!(error instanceof DeniedFault)) throw error;
      const { deniedResult } = await import("../../../admin/denied.ts");
      return printResult(io, call, deniedResult(io, error));
    }
  };
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
