/**
 * What the system denies, as net.exe says it: its system error 5.
 *
 * @module
 */
import { NET_EXIT } from "../../../base/exit_status.ts";
import { DeniedFault } from "../../../base/fault.ts";
import { WIN32 } from "../../../base/win32.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { netSystemError } from "./messages.ts";

/** Returns `run`, with the message and exit status of net.exe for what is denied. */
export function withSystemError(run: CommandSpec["run"]): CommandSpec["run"] {
  return async (input: CommandInput, io: CommandIo): Promise<number> => {
    try {
      return await run(input, io);
    } catch (error) {
      if (!(error instanceof DeniedFault)) throw error;
      io.note(netSystemError(WIN32.ACCESS_DENIED));
      const { message, hint } = error;
      throw new DeniedFault(message, {
        exit: NET_EXIT.failed,
        cause: error,
        ...(hint && { hint }),
      });
    }
  };
}
