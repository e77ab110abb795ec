/**
 * What an administrator's action may use, and its result. There is no terminal in it, so that the
 * old tools, the modern commands, a page and an agent can call the same action.
 *
 * @module
 */
import type { Progress } from "../base/progress.ts";
import type { Problem } from "../base/problem.ts";
import type { Paths } from "../config/store/paths.ts";
import type { Store } from "../config/store/store.ts";
import type { Control } from "../host/control/control.ts";
import type { NewEvent } from "../telemetry/events/event.ts";

/** Everything that an action may use. */
export interface AdminIo {
  readonly paths: Paths;
  readonly store: Store;
  readonly control: Control;
  /**
   * Returns the line that an administrator types for `words`, by default the command of this line: a
   * hint where the system denies an access. Null if other rights would not help.
   */
  asAdministrator(words?: readonly string[]): string | null;
  env(name: string): string | undefined;
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Appends to the event log. If the log cannot be written, the record is lost, never the action.
   */
  record(event: NewEvent): Promise<void>;
  /** Whether many machines have the document: what this one has says nothing about it then. */
  readonly isShared?: boolean | undefined;
  /** Is told how far an action is; absent if nobody watches. */
  readonly progress?: Progress | undefined;
  /** Reports whether to continue despite `risks`, each a sentence. */
  consent(risks: readonly string[]): boolean;
}

/** Something that whoever took the action should know. */
export interface Notice {
  readonly kind: "error" | "warning" | "note";
  /** One sentence without a full stop. */
  readonly text: string;
  /** What can be typed or done next: one line, or several, the best first. */
  readonly hint?: string | undefined;
}

/** The result of an action. */
export interface ActionResult {
  /** Why nothing was changed, with the code of the old API; null if the action was done. */
  readonly problem: Problem | null;
  /** Whether the action has changed what is stored or what runs; false if it was so already. */
  readonly changed: boolean;
  /** In the order in which they are reported. */
  readonly notices: readonly Notice[];
}

/**
 * Returns the result for whoever wants a state rather than a change: that everything is so already
 * is no problem.
 */
export function settled<R extends ActionResult>(result: R): R {
  return result.problem?.isSo ? { ...result, problem: null } : result;
}

/** Returns the Win32 code that an old tool completes with. */
export function codeOf({ problem }: ActionResult): number {
  return problem?.code ?? 0;
}
