/**
 * Arguments -> the input of a command. `@std/cli` splits them; what it lets through (unknown flags,
 * repeated flags, missing values, numbers made of positional arguments) is rejected here.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { EXIT } from "../../base/exit_status.ts";
import { Fault, quote } from "../../base/fault.ts";
import type { FlagSpec } from "../../base/flag_spec.ts";
import type { CommandInput, CommandSpec } from "./command.ts";

/** What is wrong with the arguments: what the hint depends on. */
export type Slip =
  | { readonly kind: "unknown flag" | "value not taken"; readonly word: string }
  | { readonly kind: "value missing"; readonly word: string; readonly flag: string }
  | { readonly kind: "twice"; readonly flag: string; readonly values: readonly string[] }
  | { readonly kind: "no choice"; readonly flag: string; readonly value: string }
  | { readonly kind: "word missing" }
  | { readonly kind: "too many words"; readonly words: readonly string[]; readonly max: number };

/** The usage fault of arguments that cannot be used; `args_hints.ts` has the hint. */
export class ArgsFault extends Fault {
  constructor(message: string, readonly slip: Slip) {
    super(message, { exit: EXIT.usage });
  }
}

/** Returns the input of `spec` from the arguments after its name. Throws an ArgsFault. */
export function readInput(
  spec: CommandSpec,
  args: readonly string[],
  commandLine: readonly string[],
): CommandInput {
  const { flags, words } = sortArgs(spec, args);
  const names = Object.keys(spec.flags);
  const kind = (wanted: string): string[] => names.filter((n) => spec.flags[n]!.kind === wanted);
  const valued = [...kind("string"), ...kind("list")];
  const parsed = parseFlags(flags, kind("boolean"), valued);
  const values = new Map(valued.map((name) => {
    const given = (parsed[name] as readonly string[] | undefined) ?? [];
    return [name, checkedValues(spec, name, given.map((value) => value.slice(GUARD.length)))];
  }));
  checkWordCount(spec, words);
  return {
    words,
    commandLine,
    flag: (name) => parsed[name] === true,
    text: (name) => values.get(name)?.[0] ?? null,
    texts: (name) => values.get(name) ?? [],
  };
}

/** Returns the values of flags by name. Without one there is nothing to split. */
function parseFlags(
  flags: readonly string[],
  boolean: string[],
  string: string[],
): Readonly<Record<string, unknown>> {
  return flags.length === 0 ? {} : parseArgs([...flags], { boolean, string, collect: string });
}

/**
 * Precedes every value on its way through `parseArgs`, which would drop an empty value and take one
 * that begins with a hyphen for a flag.
 */
const GUARD = "=";

/**
 * Splits the arguments into our long flags, with their values joined to them, and the other words,
 * in order. What follows a flag is decided here: `parseArgs` would give the word `true` to a
 * boolean flag before it.
 */
function sortArgs(
  spec: CommandSpec,
  args: readonly string[],
): { readonly flags: readonly string[]; readonly words: readonly string[] } {
  const flags: string[] = [];
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--" && !spec.legacy) {
      words.push(...args.slice(i + 1));
      break;
    }
    if (spec.legacy ? !/^--[a-z]/.test(arg) : !/^-./.test(arg)) {
      words.push(arg);
      continue;
    }
    const equals = arg.indexOf("=");
    const name = arg.slice(2, equals < 0 ? undefined : equals);
    const flag = knownFlag(spec, arg, name);
    if (flag.bare !== undefined && equals < 0 && !isValue(args[i + 1])) {
      flags.push(`--${name}=${GUARD}${flag.bare}`);
      continue;
    }
    if (flag.kind === "boolean") {
      if (equals >= 0) {
        const slip = { kind: "value not taken", word: arg } as const;
        throw new ArgsFault(`Cannot use ${quote(arg)}: the flag takes no value`, slip);
      }
      flags.push(arg);
    } else {
      if (equals < 0 && ++i >= args.length) {
        const slip = { kind: "value missing", word: arg, flag: name } as const;
        throw new ArgsFault(`Cannot use ${quote(arg)}: the value is missing`, slip);
      }
      flags.push(`--${name}=${GUARD}${equals < 0 ? args[i]! : arg.slice(equals + 1)}`);
    }
  }
  return { flags, words };
}

function isValue(next: string | undefined): boolean {
  return next !== undefined && !next.startsWith("-");
}

function knownFlag(spec: CommandSpec, arg: string, name: string): FlagSpec {
  const flag = arg.startsWith("--") && Object.hasOwn(spec.flags, name) ? spec.flags[name] : null;
  if (flag) return flag;
  const slip = { kind: "unknown flag", word: arg } as const;
  throw new ArgsFault(`Cannot use ${quote(arg)}: ${quote(spec.name)} has no such flag`, slip);
}

function checkedValues(
  spec: CommandSpec,
  name: string,
  values: readonly string[],
): readonly string[] {
  const flag = spec.flags[name]!;
  if (flag.kind === "string" && values.length > 1) {
    const slip = { kind: "twice", flag: name, values } as const;
    throw new ArgsFault(`Cannot use "--${name}" twice: it takes one value`, slip);
  }
  for (const value of values) {
    if (flag.choices === undefined || flag.choices.includes(value)) continue;
    throw new ArgsFault(
      `Cannot use ${quote(value)} for "--${name}": must be one of ${flag.choices.join(", ")}`,
      { kind: "no choice", flag: name, value },
    );
  }
  return values;
}

function checkWordCount(spec: CommandSpec, words: readonly string[]): void {
  const { min, max } = spec.words;
  if (words.length < min) {
    const slip = { kind: "word missing" } as const;
    throw new ArgsFault(`Cannot run ${quote(spec.name)}: an argument is missing`, slip);
  }
  if (words.length > max) {
    const slip = { kind: "too many words", words, max } as const;
    throw new ArgsFault(`Cannot use ${quote(words[max]!)}: unexpected argument`, slip);
  }
}
