/**
 * Words of the command line -> a command's input. `@std/cli` splits the words; what it lets through
 * (unknown flags, repeats, missing values, numbers made of positional words) is refused here.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { quote, usageFault } from "../base/fault.ts";
import type { CommandInput, CommandSpec } from "./command.ts";

/** Input of `spec` from the words after its name. Throws a usage Fault. */
export function readInput(
  spec: CommandSpec,
  args: readonly string[],
  commandLine: readonly string[],
): CommandInput {
  const { own, legacyWords } = spec.legacy
    ? splitLegacy(spec, args)
    : { own: args, legacyWords: null };
  refuseUnknown(spec, own);
  const names = Object.keys(spec.flags);
  const kind = (wanted: string): string[] => names.filter((n) => spec.flags[n]!.kind === wanted);
  const valued = [...kind("string"), ...kind("list")];
  const parsed = parseArgs(own, {
    boolean: kind("boolean"),
    string: ["_", ...valued],
    collect: valued,
  });
  const words = legacyWords ?? parsed._.map(String);
  const values = new Map(
    valued.map((name) => [name, checkedValues(spec, name, parsed[name] as readonly string[])]),
  );
  checkWordCount(spec, words);
  return {
    words,
    commandLine,
    flag: (name) => parsed[name] === true,
    text: (name) => values.get(name)?.[0] ?? null,
    texts: (name) => values.get(name) ?? [],
  };
}

/** Takes the long flags of ours out of an old tool's words; everything else stays in order. */
function splitLegacy(
  spec: CommandSpec,
  args: readonly string[],
): { own: string[]; legacyWords: string[] } {
  const own: string[] = [];
  const legacyWords: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (!/^--[a-z]/.test(arg)) {
      legacyWords.push(arg);
      continue;
    }
    own.push(arg);
    const flag = spec.flags[arg.slice(2)];
    if (flag !== undefined && flag.kind !== "boolean" && i + 1 < args.length) own.push(args[++i]!);
  }
  return { own, legacyWords };
}

function refuseUnknown(spec: CommandSpec, args: readonly string[]): void {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") return;
    if (!arg.startsWith("-") || arg === "-") continue;
    const equals = arg.indexOf("=");
    const name = arg.slice(2, equals < 0 ? undefined : equals);
    const flag = arg.startsWith("--") && Object.hasOwn(spec.flags, name) ? spec.flags[name] : null;
    if (!flag) {
      throw usageFault(
        `Cannot understand ${quote(arg)}: ${quote(spec.name)} has no such flag`,
        `httpcfg ${spec.name} --help`,
      );
    }
    if (flag.kind === "boolean") {
      if (equals >= 0) throw usageFault(`Cannot understand ${quote(arg)}: it takes no value`);
    } else if (equals < 0 && ++i >= args.length) {
      throw usageFault(
        `Cannot read ${quote(arg)}: its value is missing`,
        `httpcfg ${spec.name} ${arg} ${flag.choices?.[1] ?? flag.value ?? "VALUE"}`,
      );
    }
  }
}

function checkedValues(
  spec: CommandSpec,
  name: string,
  values: readonly string[],
): readonly string[] {
  const flag = spec.flags[name]!;
  if (flag.kind === "string" && values.length > 1) {
    throw usageFault(`Cannot use "--${name}" twice: which one is meant`);
  }
  for (const value of values) {
    if (flag.choices === undefined || flag.choices.includes(value)) continue;
    throw usageFault(
      `Cannot use ${quote(value)} for "--${name}": it is one of ${flag.choices.join(", ")}`,
      `httpcfg ${spec.name} --${name} ${flag.choices[0]}`,
    );
  }
  return values;
}

function checkWordCount(spec: CommandSpec, words: readonly string[]): void {
  const { min, max } = spec.words;
  const line = `httpcfg ${spec.name} ${spec.usage}`.trimEnd();
  if (words.length < min) {
    throw usageFault(`Cannot run ${quote(spec.name)}: something is missing after it`, line);
  }
  if (words.length > max) {
    throw usageFault(`Cannot understand ${quote(words[max]!)}: nothing more was expected`, line);
  }
}
