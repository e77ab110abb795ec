/**
 * How every command of ours that changes something ends: as text or as one JSON object, which says
 * whether anything has changed, and with the exit status.
 *
 * @module
 */
import { type ActionResult, settled } from "../../admin/admin_io.ts";
import { EXIT } from "../../base/exit_status.ts";
import { quote, usageFault } from "../../base/fault.ts";
import type { FlagInput, FlagSpec } from "../../base/flag_spec.ts";
import type { CommandIo } from "./command.ts";
import { answerText } from "./format.ts";
import { report } from "./report.ts";
import { noteUnapplied } from "./notices/stored_notice.ts";

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
export function isJson(input: Pick<FlagInput, "text">): boolean {
  return input.text("format") === "json";
}

/**
 * Checks the form of a change made by a command that lists something without words: only the listing
 * has the forms of one. `line` is the command line of the change. Throws a usage Fault.
 */
export function checkChangeForm(input: Pick<FlagInput, "text">, line: string): void {
  const form = input.text("format") ?? "text";
  if (CHANGE_FLAGS.format.choices?.includes(form)) return;
  throw usageFault(
    `Cannot use ${quote(form)} for "--format" where something changes: must be one of text, json`,
    `${line} --format json`,
  );
}

/**
 * Reports an action and returns the exit status of a command of ours. With --idempotent, what is so
 * already is no problem. In JSON, an action that was
 * done is one object: whether anything has `changed`, and `fields`. One that failed writes nothing
 * to stdout, so that a reader never takes it for done.
 */
export async function finishChange(
  input: FlagInput,
  io: ChangeIo,
  given: ActionResult,
  fields: object,
): Promise<number> {
  const result = input.flag("idempotent") ? settled(given) : given;
  report(io, result.notices);
  if (result.problem !== null) return EXIT.failed;
  await reportDone(input, io, result.changed, fields);
  return EXIT.ok;
}

/** Reports what was done, or that it was so already. */
export async function reportDone(
  input: Pick<FlagInput, "text">,
  io: ChangeIo,
  changed: boolean,
  fields: object,
): Promise<void> {
  if (isJson(input)) io.out(answerText({ changed, ...fields }));
  if (!changed) await noteUnchanged(io);
}

/** Says that it was so already, and if that is only true of what is stored, this too. */
export async function noteUnchanged(io: ChangeIo): Promise<void> {
  report(io, [{ kind: "note", text: "unchanged" }]);
  await noteUnapplied(io);
}
