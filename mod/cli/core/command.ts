/**
 * A command is a record. Help, completions, man pages and tests read it; `run.ts` runs it.
 *
 * @module
 */
import type { AdminIo } from "../../admin/admin_io.ts";
import type { Home } from "../../config/store/home.ts";
import type { StoreAddress } from "../../fleet/etcd/store_address.ts";
import type { KeyStore } from "../../fleet/shared/key_store.ts";
import type { MachineView } from "../../listen/plan/plan_input.ts";
import type { Styled } from "./screen/colors.ts";
import { COLOR_CHOICES, type Screen } from "./screen/screen.ts";
import type { Example, FlagInput, FlagSpec, WordKind } from "../../base/flag_spec.ts";

export interface CommandSpec {
  /** The words that call it: `site add`, `set iplisten`. */
  readonly name: string;
  /** What follows the name, without flags: `NAME`, `-i ADDRESS`. */
  readonly usage: string;
  /** What it does, in one line without a full stop. */
  readonly summary: string;
  /** Paragraphs of `help COMMAND` and the man page. */
  readonly details?: readonly string[];
  readonly examples?: readonly Example[];
  /** Long flags, `--name`. Every command has `--help`, which is in no record. */
  readonly flags: Readonly<Record<string, FlagSpec>>;
  /** How many words may follow the name. */
  readonly words: { readonly min: number; readonly max: number };
  /**
   * The command is an old tool's: `-x` and `/x` are passed on untouched; only the long flags above
   * are parsed.
   */
  readonly legacy?: boolean;
  /** The kinds of the words after the name, by position; the last one repeats. */
  readonly completes?: readonly WordKind[];
  /** The kind of the value after a switch of an old tool, such as `-i`. */
  readonly switches?: Readonly<Record<string, WordKind>>;
  /** The old tool handles `/?` itself. */
  readonly ownHelp?: boolean;
  /** Not listed in the short help. */
  readonly hidden?: boolean;
  /** Runs the command and returns the exit status. Throws a Fault. */
  run(input: CommandInput, io: CommandIo): Promise<number>;
}

export interface CommandInput extends FlagInput {
  readonly words: readonly string[];
}

/** Every command, for those that describe the others. */
export interface CommandTable {
  /** In the order of the help. */
  readonly names: readonly string[];
  /** Loads the record of one of the names. */
  load(name: string): Promise<CommandSpec>;
}

/** Everything that a command may use. Tests pass a fake. */
export interface CommandIo extends AdminIo {
  readonly commands: CommandTable;
  /** The document and service that this is about; its paths are `paths`. */
  readonly home: Home;
  readonly os: string;
  readonly uid: number | null;
  /**
   * Returns what a command may use on a line that begins with the flags of `args`. Rejects with a
   * usage Fault if they are not valid.
   */
  under(args: readonly string[]): Promise<CommandIo>;
  /**
   * Starts a service process for this home; resolves when its control socket listens. False if
   * another command has just started one, which then is the one to talk to.
   */
  startInBackground(): Promise<boolean>;
  /** The machine to plan for, if it is not this one. */
  readonly machine?: MachineView | undefined;
  /** Opens the store of a fleet, if it is not etcd. */
  readonly openKeys?: ((address: StoreAddress) => Promise<KeyStore>) | undefined;
  /** What stdout and stderr show. */
  readonly screen: Screen;
  /** Writes text for people to stdout, in whole lines. */
  show(text: Styled): void;
  /** Writes output for programs to stdout, in whole lines. */
  out(text: string): void;
  /** Writes output as it is, without ending the line. */
  print(text: string): void;
  /** False once the reader of stdout has gone away; what is written then goes nowhere. */
  hasReader(): boolean;
  /** Writes anything else to stderr, in whole lines. */
  note(text: Styled): void;
  /** Whether somebody can use an editor: stdin and stdout are a terminal. */
  isInteractive(): boolean;
  /**
   * Returns a line of a hint as it must be typed on this system to be about `home`; null if the
   * system has nothing like it.
   */
  typed(line: string): string | null;
  /** Asks on the terminal; null if there is none, or at its end (Ctrl-D). */
  ask(question: string): string | null;
  /** The text of stdin, in pieces as they arrive. */
  stdin(): AsyncIterable<string>;
}

/** The flags that may stand before every command, and after it. */
export const COLOR_FLAGS: Readonly<Record<"color" | "no-color", FlagSpec>> = {
  color: {
    kind: "string",
    value: "WHEN",
    summary: "write in color",
    choices: COLOR_CHOICES,
  },
  "no-color": { kind: "boolean", summary: "the same as --color never" },
};

/** The flag of every command that lists something. */
export const FORMAT_FLAG: Readonly<Record<"format", FlagSpec>> = {
  format: {
    kind: "string",
    value: "FORM",
    summary: "output format",
    choices: ["text", "json", "ndjson", "csv", "tsv"],
  },
};
