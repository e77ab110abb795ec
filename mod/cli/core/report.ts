/**
 * Errors, warnings and notes on stderr, in one form: `KIND: TEXT`, then `hint: LINE` for each thing
 * that can be typed or done next, the best first.
 *
 * @module
 */
import type { ActionResult, Notice } from "../../admin/admin_io.ts";
import { EXIT } from "../../base/exit_status.ts";
import { span } from "./screen/colors.ts";
import { wordWrap } from "./screen/word_wrap.ts";
import type { CommandIo } from "./command.ts";

/** `typed` is missing where a hint cannot depend on the flags before a command. */
export type Stderr = Pick<CommandIo, "note"> & Partial<Pick<CommandIo, "typed" | "screen">>;

/** Writes `notices`, in order. */
export function report(io: Stderr, notices: readonly Notice[]): void {
  for (const { kind, text, hint } of notices) {
    const [head, tail] = [`${kind}:`, fitted(io, `${kind}: ${text}`).slice(kind.length + 1)];
    io.note([span(kind, head), tail]);
    if (hint !== undefined) reportHint(io, hint);
  }
}

/** Returns a sentence for stderr: on a terminal, with a break between words where a line ends. */
export function fitted({ screen }: Stderr, text: string): string {
  const columns = screen?.noteColumns ?? null;
  if (columns === null) return text;
  return text.split("\n").map((line) => {
    return line.startsWith(" ")
      ? line
      : wordWrap(line, columns - HANGING.length).join(`\n${HANGING}`);
  }).join("\n");
}

/** Before what continues a sentence. */
const HANGING = "  ";

/** Writes the lines of a hint, which are to be copied: they have no breaks. */
export function reportHint(io: Stderr, hint: string): void {
  for (const line of hint.split("\n")) {
    const typed = io.typed === undefined ? line : io.typed(line);
    if (typed !== null) io.note([span("hint", "hint:"), ` ${typed}`]);
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
