/**
 * What a command-line flag is and how its values are read: the vocabulary shared by the commands
 * (`cli/`) and the kinds of site content (`site/kinds/`).
 *
 * @module
 */

/** What a command-line argument can name; shell completion offers the existing ones. */
export type WordKind =
  | "command"
  | "entry"
  | "stored-entry"
  | "binding"
  | "endpoint"
  | "site"
  | "service"
  | "setting"
  | "version"
  | "certificate"
  | "acme"
  | "shell"
  | "page"
  | "file"
  | "folder";

export interface FlagSpec {
  readonly kind: "boolean" | "string" | "list";
  /** Placeholder for the value in help: `DIR`, `TEXT`; absent for a boolean. */
  readonly value?: string;
  readonly summary: string;
  /** The value if none follows; absent if one has to. */
  readonly bare?: string;
  /** The only values allowed; absent if there are others. */
  readonly choices?: readonly string[];
  /** Values that completion offers, if others are allowed too. */
  readonly suggests?: readonly string[];
  /** What a value can name that is in neither `choices` nor `suggests`. */
  readonly completes?: WordKind;
}

/** The flags of a parsed command line. */
export interface FlagInput {
  /** Everything after the program's name, as typed: for the history, and for hints. */
  readonly commandLine: readonly string[];
  flag(name: string): boolean;
  /** Returns the value of a string flag; null if it was not given. */
  text(name: string): string | null;
  /** Returns the values of a list flag, in order. */
  texts(name: string): readonly string[];
}

/** An example of how to use a command, and what it shows. */
export interface Example {
  readonly line: string;
  readonly shows: string;
}
