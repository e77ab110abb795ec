/**
 * What is missing or spelled in another way after the name of a command: formats, short flags,
 * flags that belong before the command, ports, bindings and the content of a site.
 *
 * @module
 */
import { formatEndpoint, type Ip } from "../../base/address.ts";
import type { FlagSpec } from "../../base/flag_spec.ts";
import { KINDS } from "../../site/kinds/kinds.ts";
import { parseLocalTarget } from "../../site/proxied/proxy_target.ts";
import { type CommandSpec, FORMAT_FLAG } from "../core/command.ts";
import {
  type BindingFlag,
  guessBinding,
  isName,
  joinedEndpoint,
  typedIp,
} from "./guess_binding.ts";

/** What a guess may look at on this machine. */
export interface MachineFacts {
  /** Reports whether `path` is a directory. */
  isFolder(path: string): Promise<boolean>;
  /** Returns the addresses of an interface; none if there is no such interface. */
  addressesOf(name: string): readonly Ip[];
}

/** What a line may mean. */
interface Readings {
  /** Flags that belong before the command. */
  readonly front: readonly string[];
  /** The line without them, one for each reading. */
  readonly lines: readonly (readonly string[])[];
}

/** Completes `args`, which follow the name of `spec`. What needs nothing stays as it is. */
export async function guessArguments(
  spec: CommandSpec,
  args: readonly string[],
  facts: MachineFacts,
): Promise<Readings> {
  const { front, rest } = spellFlags(spec, args);
  const lines = await VALUES[spec.name]?.(spec, rest, facts) ?? [lineOf(spec, rest)];
  return { front, lines };
}

/** Flags of other programs, and what they are here, if the command has it. */
const FLAG_NAMES: Readonly<Record<string, string>> = {
  "-y": "yes",
  "--force": "yes",
  "-f": "follow",
  "-n": "limit",
  "--lines": "limit",
  "--tail": "limit",
  "--dry": "dry-run",
  "--check": "dry-run",
};

/** Spells flags as the command has them, and takes out those that belong before it. */
function spellFlags(
  spec: CommandSpec,
  args: readonly string[],
): { readonly front: readonly string[]; readonly rest: readonly string[] } {
  const has = (name: string): boolean => Object.hasOwn(spec.flags, name);
  const front: string[] = [];
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") return { front, rest: [...rest, ...args.slice(i)] };
    const [typed, value] = splitAtEquals(arg);
    const name = FLAG_NAMES[typed] ?? "";
    const format = has("format") ? formatOf(arg, args[i + 1]) : null;
    if (format !== null) {
      rest.push("--format", format.form);
      if (format.isSplit) i++;
    } else if (takesNext(spec, arg)) rest.push(arg, ...args.slice(++i, i + 1));
    else if (typed === "--user" || typed === "--config") {
      const isSplit = typed === "--config" && value === undefined;
      front.push(arg, ...(isSplit ? args.slice(++i, i + 1) : []));
    } else if (has(name)) rest.push(`--${name}`, ...(value === undefined ? [] : [value]));
    else rest.push(arg);
  }
  return { front, rest };
}

/** Reports whether `arg` is a flag of the command whose value is the next argument. */
function takesNext({ flags }: CommandSpec, arg: string): boolean {
  const name = arg.slice(2);
  return arg.startsWith("--") && Object.hasOwn(flags, name) && flags[name]!.kind !== "boolean";
}

function splitAtEquals(arg: string): readonly [flag: string, value?: string] {
  const equals = arg.indexOf("=");
  return equals < 0 ? [arg] : [arg.slice(0, equals), arg.slice(equals + 1)];
}

const FORMS: readonly string[] = FORMAT_FLAG.format.choices ?? [];

