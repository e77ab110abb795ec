/**
 * The flags before the command, which say whose document and service it is about, and whether it
 * writes in color. They come first, because the arguments after the command may be an old tool's.
 *
 * @module
 */
import { type Fault, quote, shellWord, usageFault } from "../../base/fault.ts";
import type { HomeFlags } from "../../config/store/home.ts";
import { COLOR_CHOICES, type ColorChoice } from "./screen/screen.ts";

/** A command line without the flags before the command. */
export interface GlobalFlags extends HomeFlags {
  readonly words: readonly string[];
  /** The flags as typed that say what the line is about, for another call of this program. */
  readonly flags: readonly string[];
  /** When to write in color; null if no flag says. */
  readonly color: ColorChoice | null;
}

/** Splits `args`. Throws a usage Fault if a flag before the command is not valid. */
export function splitGlobalFlags(args: readonly string[]): GlobalFlags {
  let configFile: string | undefined;
  let isOwn = false;
  let color: ColorChoice | null = null;
  const flags: string[] = [];
  let next = 0;
  for (; next < args.length; next++) {
    const arg = args[next]!;
    if (/^--(?:no-)?color(?:=|$)/.test(arg)) {
      if (color !== null) throw twice("--color", args.slice(next));
      color = arg === "--no-color" ? "never" : colorChoice(arg === "--color" ? args[++next] : arg);
      continue;
    }
    const from = next;
    const isJoined = arg.startsWith("--config=");
    if (arg === "--user") {
      if (isOwn) throw twice(arg, args.slice(next));
      isOwn = true;
    } else if (arg === "--config" || isJoined) {
      if (configFile !== undefined) throw twice("--config", args.slice(next));
      configFile = isJoined ? arg.slice("--config=".length) : args[++next];
      if (!configFile) throw valueMissing();
    } else if (arg.startsWith("--user=")) {
      const line = ["httpcfg", ...args.with(next, "--user").map(shellWord)].join(" ");
      throw usageFault(`Cannot use ${quote(arg)}: the flag takes no value`, line);
    } else break;
    flags.push(...args.slice(from, next + 1));
  }
  return { configFile, isOwn, words: args.slice(next), flags, color };
}

/** Returns the choice of `WHEN` or `--color=WHEN`. */
function colorChoice(text = ""): ColorChoice {
  const value = text.replace(/^--(?:no-)?color=/, "");
  const choice = COLOR_CHOICES.find((one) => one === value);
  if (choice !== undefined) return choice;
  throw usageFault(
    `Cannot use ${quote(value)} for "--color": must be one of ${COLOR_CHOICES.join(", ")}`,
    "httpcfg --color always status",
  );
}

function valueMissing(): Fault {
  return usageFault(
    'Cannot use "--config": the file name is missing',
    "httpcfg config path", // of the one that is used without the flag
  );
}

function twice(flag: string, rest: readonly string[]): Fault {
  // The last one counts, as in most programs.
  const line = ["httpcfg", ...rest.map(shellWord)].join(" ");
  return usageFault(`Cannot use "${flag}" twice`, line);
}
