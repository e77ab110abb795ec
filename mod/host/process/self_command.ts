/**
 * Edge: the command that runs this program again, in each of its forms: compiled, portable, from
 * source.
 *
 * @module
 */

/** Set by the head of the portable form: the file that was executed. */
const PORTABLE_FILE = "HTTPCFG_EXE";

/** Returns the program and arguments that run this program with `args`. */
export function selfCommand(args: readonly string[]): string[] {
  const portable = Deno.env.get(PORTABLE_FILE);
  if (portable) return [portable, ...args];
  if (Deno.build.standalone) return [Deno.execPath(), ...args];
  return [Deno.execPath(), "run", "-A", "--no-prompt", Deno.mainModule, ...args];
}
