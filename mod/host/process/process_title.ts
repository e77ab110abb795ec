/**
 * Edge: what `ps` and `top` show for a process that runs long. The runtime is started with its flags
 * and permissions on its command line, hundreds of characters of which nobody wants to read.
 *
 * @module
 */
import process from "node:process";

/**
 * Shows this process as `words` from now on. The name of the process stays that of its file, so
 * that `pgrep -x httpcfg` finds it: a title with a zero byte replaces the command line alone. Only
 * on Linux, where the runtime replaces it; a compiled program has no other words anyway.
 */
export function showProcessAs(words: readonly string[]): void {
  if (Deno.build.os === "linux" && !Deno.build.standalone) process.title = words.join("\0");
}
