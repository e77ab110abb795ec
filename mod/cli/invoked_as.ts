/**
 * Edge: the name that the program was invoked by. Invoked through a link named like an old tool, it
 * is that tool.
 *
 * @module
 */
import { COMMAND_NAMES } from "./command_table.ts";

/** The old tools. The name of each is the first word of its commands. */
const TOOLS: readonly string[] = [
  "net",
  "netsh",
  "adsutil",
  "iisweb",
  "iisreset",
  "sc",
  "appcmd",
];

/** Returns the arguments of this call: `net start` for `start` through a link named `net`. */
export async function withToolName(args: readonly string[]): Promise<readonly string[]> {
  const tool = toolOf(await calledPath(args));
  return tool === null ? args : [tool, ...args];
}

/**
 * Returns the tool that a path names, whatever its directory, case and extension; null for none.
 */
export function toolOf(path: string): string | null {
  const name = path.replace(/^.*[/\\]/, "").replace(/\.(exe|vbs|cmd)$/i, "").toLowerCase();
  return TOOLS.includes(name) ? name : null;
}

/**
 * Returns the path that the program was invoked by. HTTPCFG_CALLED_AS is set by this program when
 * it starts itself, HTTPCFG_ARGV0 by the head of the portable form. A compiled program has to load
 * `process` to find out, which takes as long as its whole start, so that is skipped for a command
 * that can only be one of our own.
 */
async function calledPath(args: readonly string[]): Promise<string> {
  const given = Deno.env.get("HTTPCFG_CALLED_AS") ?? Deno.env.get("HTTPCFG_ARGV0");
  if (given !== undefined) return given;
  const isOurs = COMMAND_NAMES.includes(args.slice(0, 2).join(" ").toLowerCase());
  if (!Deno.build.standalone || isOurs) return "";
  const { argv0 } = await import("node:process");
  return argv0;
}
