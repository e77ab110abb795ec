/**
 * What is missing or spelled in another way after the name of a command: formats, short flags,
 * flags that belong before the command, ports, bindings and the content of a site.
 *
 * @module
 */
import { formatEndpoint, type Ip, parseIp } from "../../base/address.ts";
import type { FlagSpec } from "../../base/flag_spec.ts";
import { KINDS } from "../../site/kinds/kinds.ts";
import { parseProxyTarget } from "../../site/proxy/proxy_target.ts";
import { type CommandSpec, FORMAT_FLAG } from "../core/command.ts";
import { type BindingFlag, guessBinding, isName, joinedEndpoint } from "./guess_binding.ts";

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
  const { front, rest } = splitFront(spec, args);
  const spelled = spellFlags(spec, rest);
  const lines = await VALUES[spec.name]?.(spec, spelled, facts) ?? [lineOf(spec, spelled)];
  return { front, lines };
}

/** Takes out the flags that belong before the command. */
function splitFront(
  { flags }: CommandSpec,
  args: readonly string[],
): { readonly front: readonly string[]; readonly rest: readonly string[] } {
  const front: string[] = [];
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const isSplit = arg === "--config" && !("config" in flags) && i + 1 < args.length;
    if (isSplit) front.push(arg, args[++i]!);
    else if (arg.startsWith("--config=") && !("config" in flags)) front.push(arg);
    else if (arg === "--user" && !("user" in flags)) front.push(arg);
    else rest.push(arg);
  }
  return { front, rest };
}

/** Flags of other programs, and ours; a flag with a value is one that takes one here. */
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

/** Spells flags as the command has them. */
function spellFlags({ flags }: CommandSpec, args: readonly string[]): string[] {
  return args.flatMap((arg, i) => {
    const format = "format" in flags ? formatOf(arg, args[i + 1]) : null;
    if (format !== null) return format;
    // The value of `-o json`, which is joined to its flag.
    if ("format" in flags && i > 0 && formatOf(args[i - 1]!, arg)?.[1] === arg.toLowerCase()) {
      return [];
    }
    const [typed = "", value] = arg.split("=", 2);
    const name = FLAG_NAMES[typed];
    if (name === undefined || !(name in flags)) return [arg];
    return value === undefined ? [`--${name}`] : [`--${name}`, value];
  });
}

const FORMS: readonly string[] = FORMAT_FLAG.format.choices ?? [];

/** Returns the flag of the format that `arg` means, perhaps with `next`; null if it means none. */
function formatOf(arg: string, next = ""): readonly string[] | null {
  const [flag = "", joined] = arg.toLowerCase().split("=", 2);
  const bare = flag === "-j" ? "json" : flag.replace(/^--/, "");
  if (flag !== bare && joined === undefined && FORMS.includes(bare)) return ["--format", bare];
  if (!["-f", "-o", "--output", "--out", "--format"].includes(flag)) return null;
  const value = joined ?? next.toLowerCase();
  if (!FORMS.includes(value)) return null;
  return ["--format", value];
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
    return withBindings(args, addressesOf).map((words) => lineOf(spec, words));
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
  const [word] = splitArgs(spec, args).words;
  if (word === undefined) return [lineOf(spec, args)];
  return of(word).map((other) => lineOf(spec, args.with(args.indexOf(word), other)));
}

/** What `explain` may be asked: port 80 and http, if nothing else is typed. */
function explained(word: string): readonly string[] {
  const ip = parseIp(word.replace(/^\[(.*)\]$/, "$1"));
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
  const ip = parseIp(word.replace(/^\[(.*)\]$/, "$1"));
  return ip === null ? [word] : [...joinedEndpoint(word), formatEndpoint({ ip, port: 80 })];
}

/** Completes the bindings in `args`; several readings if one of them is not clear. */
function withBindings(
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
      const guessed = guessBinding(given, addressesOf) ?? [given];
      ways = guessed.map((one) => [`--${one.flag}`, one.value]);
      if (joined === undefined) i++;
    }
    readings = readings.flatMap((before) => ways.map((way) => [...before, ...way]));
  }
  return readings;
}

/** Arguments before `--`. */
interface SplitArgs {
  /** Those that are neither a flag nor its value. */
  readonly words: readonly string[];
  /** The others. */
  readonly flags: readonly string[];
  /** The names of the flags. */
  readonly names: readonly string[];
}

function splitArgs(spec: CommandSpec, args: readonly string[]): SplitArgs {
  const words: string[] = [];
  const flags: string[] = [];
  const names: string[] = [];
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  for (let i = 0; i < own.length; i++) {
    const arg = own[i]!;
    if (!/^-./.test(arg)) {
      words.push(arg);
      continue;
    }
    const [name = ""] = arg.replace(/^--/, "").split("=", 1);
    names.push(name);
    flags.push(arg);
    const isJoined = arg.includes("=");
    const kind = Object.hasOwn(spec.flags, name) ? spec.flags[name]!.kind : "boolean";
    if (kind !== "boolean" && !isJoined) flags.push(...own.slice(++i, i + 1));
  }
  return { words, flags, names };
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
    return withBindings(args, facts.addressesOf).map((given) => lineOf(spec, given));
  }
  const isBound = names.includes("bind") || names.includes("bind-tls");
  const bound = isBound ? [] : ["--bind", `:80:${hostOf(name)}`];
  const contents = target === undefined ? [[]] : await contentsOf(target, facts);
  const readings = withBindings(flags, facts.addressesOf).flatMap((given) => {
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
  return target !== undefined && parseProxyTarget(target) !== null;
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
