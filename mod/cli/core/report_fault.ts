/**
 * Why a command line failed, with a hint about the home that the line was about, as it is typed on
 * this system. Loaded only then.
 *
 * @module
 */
import type { Fault } from "../../base/fault.ts";
import { hintOn } from "../../base/hints/system_lines.ts";
import type { CommandIo } from "./command.ts";
import { splitGlobalFlags } from "./global_flags.ts";
import { reportError } from "./report.ts";
import { aboutHome } from "./same_home.ts";

/** Writes the Fault that `args` ended with. */
export function reportFault(
  io: Pick<CommandIo, "os" | "uid" | "env" | "note" | "screen">,
  args: readonly string[],
  fault: Fault,
): void {
  reportError({ ...io, typed: (line) => hintOn(io.os, typed(io, args, line)) }, fault);
}

/** Returns a hint about the home that `args` are about, as far as they can be read. */
function typed(
  { env, uid }: Pick<CommandIo, "env" | "uid">,
  args: readonly string[],
  hint: string,
): string {
  try {
    const { flags } = splitGlobalFlags(args);
    return aboutHome(hint, { flags, folder: env("HTTPCFG_HOME"), isRoot: uid === 0 });
  } catch {
    return hint;
  }
}
