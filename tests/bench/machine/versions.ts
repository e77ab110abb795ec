/**
 * What was measured and with what: versions of the runtime, of the peers and the clients.
 *
 * @module
 */
import { outputOf } from "./commands.ts";

const VERSION_COMMANDS: Readonly<Record<string, readonly string[]>> = {
  nginx: ["nginx", "-v"],
  haproxy: ["haproxy", "-v"],
  caddy: ["caddy", "version"],
  wrk: ["wrk", "-v"],
  openssl: ["openssl", "version"],
  kernel: ["uname", "-r"],
};

export function versions(): Record<string, string> {
  const found = Object.entries(VERSION_COMMANDS).map(([name, words]) => {
    return [name, /\d+(?:\.\d+)+\S*/.exec(outputOf(words))?.[0] ?? "not installed"];
  });
  return { deno: Deno.version.deno, v8: Deno.version.v8, ...Object.fromEntries(found) };
}

/** Returns the commit of the sources, with a `+` if they were changed since. */
export function commitOf(folder: string): string {
  const git = (...words: string[]): string => outputOf(["git", "-C", folder, ...words]).trim();
  const isChanged = git("status", "--porcelain", "--untracked-files=no") !== "";
  return `${git("rev-parse", "--short=12", "HEAD")}${isChanged ? "+" : ""}`;
}
