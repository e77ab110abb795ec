/**
 * How a command ends that has replaced the stored document, or many of its values: with what differs.
 *
 * @module
 */
import type { changeList } from "../../admin/change_list.ts";
import { type Change, changeLines, diffValues } from "../../config/document/diff.ts";
import type { CommandInput, CommandIo } from "./command.ts";
import { finishChange, isJson } from "./outcome.ts";
import { diffText } from "./screen/diff_text.ts";
import { report } from "./report.ts";

/** Prints `changes` as `diff` does, or that there are none. */
export function showChanges(
  io: Pick<CommandIo, "show" | "note">,
  changes: readonly Change[],
): void {
  if (changes.length === 0) report(io, [{ kind: "note", text: "unchanged" }]);
  else io.show(diffText(changeLines(changes)));
}

/** Prints what has changed in the document, and returns the exit status. */
export async function finishReplaced(
  input: CommandInput,
  io: CommandIo,
  result: Awaited<ReturnType<typeof changeList>>,
  fields: object = {},
): Promise<number> {
  const changes = result.change === null || !result.changed
    ? []
    : diffValues(result.change.before, result.change.after);
  if (!isJson(input) && changes.length > 0) showChanges(io, changes);
  return await finishChange(input, io, result, { ...fields, changes });
}
