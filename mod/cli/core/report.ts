/**
 * Errors, warnings and notes on stderr, in one form: `KIND: TEXT`, then `hint: LINE` if something
 * can be typed or done next.
 *
 * @module
 */
import type { ActionResult, Notice } from "../../admin/admin_io.ts";
import { EXIT } from "../../base/exit_status.ts";
import { span } from "./screen/colors.ts";
import type { CommandIo } from "./command.ts";

type Stderr = Pick<CommandIo, "note">;

/** Writes `notices`, in order. */
export function report(io: Stderr, notices: readonly Notice[]): void {
  for (const { kind, text, hint } of notices) {
    io.note([span(kind, `${kind}:`), ` ${text}`]);
    if (hint !== undefined) reportHint(io, hint);
  }
}

/** Writes one line that can be typed or done next. */
export function reportHint(io: Stderr, line: string): void {
  io.note([span("hint", "hint:"), ` ${line}`]);
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
