/**
 * Completes the last word of an unfinished command line. Pure except for loading the records, which
 * are the same ones that help and the parser read.
 *
 * @module
 */
import type { FlagSpec, WordKind } from "../../../base/flag_spec.ts";
import { firstWordSummary, GROUPS } from "../../command_groups.ts";
import type { CommandSpec } from "../../core/command.ts";

/** A completion, with a short description. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** The result: candidates, and whether the shell should also offer files or directories. */
interface Completion {
  readonly candidates: readonly Candidate[];
  readonly paths: "file" | "folder" | null;
}

/** What a completion may need; each part is loaded only when it is needed. */
interface CompletionSource {
  /** Names of the commands. */
  readonly names: readonly string[];
  /** Loads the record of a command. */
  load(name: string): Promise<CommandSpec>;
  /** Returns the values of a kind, on this machine and in its document. */
  values(kind: WordKind): Promise<readonly Candidate[]>;
}

const NOTHING: Completion = { candidates: [], paths: null };
/** The flags before the command. */
const GLOBAL_FLAGS: readonly Candidate[] = [
  { value: "--config", description: "use this configuration document" },
  { value: "--user", description: "use your own document and service" },
];

/** Completes the last of `words`, which may be empty; the words before it are finished. */
export async function complete(
  words: readonly string[],
  source: CompletionSource,
): Promise<Completion> {
  const given = new Set<string>();
  let line = words;
  while (line.length > 1 && /^--(?:user|config(?:=.*)?)$/s.test(line[0]!)) {
    given.add(line[0]!.split("=", 1)[0]!);
    const isSplit = line[0] === "--config";
    if (isSplit && line.length === 2) return { candidates: [], paths: "file" };
    line = line.slice(isSplit ? 2 : 1);
  }
  return await completeCommand(line, GLOBAL_FLAGS.filter(({ value }) => !given.has(value)), source);
}

/** Completes the last of `words`, which follow the flags before the command; `flags` may too. */
async function completeCommand(
  words: readonly string[],
  flags: readonly Candidate[],
  source: CompletionSource,
): Promise<Completion> {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const path = before[0] === "help" ? before.slice(1) : before;
  const next = await nextWords(path, source);
  const name = commandOf(before, source.names);
  const own = name === null ? NOTHING : await wordsOf(await source.load(name), name, words, source);
  const start = before.length === 0 ? [...flags, HELP] : before.join() === "help" ? TOPICS : [];
  return {
    candidates: startingWith(current, [...next, ...own.candidates, ...start]),
    paths: own.paths,
  };
}

/** The groups, of which `help` shows the commands; a candidate of the same name comes first. */
const TOPICS: readonly Candidate[] = GROUPS.map(({ word, summary }) => {
  return { value: word, description: summary };
});

const HELP: Candidate = { value: "help", description: "show the help of a command" };

/** Returns the next word of every command whose name begins with `path`. */
async function nextWords(
  path: readonly string[],
  { names, load }: CompletionSource,
): Promise<Candidate[]> {
  const found = new Map<string, string>();
  for (const name of names) {
    const parts = name.split(" ");
    if (parts.length <= path.length || path.some((word, i) => word !== parts[i])) continue;
    const spec = await load(name);
    if (spec.hidden) continue;
    const word = parts[path.length] ?? "";
    const several = found.has(word) || parts.length > path.length + 1;
    const line = [...path, word].join(" ");
    found.set(word, several ? firstWordSummary(line) ?? `${line} …` : spec.summary);
  }
  return [...found].map(([value, description]) => ({ value, description }));
}

/** Returns the longest command name that the finished words begin with. */
function commandOf(before: readonly string[], names: readonly string[]): string | null {
  const line = `${before.join(" ").toLowerCase()} `;
  const fitting = names.filter((name) => line.startsWith(`${name} `));
  return fitting.sort((a, b) => b.length - a.length)[0] ?? null;
}

async function wordsOf(
  spec: CommandSpec,
  name: string,
  words: readonly string[],
  source: CompletionSource,
): Promise<Completion> {
  const rest = words.slice(name.split(" ").length, -1);
  const current = words.at(-1) ?? "";
  const previous = rest.at(-1) ?? "";
  const flag = previous.startsWith("--") ? spec.flags[previous.slice(2)] : undefined;
  if (flag !== undefined && flag.kind !== "boolean") return await valuesOf(flag, source);
  const switched = spec.switches?.[previous.replace(/^\//, "-").toLowerCase()];
  if (switched !== undefined) return await ofKind(switched, source);
  const switches = Object.entries(spec.switches ?? {}).map(([value, kind]) => ({
    value,
    description: kind,
  }));
  if (current.startsWith("-")) return { candidates: [...switches, ...flagsOf(spec)], paths: null };
  const kinds = spec.completes ?? [];
  const kind = kinds[Math.min(plainWords(spec, rest), kinds.length - 1)];
  if (kind !== undefined) return await ofKind(kind, source);
  return { candidates: current === "" ? switches : [], paths: null };
}

async function valuesOf(flag: FlagSpec, source: CompletionSource): Promise<Completion> {
  const values = flag.choices ?? flag.suggests;
  if (values !== undefined) {
    return { candidates: values.map((value) => ({ value, description: "" })), paths: null };
  }
  return flag.completes === undefined ? NOTHING : await ofKind(flag.completes, source);
}

async function ofKind(kind: WordKind, source: CompletionSource): Promise<Completion> {
  if (kind === "file" || kind === "folder") return { candidates: [], paths: kind };
  return { candidates: await source.values(kind), paths: null };
}

function flagsOf(spec: CommandSpec): Candidate[] {
  const own = Object.entries(spec.flags).map(([name, { summary }]) => ({
    value: `--${name}`,
    description: summary,
  }));
  return [...own, { value: "--help", description: "show the help of this command" }];
}

/** Counts the words that are neither a flag nor its value. */
function plainWords(spec: CommandSpec, rest: readonly string[]): number {
  let count = 0;
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? "";
    if (!word.startsWith("-")) count++;
    else if ((spec.flags[word.slice(2)]?.kind ?? "boolean") !== "boolean") i++;
    else if (spec.switches?.[word] !== undefined) i++;
  }
  return count;
}

function startingWith(current: string, candidates: readonly Candidate[]): Candidate[] {
  const lower = current.toLowerCase();
  const fitting = candidates.filter(({ value }) => value.toLowerCase().startsWith(lower));
  return fitting.filter(({ value }, i) => {
    return fitting.findIndex((other) => other.value === value) === i;
  });
}
