/**
 * The command line of `netsh http`: verb, noun, then `tag=value` words in any order, or values
 * alone in the order of the tags. Contexts, verbs, nouns and tags may be cut short as long as they
 * stay unambiguous. Pure.
 *
 * @module
 */
import { NETSH_COMMANDS, type NetshCommand, type NetshTag } from "./commands.ts";

/** A command with the values of its tags. */
export interface NetshRequest {
  readonly command: NetshCommand;
  readonly values: ReadonlyMap<string, string>;
}

/** What a line of the context means. */
export type NetshCall =
  | { readonly kind: "call" } & NetshRequest
  /** Nothing is called so; `known` are the words that may stand there. */
  | { readonly kind: "unknown"; readonly word: string; readonly known: readonly string[] }
  | { readonly kind: "ambiguous"; readonly word: string; readonly candidates: readonly string[] }
  /** The list of the context, of a verb, or what a command takes. */
  | { readonly kind: "help"; readonly verb: string | null; readonly command: NetshCommand | null }
  | { readonly kind: "missing"; readonly command: NetshCommand }
  | {
    readonly kind: "badTag";
    readonly command: NetshCommand;
    readonly tag: string;
    /** The tags that it cuts short, if there are several. */
    readonly candidates: readonly string[];
  }
  | {
    readonly kind: "badValue";
    readonly command: NetshCommand;
    readonly tag: NetshTag;
    readonly value: string;
  };

/** Reads the words after `netsh http`. */
export function readNetsh(words: readonly string[]): NetshCall {
  const [verbText = "", ...rest] = words;
  if (asksForHelp(verbText)) return { kind: "help", verb: null, command: null };
  const verbs = distinct(NETSH_COMMANDS.map((command) => command.verb));
  const verb = expandWord(verbText, verbs);
  if (verb.kind !== "word") return unclear(verbText, verb.candidates, [...verbs, "help"]);
  const ofVerb = NETSH_COMMANDS.filter((command) => command.verb === verb.word);
  const [only] = ofVerb;
  if (only?.noun === "") return readTags(only, rest);
  const [nounText = "", ...tagWords] = rest;
  if (asksForHelp(nounText)) return { kind: "help", verb: verb.word, command: null };
  const nouns = ofVerb.map((command) => command.noun);
  const noun = expandWord(nounText, nouns);
  if (noun.kind !== "word") return unclear(nounText, noun.candidates, nouns);
  return readTags(ofVerb.find((one) => one.noun === noun.word)!, tagWords);
}

/** Reports whether a word in the place of a verb, a noun or a tag asks what may stand there. */
export function asksForHelp(word: string): boolean {
  return ["", "?", "/?", "-?", "-h", "help"].includes(word.toLowerCase());
}

function unclear(
  word: string,
  candidates: readonly string[],
  known: readonly string[],
): NetshCall {
  return candidates.length === 0
    ? { kind: "unknown", word, known }
    : { kind: "ambiguous", word, candidates };
}

function readTags(command: NetshCommand, words: readonly string[]): NetshCall {
  const last = words.at(-1);
  if (last !== undefined && last !== "" && asksForHelp(last)) {
    return { kind: "help", verb: command.verb, command };
  }
  const values = new Map<string, string>();
  for (const word of joinedTags(words)) {
    const equals = word.indexOf("=");
    // A value without a tag may contain a "=" itself, as a URL can.
    const isTagged = /^[a-z][a-z0-9]*=/i.test(word);
    const name = isTagged ? word.slice(0, equals) : word;
    const [tag, ...others] = isTagged
      ? tagsNamed(command, name)
      : command.tags.filter((one) => !one.isNamed && !values.has(one.name)).slice(0, 1);
    if (tag === undefined || others.length > 0 || values.has(tag.name)) {
      const candidates = others.length > 0 ? [tag!, ...others].map((one) => one.name) : [];
      return { kind: "badTag", command, tag: name, candidates };
    }
    const value = isTagged ? word.slice(equals + 1) : word;
    if (tag.choices !== undefined && !tag.choices.includes(value.toLowerCase())) {
      return { kind: "badValue", command, tag, value };
    }
    values.set(tag.name, tag.choices === undefined ? value : value.toLowerCase());
  }
  const isMissing = command.tags.some((tag) => tag.isRequired && !values.get(tag.name));
  return isMissing ? { kind: "missing", command } : { kind: "call", command, values };
}

/** Joins `tag`, `=` and `value` where spaces stand between them, as netsh does. */
function joinedTags(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const before = joined.at(-1);
    const isOpen = before !== undefined && /^[a-z][a-z0-9]*=$/i.test(before);
    const isTagged = /^[a-z][a-z0-9]*=/i.test(word);
    const isName = before !== undefined && /^[a-z][a-z0-9]*$/i.test(before);
    if ((isOpen && !isTagged) || (isName && word.startsWith("="))) {
      joined[joined.length - 1] = `${before}${word}`;
    } else joined.push(word);
  }
  return joined;
}

/** Returns the tag that `text` names, or those that it begins. */
function tagsNamed({ tags }: NetshCommand, text: string): NetshTag[] {
  const wanted = text.toLowerCase();
  const namesOf = ({ name, aliases = [] }: NetshTag): readonly string[] => [name, ...aliases];
  const exact = tags.find((tag) => namesOf(tag).includes(wanted));
  if (exact !== undefined) return [exact];
  return tags.filter((tag) => namesOf(tag).some((name) => name.startsWith(wanted)));
}

/** One word, or those that a text may stand for. */
type Expanded =
  | { readonly kind: "word"; readonly word: string }
  | { readonly kind: "none"; readonly candidates: readonly string[] };

/** Returns the word that `text` is, or the only one that it begins. */
export function expandWord(text: string, words: readonly string[]): Expanded {
  const wanted = text.toLowerCase();
  if (words.includes(wanted)) return { kind: "word", word: wanted };
  const found = wanted === "" ? [] : distinct(words.filter((word) => word.startsWith(wanted)));
  return found.length === 1
    ? { kind: "word", word: found[0]! }
    : { kind: "none", candidates: found };
}

function distinct(words: readonly string[]): string[] {
  return [...new Set(words)];
}

/** Returns the words that call `request` with some of its values replaced; null removes one. */
export function wordsOf(
  { command, values }: NetshRequest,
  changes: Readonly<Record<string, string | null>> = {},
): string[] {
  const tags = { ...Object.fromEntries(values), ...changes };
  return [
    command.verb,
    command.noun,
    ...Object.entries(tags).flatMap(([tag, value]) => value === null ? [] : [`${tag}=${value}`]),
  ];
}

/** Splits a line of a script into words at blanks; double quotes group words. */
export function scriptWords(line: string): string[] {
  const words = [...line.matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(([word]) =>
    word.replaceAll('"', "")
  );
  // cmd.exe keeps the quotes of `echo "http show iplisten"`.
  const isQuoted = words.length === 1 && /^\s*"[^"]*"\s*$/.test(line);
  return isQuoted ? scriptWords(words[0]!) : words;
}
