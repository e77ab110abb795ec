/**
 * Edge: the name that the program was called by. Through a link named as an old tool it is that tool.
 *
 * @module
 */
import { COMMAND_NAMES } from "./command_table.ts";

/** The old tools; the name of each is the first word of its commands. */
const TOOLS: readonly string[] = ["net", "netsh", "adsutil", "iisweb"];

/** The words of this call: `net start` for `start` through a link named `net`. */
export async function withToolName(args: readonly string[]): Promise<readonly string[]> {
  const tool = toolOf(await calledPath(args));
  return tool === null ? args : [tool, ...args];
}

/** The tool that a path names, whatever folder, case and ending it has; null for none. */
export function toolOf(path: string): string | null {
  const name = path.replace(/^.*[/\\]/, "").replace(/\.(exe|vbs|cmd)$/i, "").toLowerCase();
  return TOOLS.includes(name) ? name : null;
}

/**
 * What the platform says. HTTPCFG_CALLED_AS comes from this program when it starts itself,
 * HTTPCFG_ARGV0 from the head of the portable form. A compiled program has to load `process` for it,
 * which takes as long as its whole start, so what can only be ours is not asked about.
 */
async function calledPath(args: readonly string[]): Promise<string> {
  const told = Deno.env.get("HTTPCFG_CALLED_AS") ?? Deno.env.get("HTTPCFG_ARGV0");
  if (told !== undefined) return told;
  const isOurs = COMMAND_NAMES.includes(args.slice(0, 2).join(" ").toLowerCase());
  if (!Deno.build.standalone || isOurs) return "";
  const { argv0 } = await import("node:process");
  return argv0;
}
