/**
 * What an administrator's action may touch, and what comes of it: no terminal, so that the tools, the
 * modern commands, a page and an agent can call the same action.
 *
 * @module
 */
import type { Problem } from "../base/problem.ts";
import type { Paths } from "../config/store/paths.ts";
import type { Store } from "../config/store/store.ts";
import type { ControlClient } from "../host/control/control_client.ts";
import type { NewEvent } from "../telemetry/events/event.ts";

/** All that an action may touch. */
export interface AdminIo {
  readonly paths: Paths;
  readonly store: Store;
  readonly control: ControlClient;
  env(name: string): string | undefined;
  /** Milliseconds since 1970. */
  now(): number;
  /** Appends to the event log. A log that cannot be written costs the record, never the action. */
  record(event: NewEvent): Promise<void>;
  /** Whether to go on although the change may cost what `risks` name, each a sentence. */
  consent(risks: readonly string[]): boolean;
}

/** Something worth telling whoever took the action. */
export interface Notice {
  readonly kind: "error" | "warning" | "note";
  /** One sentence without a period. */
  readonly text: string;
  /** One line that can be typed or done next. */
  readonly hint?: string | undefined;
}

/** What came of an action. */
export interface ActionResult {
  /** Why nothing was changed, with the code of the old API; null where it was done. */
  readonly problem: Problem | null;
  /** In the order in which they are told. */
  readonly notices: readonly Notice[];
}

/** The Win32 code that an old tool completes with. */
export function codeOf({ problem }: ActionResult): number {
  return problem?.code ?? 0;
}
