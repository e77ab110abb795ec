/**
 * What a flag of the command line is, and how its values are read: what the commands (`cli/`) and
 * the kinds of site content (`site/kinds/`) both speak of.
 *
 * @module
 */

/** What a word of the command line can be: a completion offers what there is of the kind. */
export type WordKind =
  | "command"
  | "entry"
  | "stored-entry"
  | "binding"
  | "endpoint"
  | "site"
  | "service"
  | "version"
  | "certificate"
  | "shell"
  | "file"
  | "folder";

export interface FlagSpec {
  readonly kind: "boolean" | "string" | "list";
  /** What stands for the value in help: `DIR`, `TEXT`; absent for a boolean. */
  readonly value?: string;
  readonly summary: string;
  /** The values that it takes; absent where others are possible too. */
  readonly choices?: readonly string[];
  /** Values that a completion offers, where others are possible too. */
  readonly suggests?: readonly string[];
  /** What its value can be, where it is neither one of `choices` nor of `suggests`. */
  readonly completes?: WordKind;
}

/** The flags of a command line that was understood. */
export interface FlagInput {
  flag(name: string): boolean;
  /** Value of a string flag, null where it was not given. */
  text(name: string): string | null;
  /** Values of a list flag, in order. */
  texts(name: string): readonly string[];
}

/** A line that shows how a command is used. */
export interface Example {
  readonly line: string;
  readonly tells: string;
}
