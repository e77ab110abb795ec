/**
 * How `set` and `delete` of Httpcfg.exe end for scripts of today: with --idempotent and as JSON. Apart
 * from `completed.ts`, because a query changes nothing.
 *
 * @module
 */
import { type ActionResult, codeOf, settled } from "../../../admin/admin_io.ts";
import { exitStatusOf } from "../../../base/exit_status.ts";
import type { CommandInput, CommandIo } from "../../core/command.ts";
import { answerText } from "../../core/format.ts";
import { isJson, noteUnchanged } from "../../core/outcome.ts";
import { report } from "../../core/report.ts";
import { printResult } from "./completed.ts";
import type { ServiceCall } from "./text.ts";

/**
 * Prints the result of a change: as {@linkcode printResult} does, or as one JSON object of the code,
 * whether anything has `changed`, and `fields`. With --idempotent, what is so already is no problem.
 */
export async function printChange(
  input: CommandInput,
  io: CommandIo,
  call: ServiceCall,
  { result: given, fields }: { readonly result: ActionResult; readonly fields: object },
): Promise<number> {
  const result = input.flag("idempotent") ? settled(given) : given;
  if (isJson(input)) {
    io.out(answerText({ changed: result.changed, code: codeOf(result), ...fields }));
    report(io, result.notices);
  } else printResult(io, call, result);
  if (result.problem === null && !result.changed) await noteUnchanged(io);
  return exitStatusOf(codeOf(result), io.os);
}

/** Returns what a refusal is printed with: in JSON, stdout has nothing but one object. */
export function refusalIo(input: CommandInput, io: CommandIo): CommandIo {
  return isJson(input) ? { ...io, out: io.note, print: io.note } : io;
}