/** Returns the form that `arg` means, perhaps with `next`; null if it means none. */
function formatOf(
  arg: string,
  next = "",
): { readonly form: string; readonly isSplit: boolean } | null {
  const [flag, joined] = splitAtEquals(arg.toLowerCase());
  const bare = flag === "-j" ? "json" : flag.replace(/^--/, "");
  if (flag !== bare && joined === undefined && FORMS.includes(bare)) {
    return { form: bare, isSplit: false };
  }
  if (!["-f", "-o", "--output", "--out", "--format"].includes(flag)) return null;
  if (arg === `--format=${joined}`) return null; // as well typed as in two words
  const form = joined ?? next.toLowerCase();
  return FORMS.includes(form) ? { form, isSplit: joined === undefined } : null;
}

/** Returns the lines that the arguments of a command may mean. */
type Completer = (
  spec: CommandSpec,
  args: readonly string[],
  facts: MachineFacts,
) => Promise<Lines> | Lines;

/** Lines as words, each with the name of its command. */
type Lines = readonly (readonly string[])[];

/** The commands whose values are completed, by name. */
const VALUES: Readonly<Record<string, Completer>> = {
  explain: (spec, args) => eachWord(spec, args, explained),
  who: (spec, args) => eachWord(spec, args, listened),
  "site add": addedSite,
  "site set": (spec, args, { addressesOf }) => {
    return withBindings(spec, args, addressesOf).map((words) => lineOf(spec, words));
  },
};

function lineOf({ name }: CommandSpec, args: readonly string[]): readonly string[] {
  return [...name.split(" "), ...args];
}

/** Completes the first of `args` that is neither a flag nor its value; `of` returns its readings. */
function eachWord(
  spec: CommandSpec,
  args: readonly string[],
  of: (word: string) => readonly string[],
): Lines {
  const [at] = splitArgs(spec, args).places;
  if (at === undefined) return [lineOf(spec, args)];
  return of(args[at]!).map((other) => lineOf(spec, args.with(at, other)));
}

/** What `explain` may be asked: port 80 and http, if nothing else is typed. */
function explained(word: string): readonly string[] {
  const ip = typedIp(word);
  if (ip !== null) return [...joinedEndpoint(word), formatEndpoint({ ip, port: 80 })];
  const [, host = "", port = "", path = ""] = /^([^:/?]+)(:[0-9]+)?([/?].*)?$/.exec(word) ?? [];
  if (!isName(host.toLowerCase())) return [word];
  const scheme = port === ":443" ? "https" : "http";
  const ownPort = /^:(?:80|443)$/.test(port) ? "" : port;
  return [`${scheme}://${host.toLowerCase()}${ownPort}${path || "/"}`];
}

/** What `who` may be asked: the port of a scheme, or an address at port 80. */
function listened(word: string): readonly string[] {
  if (/^https?$/i.test(word)) return [word.toLowerCase() === "http" ? "80" : "443"];
  const ip = typedIp(word);
  return ip === null ? [word] : [...joinedEndpoint(word), formatEndpoint({ ip, port: 80 })];
}

/** Completes the bindings in `args`; several readings if one of them is not clear. */
function withBindings(
  spec: CommandSpec,
  args: readonly string[],
  addressesOf: MachineFacts["addressesOf"],
): Lines {
  let readings: Lines = [[]];
  for (let i = 0; i < args.length; i++) {
    const [, flag, joined] = /^--(bind|bind-tls)(?:=(.*))?$/s.exec(args[i]!) ?? [];
    const value = joined ?? args[i + 1];
    let ways: Lines = [[args[i]!]];
    if (flag !== undefined && value !== undefined) {
      const given: BindingFlag = { flag: flag as BindingFlag["flag"], value };
      const typed = joined === undefined ? args.slice(i, ++i + 1) : [args[i]!];
      const guessed = guessBinding(given, addressesOf);
      ways = guessed?.map((one) => [`--${one.flag}`, one.value]) ?? [typed];
    } else if (takesNext(spec, args[i]!)) ways = [args.slice(i, ++i + 1)];
    readings = readings.flatMap((before) => ways.map((way) => [...before, ...way]));
  }
  return readings;
}

/** Arguments before `--`. */
interface SplitArgs {
  /** Those that are neither a flag nor its value. */
  readonly words: readonly string[];
  /** Where they are among the arguments. */
  readonly places: readonly number[];
  /** The others. */
  readonly flags: readonly string[];
  /** The names of the flags. */
  readonly names: readonly string[];
}

