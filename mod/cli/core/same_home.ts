/**
 * Hints about the document and the service that a command line was about. Pure.
 *
 * @module
 */
import { shellWord } from "../../base/fault.ts";

/** What a hint has to repeat to be about the same home. */
interface HomeWords {
  /** The flags before the command, as typed. */
  readonly flags: readonly string[];
  /** HTTPCFG_HOME, which sudo does not pass on; absent if it is not set. */
  readonly folder: string | undefined;
  readonly isRoot: boolean;
}

/** A call of this program in a hint, where a command can begin. */
const CALL = /(^|[;|&(] *|: |\bsudo )httpcfg (?!--(?:user|config)\b)/g;

/** Returns `line` such that each call of this program in it is about that home. */
export function aboutHome(line: string, { flags, folder, isRoot }: HomeWords): string {
  const words = flags.map((word) => `${shellWord(word)} `).join("");
  // The service of the system has a home of its own.
  const isSystems = line.includes("httpcfg service install");
  const typed = isSystems ? line : line.replace(CALL, `$1httpcfg ${words.replaceAll("$", "$$$$")}`);
  if (isRoot) return typed.replace(/\bsudo (?=[a-z])/g, "");
  if (folder === undefined || isSystems) return typed;
  const home = shellWord(`HTTPCFG_HOME=${folder}`).replaceAll("$", "$$$$");
  return typed.replace(/\bsudo httpcfg /g, `sudo env ${home} httpcfg `);
}
