/**
 * The content of a site from the flags of a command line: `--KIND` selects the kind, and other
 * flags are valid with one kind or with several.
 *
 * @module
 */
import { type Fault, quote, usageFault } from "../../base/fault.ts";
import type { Example, FlagInput, FlagSpec } from "../../base/flag_spec.ts";
import { type Correction, retype } from "../../base/hints/retype.ts";
import type { SiteContent } from "../../config/document/site_content.ts";
import type { ContentKind } from "./content_kind.ts";
import { KINDS } from "./kinds.ts";
import { respond } from "./respond.ts";

type Kinds = readonly ContentKind[];

/** Flags that a hint shows if any kind would do: they depend on nothing on this machine. */
export const SAMPLE_WORDS: string = respond.examples[0].words;

/** Every flag by name: those that select a kind, then those that are valid with one. */
export function contentFlags(kinds: Kinds = KINDS): Readonly<Record<string, FlagSpec>> {
  const details = new Set(kinds.flatMap(({ details }) => Object.keys(details)));
  return Object.fromEntries([
    ...kinds.map(({ kind, flag }) => [kind, flag] as const),
    ...[...details].map((name) => [name, detailFlag(name, kinds)] as const),
  ]);
}

/** The flags that select a kind, for use in a sentence: `--root, --respond`. */
export function kindFlagList(kinds: Kinds = KINDS): string {
  return kinds.map(flagOf).join(", ");
}

/** Paragraphs of the help about site content. */
export function contentHelp(): readonly string[] {
  return KINDS.flatMap(({ help = [] }) => help);
}

/** Examples of each kind in use; `line` is the command line that precedes the flags. */
export function contentExamples(line: string): Example[] {
  return KINDS.flatMap(({ examples }) => {
    return examples.map(({ words, shows }) => ({ line: `${line} ${words}`, shows }));
  });
}

/** Reports whether a flag about the content is given. */
export function hasContentFlag(input: FlagInput): boolean {
  return Object.keys(contentFlags()).some((name) => isGiven(input, name));
}

/** Returns where a site of the kind that is selected is bound by default; null for nowhere. */
export function defaultBinding(input: FlagInput): string | null {
  return KINDS.find(({ kind }) => isGiven(input, kind))?.defaultBinding ?? null;
}

/** Returns what completes a command line that has no content: any kind that needs nothing else. */
export function missingContent(input: FlagInput, kinds: Kinds = KINDS): Correction[] {
  if (kinds.some(({ kind }) => isGiven(input, kind))) return [];
  const [first = ""] = acceptingKinds(input, kinds);
  const { examples } = kinds.find(({ kind }) => kind === first) ?? respond;
  return [{ add: examples[0].words.split(" ") }];
}

/**
 * Returns the content that the flags describe. Throws a usage Fault if they select no kind or
 * several, or if one of them is not valid with the selected kind.
 */
export async function readContent(
  input: FlagInput,
  kinds: Kinds = KINDS,
): Promise<SiteContent> {
  const chosen = kinds.filter(({ kind }) => isGiven(input, kind));
  const [kind] = chosen;
  if (kind === undefined || chosen.length > 1) {
    const surplus = chosen.slice(1).map((one) => withoutKind(one));
    throw usageFault(
      `Cannot choose the site content: exactly one of ${kindFlagList(kinds)} is required`,
      retype(input.commandLine, ...surplus, ...missingContent(input, kinds)),
    );
  }
  for (const name of new Set(kinds.flatMap(({ details }) => Object.keys(details)))) {
    if (!isGiven(input, name)) continue;
    const value = input.text(name);
    if (kind.details[name] === undefined) throw unusedFlagFault(name, kind, input, kinds);
    if (value !== null) checkChoice(name, value, kind, input);
  }
  return await kind.read(input);
}

/**
 * Returns the content that one short text describes; null if it is of no form. Throws a Fault;
 * `line` returns the command line with another text.
 */
export async function parseContent(
  text: string,
  line: (text: string) => string,
): Promise<SiteContent | null> {
  for (const kind of KINDS) {
    const content = await kind.parse?.(text, line) ?? null;
    if (content !== null) return content;
  }
  return null;
}

