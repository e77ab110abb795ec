/**
 * What a command says of the stored document where the running service uses another one.
 *
 * @module
 */
import type { Notice } from "../../../admin/admin_io.ts";
import type { StoredState } from "../../../host/control/status.ts";
import { queryStored } from "../../../host/control/stored_query.ts";
import type { CommandIo } from "../command.ts";
import { report } from "../report.ts";

/** Writes a note if the running service does not use what is stored. */
export async function noteUnapplied(
  io: Pick<CommandIo, "note" | "store" | "control">,
): Promise<void> {
  const stored = await queryStored(io.control.run);
  if (stored?.file === io.store.file) report(io, storedNotices(stored, "httpcfg plan"));
}

/** Returns the notice that what is stored is not in force; none if it is. */
export function storedNotices(stored: StoredState | undefined, hint: string): Notice[] {
  if (stored === undefined || stored.changes === 0) return [];
  const { changes, problem, hint: cure } = stored;
  if (problem === null) return [{ kind: "note", text: notApplied(changes), hint }];
  const text = `the stored document cannot be used: ${problem}`;
  return [{ kind: "warning", text, hint: cure ?? undefined }];
}

/** Returns the notice of a command that works with the document `file`, not with what runs. */
export function planNotice(stored: StoredState | undefined, file: string): Notice[] {
  if (stored?.file !== file || stored.changes === 0) return [];
  if (stored.changes === null) return storedNotices(stored, "httpcfg status");
  const verb = stored.changes === 1 ? "is" : "are";
  const text = `with the stored configuration; ${changesText(stored.changes)} ${verb} not applied`;
  return [{ kind: "note", text, hint: "httpcfg reload" }];
}

/** Returns `stored, not applied: 2 changes`. */
function notApplied(changes: number): string {
  return `stored, not applied: ${changesText(changes)}`;
}

function changesText(changes: number): string {
  return changes === 1 ? "1 change" : `${changes} changes`;
}
