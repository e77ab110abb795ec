/**
 * The content of a site from the flags of a command line: `--KIND` selects the kind, and other
 * flags are valid with one kind or with several.
 *
 * @module
 */
import { type Fault, quote, usageFault } from "../../base/fault.ts";
import type { Example, FlagInput, FlagSpec } from "../../base/flag_spec.ts";
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

/**
 * Returns the content that the flags describe. `line` is the command line that precedes them, for
 * hints. Throws a usage Fault if they select no kind or several, or if one of them is not valid
 * with the selected kind.
 */
export async function readContent(
  input: FlagInput,
  line: string,
  kinds: Kinds = KINDS,
): Promise<SiteContent> {
  const chosen = kinds.filter(({ kind }) => isGiven(input, kind));
  const [kind] = chosen;
  if (kind === undefined || chosen.length > 1) {
    throw usageFault(
      `Cannot choose the site content: exactly one of ${kindFlagList(kinds)} is required`,
      `${line} ${SAMPLE_WORDS}`,
    );
  }
  for (const name of new Set(kinds.flatMap(({ details }) => Object.keys(details)))) {
    if (!isGiven(input, name)) continue;
    const value = input.text(name);
    if (kind.details[name] === undefined) throw unusedFlagFault(name, kind, line, kinds);
    if (value !== null) checkChoice(name, value, kind, line);
  }
  return await kind.read(input, line);
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
function unusedFlagFault(name: string, chosen: ContentKind, line: string, kinds: Kinds): Fault {
  const accepting = kindsWithFlag(name, kinds);
  const others = accepting.map(flagOf).join(" or ");
  return usageFault(
    `Cannot use "--${name}" with ${flagOf(chosen)}: only valid with ${others}`,
    exampleLine(name, accepting[0]!, line),
  );
}

function checkChoice(name: string, value: string, kind: ContentKind, line: string): void {
  const { choices } = kind.details[name]!;
  if (choices === undefined || choices.includes(value)) return;
  throw usageFault(
    `Cannot use ${quote(value)} for "--${name}" with ${flagOf(kind)}: must be one of ${
      choices.join(", ")
    }`,
    exampleLine(name, kind, line),
  );
}

/** A command line that uses the flag `name` as `kind` defines it. */
function exampleLine(name: string, { examples, details }: ContentKind, line: string): string {
  const spec = details[name]!;
  const shown = typicalValues(spec)[0] ?? spec.value;
  return `${line} ${examples[0].words} --${name}${shown === undefined ? "" : ` ${shown}`}`;
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
