/**
 * What a command is: a record. Help, completions, man pages and tests read it; `run.ts` runs it.
 *
 * @module
 */
import type { AdminIo } from "../../admin/admin_io.ts";
import type { Example, FlagInput, FlagSpec, WordKind } from "../../base/flag_spec.ts";

export interface CommandSpec {
  /** Words that call it: `site add`, `set iplisten`. */
  readonly name: string;
  /** What follows the name, flags left out: `NAME`, `-i ADDRESS`. */
  readonly usage: string;
  /** One line, no period: what it does. */
  readonly summary: string;
  /** Paragraphs of `help COMMAND` and the man page. */
  readonly details?: readonly string[];
  readonly examples?: readonly Example[];
  /** Long flags, `--name`. `help` is everywhere and stands in no record. */
  readonly flags: Readonly<Record<string, FlagSpec>>;
  /** How many words may follow the name. */
  readonly words: { readonly min: number; readonly max: number };
  /**
   * The words are an old tool's: single `-x` and `/x` are passed on untouched, only the long flags
   * above are taken out of them.
   */
  readonly legacy?: boolean;
  /** What the words after the name can be, place by place; the last one goes on. */
  readonly completes?: readonly WordKind[];
  /** What the value after a switch of an old tool can be: `-i`. */
  readonly switches?: Readonly<Record<string, WordKind>>;
  /** `/?` is a word of the old tool, which answers it itself. */
  readonly ownHelp?: boolean;
  /** Not listed in the short help. */
  readonly hidden?: boolean;
  /** Does it, and gives the exit status. Throws a Fault. */
  run(input: CommandInput, io: CommandIo): Promise<number>;
}

export interface CommandInput extends FlagInput {
  readonly words: readonly string[];
  /** Everything after the program's name, as typed: history keeps it. */
  readonly commandLine: readonly string[];
}

/** Every command: for those that tell about the others. */
interface CommandTable {
  /** In the order of the help. */
  readonly names: readonly string[];
  /** The record of one of the names. */
  load(name: string): Promise<CommandSpec>;
}

/** All that a command may touch. Tests pass a fake. */
export interface CommandIo extends AdminIo {
  readonly commands: CommandTable;
  readonly os: string;
  readonly uid: number | null;
  /**
   * Starts a service process of this home; resolves when its control socket listens. False where
   * another command has just started one: then that is the one to speak to.
   */
  startInBackground(): Promise<boolean>;
  /** Writes the answer to stdout, whole lines. */
  out(text: string): void;
  /** Writes the answer as it is, for output that grows within a line. */
  print(text: string): void;
  /** Writes anything else to stderr, whole lines. */
  note(text: string): void;
  /** Asks on the terminal; null where there is none to ask on. */
  ask(question: string): string | null;
}

/** Flags of every command that lists something. */
export const FORMAT_FLAG: Readonly<Record<"format", FlagSpec>> = {
  format: {
    kind: "string",
    value: "FORM",
    summary: "form of the answer",
    choices: ["text", "json", "ndjson", "csv", "tsv"],
  },
};
