/**
 * A command line as it is typed, and one that was typed, corrected: the hint of most refusals of
 * arguments. Pure.
 *
 * @module
 */
import { shellWord } from "../fault.ts";

/** Returns `httpcfg` with `words`, quoted where a shell would interpret them. */
export function typedLine(words: readonly string[]): string {
  return ["httpcfg", ...words.map(shellWord)].join(" ");
}

/** One correction of a line. */
export type Correction =
  | {
    /** A flag that takes a value, without its hyphens; it is added if the line does not have it. */
    readonly flag: string;
    /** The value to replace, where the flag may be repeated; any if absent. */
    readonly from?: string;
    /** The new value; null removes the flag. */
    readonly to: string | null;
  }
  /** A flag without a value. */
  | { readonly without: string }
  /** Adds flags and their values after the others. */
  | { readonly add: readonly string[] }
  /** Adds words at the end, where they are no flags. */
  | { readonly append: readonly string[] }
  /** Replaces the last word that is `word`, whatever it is; by nothing, one or several words. */
  | { readonly word: string; readonly to: readonly string[] };

/**
 * Returns the line to type: `httpcfg`, then `args` with the corrections, each word as a shell takes
 * it.
 */
export function retype(args: readonly string[], ...corrections: readonly Correction[]): string {
  return typedLine(corrections.reduce<readonly string[]>(corrected, args));
}

function corrected(words: readonly string[], correction: Correction): readonly string[] {
  if ("add" in correction) return withFlags(words, correction.add);
  if ("append" in correction) return [...words, ...correction.append];
  if ("without" in correction) return words.filter((word) => word !== `--${correction.without}`);
  if ("word" in correction) {
    const at = words.lastIndexOf(correction.word);
    return at < 0 ? words : words.toSpliced(at, 1, ...correction.to);
  }
  const { flag, from, to } = correction;
  const found = findFlag(words, flag, from);
  const flagged = to === null ? [] : [`--${flag}`, to];
  if (found === null) return withFlags(words, flagged);
  return words.toSpliced(found.at, found.count, ...flagged);
}

function withFlags(words: readonly string[], flags: readonly string[]): readonly string[] {
  return words.toSpliced(endOfFlags(words), 0, ...flags);
}

/** Returns where the flags of a line end: what follows `--` is none. */
function endOfFlags(words: readonly string[]): number {
  const end = words.indexOf("--");
  return end < 0 ? words.length : end;
}

/** Returns where the flag is, and how many words it takes with its value; null if nowhere. */
function findFlag(
  words: readonly string[],
  flag: string,
  from: string | undefined,
): { readonly at: number; readonly count: number } | null {
  const joined = `--${flag}=`;
  for (let at = 0; at < endOfFlags(words); at++) {
    const word = words[at]!;
    const isApart = word === `--${flag}`;
    if (!isApart && !word.startsWith(joined)) continue;
    const value = isApart ? words[at + 1] : word.slice(joined.length);
    if (from === undefined || value === from) return { at, count: isApart ? 2 : 1 };
  }
  return null;
}