/** The forms of such a text: `/DIR, respond:TEXT`. */
export function contentForms(): readonly string[] {
  return KINDS.flatMap(({ forms = [] }) => forms);
}

/** Returns a text of one of the forms for one that is none. */
export function nearestForm(text: string): string {
  const bare = text.trim();
  if (/^[\w.-]*:[0-9]+/.test(bare) || /^(?:www\.|localhost\b)/i.test(bare)) {
    return `http://${bare.startsWith(":") ? "127.0.0.1" : ""}${bare}`;
  }
  if (/^[0-9]+$/.test(bare)) return `http://127.0.0.1:${bare}`;
  return /^\.{0,2}\/|^[\w.-]+\//.test(bare) ? `root:${bare}` : `respond:${bare}`;
}

/**
 * The flag as the help shows it, including the kinds that it is valid with. If several kinds share
 * the name, one may reject a value that another accepts: values are checked once the kind is known.
 */
function detailFlag(name: string, kinds: Kinds): FlagSpec {
  const accepting = kindsWithFlag(name, kinds);
  const spec = accepting[0]!.details[name]!;
  if (accepting.length === 1) return { ...spec, summary: summaryFor(name, accepting[0]!) };
  const { choices: _, ...shared } = spec;
  const summaries = accepting.map((kind) => {
    const { choices } = kind.details[name]!;
    return choices === undefined
      ? summaryFor(name, kind)
      : `${summaryFor(name, kind)}: ${choices.join(", ")}`;
  });
  const suggests = [...new Set(accepting.flatMap(({ details }) => typicalValues(details[name]!)))];
  return { ...shared, summary: summaries.join("; "), suggests };
}

function summaryFor(name: string, kind: ContentKind): string {
  return `with ${flagOf(kind)}: ${kind.details[name]!.summary}`;
}

/** A flag without effect is an error: its user expects one. */
function unusedFlagFault(
  name: string,
  chosen: ContentKind,
  { commandLine }: FlagInput,
  kinds: Kinds,
): Fault {
  const accepting = kindsWithFlag(name, kinds);
  const others = accepting.map(flagOf).join(" or ");
  return usageFault(
    `Cannot use "--${name}" with ${flagOf(chosen)}: only valid with ${others}`,
    retype(commandLine, withoutFlag(name, accepting[0]!.details[name]!)),
  );
}

function checkChoice(name: string, value: string, kind: ContentKind, input: FlagInput): void {
  const { choices } = kind.details[name]!;
  if (choices === undefined || choices.includes(value)) return;
  throw usageFault(
    `Cannot use ${quote(value)} for "--${name}" with ${flagOf(kind)}: must be one of ${
      choices.join(", ")
    }`,
    retype(input.commandLine, { flag: name, to: choices[0]! }),
  );
}

function withoutKind({ kind, flag }: ContentKind): Correction {
  return withoutFlag(kind, flag);
}

function withoutFlag(name: string, { kind }: FlagSpec): Correction {
  return kind === "boolean" ? { without: name } : { flag: name, to: null };
}

/** Returns the names of the kinds with which every flag about the content that is given is valid. */
function acceptingKinds(input: FlagInput, kinds: Kinds): string[] {
  const given = [...new Set(kinds.flatMap(({ details }) => Object.keys(details)))]
    .filter((name) => isGiven(input, name));
  return kinds.filter(({ details }) => given.every((name) => Object.hasOwn(details, name)))
    .filter(({ kind }) => kind !== "root" || given.length > 0)
    .map(({ kind }) => kind);
}

function typicalValues({ choices, suggests }: FlagSpec): readonly string[] {
  return choices ?? suggests ?? [];
}

function kindsWithFlag(name: string, kinds: Kinds): Kinds {
  return kinds.filter(({ details }) => Object.hasOwn(details, name));
}

function flagOf({ kind }: ContentKind): string {
  return `--${kind}`;
}

function isGiven(input: FlagInput, name: string): boolean {
  return input.flag(name) || input.text(name) !== null;
}
