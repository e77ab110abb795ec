/**
 * Edge: the command that runs this program again, in each of its forms: compiled, portable, from
 * source.
 *
 * @module
 */

import { systemPaths } from "../../config/store/paths.ts";
import type { Binder } from "../../listen/machine/bind_fault.ts";

/** Set by the head of the portable form: the file that was executed. */
const PORTABLE_FILE = "HTTPCFG_EXE";

/**
 * Set by the head of the portable form for Windows: the words with which the runtime starts this
 * program. The head is a batch file, whose shell would stay as long as what it starts, and open a
 * window for a service.
 */
const PORTABLE_RUN = "HTTPCFG_RUN";

/** Returns the program and arguments that run this program with `args`. */
export function selfCommand(args: readonly string[]): string[] {
  const run = Deno.env.get(PORTABLE_RUN);
  if (run) return [Deno.execPath(), ...run.split(" "), Deno.mainModule, ...args];
  const portable = Deno.env.get(PORTABLE_FILE);
  if (portable) return [portable, ...args];
  if (Deno.build.standalone) return [Deno.execPath(), ...args];
  return [Deno.execPath(), "run", "-A", "--no-prompt", Deno.mainModule, ...args];
}

/** Returns the file that people start this program with; null if it runs from source. */
export function programFile(): string | null {
  return Deno.env.get(PORTABLE_FILE) || (Deno.build.standalone ? Deno.execPath() : null);
}

/** Returns what this process is to the system as a service of the document `config`. */
export function binderOf(config: string): Binder {
  const { os } = Deno.build;
  return {
    os,
    executable: Deno.build.standalone ? Deno.execPath() : null,
    document: config === systemPaths(os).config ? null : config,
  };
}
