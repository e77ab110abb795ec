/**
 * How every command of ours that changes something ends: as text or as one JSON object, which says
 * whether anything has changed, and with the exit status.
 *
 * @module
 */
import type { ActionResult } from "../../admin/admin_io.ts";
import { EXIT } from "../../base/exit_status.ts";
import type { FlagInput, FlagSpec } from "../../base/flag_spec.ts";
import type { CommandIo } from "./command.ts";
import { answerText } from "./format.ts";
import { report } from "./report.ts";
import { noteUnapplied } from "./stored_notice.ts";

type ChangeIo = Pick<CommandIo, "out" | "note" | "store" | "control">;

/** The flags of every command that changes something. */
export const CHANGE_FLAGS: Readonly<Record<"idempotent" | "format", FlagSpec>> = {
  idempotent: {
    kind: "boolean",
    summary: "succeed if it is so already; nothing is written then",
  },
  format: {
    kind: "string",
    value: "FORM",
    summary: "output format",
    choices: ["text", "json"],
  },
};

/** Reports whether the command writes one JSON object, and no text, to stdout. */
function isJson(input: Pick<FlagInput, "text">): boolean {
  return input.text("format") === "json";
}

/**
 * Reports an action and returns the exit status of a command of ours. In JSON, an action that was
 * done is one object: whether anything has `changed`, and `fields`. One that failed writes nothing
 * to stdout, so that a reader never takes it for done.
 */
export async function finishChange(
  input: FlagInput,
  io: ChangeIo,
  result: ActionResult,
  fields: object,
): Promise<number> {
  report(io, result.notices);
  if (result.problem !== null) return EXIT.failed;
  await reportDone(input, io, { changed: result.changed, ...fields });
  return EXIT.ok;
}

/** Reports what was done, or that it was so already. */
async function reportDone(
  input: Pick<FlagInput, "text">,
  io: ChangeIo,
  answer: { readonly changed: boolean },
): Promise<void> {
  if (isJson(input)) io.out(answerText(answer));
  if (!answer.changed) await noteUnchanged(io);
}

/** Says that it was so already, and if that is only true of what is stored, this too. */
async function noteUnchanged(io: ChangeIo): Promise<void> {
  report(io, [{ kind: "note", text: "unchanged" }]);
  await noteUnapplied(io);
}
