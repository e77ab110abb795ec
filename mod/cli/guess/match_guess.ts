/**
 * Matches what was typed with the rows of the table of guesses. Pure.
 *
 * @module
 */
import { parseIp, parsePort } from "../../base/address.ts";
import { SETTINGS } from "../../config/document/settings.ts";
import { findService } from "../../host/services/service_table.ts";
import { type Guess, GUESSES, type Placeholder, PLACEHOLDERS } from "./guess_table.ts";

/** What a line means: commands to run instead of it, or the lines of which one has to be chosen. */
export interface Meaning {
  readonly kind: "taken" | "ambiguous";
  /** Each line as words. */
  readonly lines: readonly (readonly string[])[];
  /** Another command that it could mean. */
  readonly or?: string | undefined;
}

/** The words that a row has matched, by placeholder; `…` has those after its last one. */
type Matched = Map<Placeholder | "…", string[]>;

/** Returns what `words` mean according to the first row that fits; null if none does. */
export function matchGuess(words: readonly string[]): Meaning | null {
  for (const guess of GUESSES) {
    const found = match(guess.typed.split(" "), words);
    if (found !== null) return meaningOf(guess, found);
  }
  return null;
}

function meaningOf(guess: Guess, matched: Matched): Meaning {
  if ("choices" in guess) {
    return { kind: "ambiguous", lines: guess.choices.map((line) => substitute(line, matched)) };
  }
  const lines = guess.lines.map((line) => substitute(line, matched));
  return { kind: "taken", lines, or: guess.or };
}

function match(pattern: readonly string[], words: readonly string[]): Matched | null {
  const matched: Matched = new Map();
  let next = 0;
  for (const part of pattern) {
    const rest = words.slice(next);
    if (part === "…") {
      matched.set(part, rest);
      next = words.length;
    } else if (part === "ENTRIES") {
      if (rest.length === 0 || !rest.every(isEntry)) return null;
      matched.set(part, rest);
      next = words.length;
    } else {
      const [word] = rest;
      if (word === undefined) return null;
      if (!isPlaceholder(part)) {
        if (!part.split("|").includes(part.startsWith("-") ? word : word.toLowerCase())) {
          return null;
        }
      } else if (!KINDS[part](word)) return null;
      else matched.set(part, [...matched.get(part) ?? [], part === "PORT" ? barePort(word) : word]);
      next++;
    }
  }
  return next === words.length ? matched : null;
}

/** Returns the words of a command of the table, with what was typed in place of the placeholders. */
function substitute(line: string, matched: Matched): string[] {
  const left = new Map([...matched].map(([key, words]) => [key, [...words]]));
  const words: string[] = [];
  for (const part of line.split(" ")) {
    if (part === "…") words.push(...left.get(part) ?? []);
    else if (part === "ENTRIES") {
      const [first = "", ...others] = left.get(part) ?? [];
      const before = words.at(-1)!;
      words.push(first, ...others.flatMap((word) => [before, word]));
    } else words.push(filled(part, left));
  }
  return words;
}

/** Returns a word of a command; a placeholder may follow a colon in it. */
function filled(part: string, left: Matched): string {
  const colon = part.lastIndexOf(":") + 1;
  const key = part.slice(colon);
  const word = isPlaceholder(key) ? left.get(key)?.shift() : undefined;
  return word === undefined ? part : part.slice(0, colon) + word;
}

function isPlaceholder(part: string): part is Placeholder {
  return (PLACEHOLDERS as readonly string[]).includes(part);
}

/** What each placeholder stands for. */
const KINDS: Readonly<Record<Placeholder, (word: string) => boolean>> = {
  ENTRY: isEntry,
  ENTRIES: isEntry,
  SERVICE: (word) => findService(word) !== undefined,
  SETTING: (word) => SETTING_NAMES.has(word.toLowerCase()),
  PORT: (word) => parsePort(barePort(word)) !== null,
  NUMBER: (word) => /^[1-9][0-9]{0,8}$/.test(word),
  FILE: (word) => word === "-" || (isValue(word) && /[./]/.test(word) && !isPem(word)),
  PEM: isPem,
  NAME: isValue,
  VALUE: isValue,
};

const SETTING_NAMES: ReadonlySet<string> = new Set(
  Object.keys(SETTINGS).map((name) => name.toLowerCase()),
);

/** Reports whether `word` is an address, a block or an exclusion of one; a name may be a site's. */
function isEntry(word: string): boolean {
  const text = word.replace(/^!/, "").replace(/\/[0-9]{1,3}$/, "").replace(/^\[(.*)\]$/, "$1");
  return parseIp(text) !== null;
}

/** Returns the digits of `80`, `:80` or `*:80`. */
function barePort(word: string): string {
  return word.replace(/^\*?:/, "");
}

function isPem(word: string): boolean {
  return isValue(word) && /\.(?:pem|crt|cer|key)$/i.test(word);
}

function isValue(word: string): boolean {
  return word !== "" && !word.startsWith("-");
}
