/**
 * Errors, warnings and notes on stderr, in one form: `KIND: TEXT`, then `hint: LINE` for each thing
 * that can be typed or done next, the best first.
 *
 * @module
 */
import type { ActionResult, Notice } from "../../admin/admin_io.ts";
import { EXIT } from "../../base/exit_status.ts";
import { span } from "./screen/colors.ts";
import type { CommandIo } from "./command.ts";

/** `typed` is missing where a hint cannot depend on the flags before a command. */
type Stderr = Pick<CommandIo, "note"> & Partial<Pick<CommandIo, "typed">>;

/** Writes `notices`, in order. */
export function report(io: Stderr, notices: readonly Notice[]): void {
  for (const { kind, text, hint } of notices) {
    io.note([span(kind, `${kind}:`), ` ${text}`]);
    if (hint !== undefined) reportHint(io, hint);
  }
}

/** Writes the lines of a hint. */
export function reportHint(io: Stderr, hint: string): void {
  for (const line of hint.split("\n")) {
    io.note([span("hint", "hint:"), ` ${io.typed?.(line) ?? line}`]);
  }
}

/** Writes why something failed, for example a Fault. */
export function reportError(
  io: Stderr,
  { message, hint }: { readonly message: string; readonly hint?: string | undefined },
): void {
  report(io, [{ kind: "error", text: message, hint }]);
}

/** Writes the notices of an action and returns the exit status that a modern command ends with. */
export function finish(io: Stderr, { problem, notices }: ActionResult): number {
  report(io, notices);
  return problem === null ? EXIT.ok : EXIT.failed;
}
