/**
 * Edge: runs a script that lists what Deno does not let the built program read.
 *
 * @module
 */

/** The portable form sets this variable to its own file, which runs its scripts on request. */
const PORTABLE_FILE = "HTTPCFG_EXE";

/**
 * Returns the output of `script`, which the portable form runs for `option`; "" if it cannot. A
 * script that only a program with every permission runs has no option.
 */
export async function runListing(option: string | null, script: string): Promise<string> {
  const portable = option === null ? undefined : Deno.env.get(PORTABLE_FILE);
  const [program, args] = portable && option !== null
    ? [portable, [option]]
    : ["/bin/sh", ["-c", script]];
  try {
    const { stdout } = await new Deno.Command(program, { args, stdin: "null", stderr: "null" })
      .output();
    return new TextDecoder().decode(stdout);
  } catch {
    return ""; // no shell, or no permission to start one: what it lists stays unknown
  }
}