function splitArgs(spec: CommandSpec, args: readonly string[]): SplitArgs {
  const words: string[] = [];
  const places: number[] = [];
  const flags: string[] = [];
  const names: string[] = [];
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  for (let i = 0; i < own.length; i++) {
    const arg = own[i]!;
    if (!/^-./.test(arg)) {
      words.push(arg);
      places.push(i);
      continue;
    }
    const [name = ""] = arg.replace(/^--/, "").split("=", 1);
    names.push(name);
    flags.push(arg);
    if (takesNext(spec, arg)) flags.push(...own.slice(++i, i + 1));
  }
  return { words, places, flags, names };
}

/** Completes `site add NAME DIR|URL`, and the binding if there is none. */
async function addedSite(
  spec: CommandSpec,
  args: readonly string[],
  facts: MachineFacts,
): Promise<Lines> {
  const { words, flags, names } = splitArgs(spec, args);
  const hasContent = KINDS.some(({ kind }) => names.includes(kind));
  const [name, target] = hasContent ? words : nameAndTarget(words);
  const isKnown = !args.includes("--") && names.every((one) => Object.hasOwn(spec.flags, one));
  const isWhole = isKnown && words.length <= (hasContent ? 1 : 2);
  if (name === undefined || !isWhole || !(hasContent || target !== undefined)) {
    return withBindings(spec, args, facts.addressesOf).map((given) => lineOf(spec, given));
  }
  const isBound = names.includes("bind") || names.includes("bind-tls");
  const bound = isBound ? [] : ["--bind", `:80:${hostOf(name)}`];
  const contents = target === undefined ? [[]] : await contentsOf(target, facts);
  const readings = withBindings(spec, flags, facts.addressesOf).flatMap((given) => {
    return contents.map((content) => lineOf(spec, [name, ...bound, ...given, ...content]));
  });
  if (!isProgram(target)) return readings;
  const host = hostOf(name) || "+";
  return [...readings, ["register", `http://${host}:80/`, "--to", target]];
}

/** Returns the name of a new site and what it serves, in whichever order they were typed. */
function nameAndTarget(
  [first, second]: readonly string[],
): readonly [name?: string | undefined, target?: string | undefined] {
  if (first === undefined) return [];
  if (second === undefined) return isTarget(first) ? [lastPart(first), first] : [first];
  return isTarget(first) && !isTarget(second) ? [second, first] : [first, second];
}

/** Reports whether `word` can only be a path or a URL. */
function isTarget(word: string): boolean {
  return /^(?:\.|\/|[a-z]:\\|[a-z]+:\/\/)/i.test(word);
}

/** Reports whether `target` is where a local program listens, so that it may be meant as a proxy. */
function isProgram(target: string | undefined): target is string {
  return target !== undefined && parseLocalTarget(target) !== null;
}

/** Returns the name of a site in a directory: that of the directory. */
function lastPart(path: string): string | undefined {
  return path.includes("://") ? undefined : /([^/\\.][^/\\]*)[/\\]*$/.exec(path)?.[1];
}

/** Returns the host of a site that is named like one: `www.example.com`, but not `shop`. */
function hostOf(name: string): string {
  return name.includes(".") && isName(name) ? name.toLowerCase() : "";
}

/** Returns the flags of the content that `target` may mean: the kinds say what they take. */
async function contentsOf(target: string, facts: MachineFacts): Promise<Lines> {
  const flagsOf = (test: (flag: FlagSpec) => boolean): Lines => {
    return KINDS.filter(({ flag }) => test(flag)).map(({ kind }) => [`--${kind}`, target]);
  };
  if (/^https?:\/\//i.test(target)) return flagsOf(({ value }) => value === "TARGET");
  const folders = flagsOf(({ completes }) => completes === "folder");
  if (isTarget(target) || await facts.isFolder(target)) return folders;
  return [...folders, ...flagsOf(({ value }) => value === "TEXT")];
}
