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

/** Returns the program and arguments that run this program with `args`. */
export function selfCommand(args: readonly string[]): string[] {
  const portable = Deno.env.get(PORTABLE_FILE);
  if (portable) return [portable, ...args];
  if (Deno.build.standalone) return [Deno.execPath(), ...args];
  return [Deno.execPath(), "run", "-A", "--no-prompt", Deno.mainModule, ...args];
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
