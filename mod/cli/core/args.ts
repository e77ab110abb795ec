/**
 * Arguments -> the input of a command. `@std/cli` splits them; what it lets through (unknown flags,
 * repeated flags, missing values, numbers made of positional arguments) is rejected here.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { type Fault, quote, usageFault } from "../../base/fault.ts";
import type { FlagSpec } from "../../base/flag_spec.ts";
import type { CommandInput, CommandSpec } from "./command.ts";

/** Returns the input of `spec` from the arguments after its name. Throws a usage Fault. */
export function readInput(
  spec: CommandSpec,
  args: readonly string[],
  commandLine: readonly string[],
): CommandInput {
  const { flags, words } = sortArgs(spec, args);
  const names = Object.keys(spec.flags);
  const kind = (wanted: string): string[] => names.filter((n) => spec.flags[n]!.kind === wanted);
  const valued = [...kind("string"), ...kind("list")];
  const parsed = parseArgs([...flags, "--", ...words], {
    boolean: kind("boolean"),
    string: ["_", ...valued],
    collect: valued,
  });
  const values = new Map(valued.map((name) => {
    const given = (parsed[name] as readonly string[]).map((value) => value.slice(GUARD.length));
    return [name, checkedValues(spec, name, given)];
  }));
  checkWordCount(spec, words);
  return {
    words: parsed._.map(String),
    commandLine,
    flag: (name) => parsed[name] === true,
    text: (name) => values.get(name)?.[0] ?? null,
    texts: (name) => values.get(name) ?? [],
  };
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
      if (equals >= 0) throw valueNotTaken(spec, arg, name);
      flags.push(arg);
    } else {
      if (equals < 0 && ++i >= args.length) throw valueMissing(spec, arg, flag);
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
  throw usageFault(
    `Cannot use ${quote(arg)}: ${quote(spec.name)} has no such flag`,
    `httpcfg ${spec.name} --help`,
  );
}

function valueNotTaken(spec: CommandSpec, arg: string, name: string): Fault {
  return usageFault(
    `Cannot use ${quote(arg)}: the flag takes no value`,
    `httpcfg ${spec.name} --${name}`,
  );
}

function valueMissing(spec: CommandSpec, arg: string, flag: FlagSpec): Fault {
  return usageFault(
    `Cannot use ${quote(arg)}: the value is missing`,
    `httpcfg ${spec.name} ${arg} ${flag.choices?.[1] ?? flag.value ?? "VALUE"}`,
  );
}

function checkedValues(
  spec: CommandSpec,
  name: string,
  values: readonly string[],
): readonly string[] {
  const flag = spec.flags[name]!;
  if (flag.kind === "string" && values.length > 1) {
    throw usageFault(
      `Cannot use "--${name}" twice: it takes one value`,
      `httpcfg ${spec.name} --help`,
    );
  }
  for (const value of values) {
    if (flag.choices === undefined || flag.choices.includes(value)) continue;
    throw usageFault(
      `Cannot use ${quote(value)} for "--${name}": must be one of ${flag.choices.join(", ")}`,
      `httpcfg ${spec.name} --${name} ${flag.choices[0]}`,
    );
  }
  return values;
}

function checkWordCount(spec: CommandSpec, words: readonly string[]): void {
  const { min, max } = spec.words;
  const line = `httpcfg ${spec.name} ${spec.usage}`.trimEnd();
  if (words.length < min) {
    const hint = spec.examples?.[0]?.line ?? line;
    throw usageFault(`Cannot run ${quote(spec.name)}: an argument is missing`, hint);
  }
  if (words.length > max) {
    throw usageFault(`Cannot use ${quote(words[max]!)}: unexpected argument`, line);
  }
}
