/**
 * Changes to the stored sites, and to the metabase, which is a view of them.
 *
 * @module
 */
import type { Problem } from "../base/problem.ts";
import type { ConfigDocument } from "../config/document/document.ts";
import type { ActionResult, AdminIo } from "./admin_io.ts";
import { applyOrAdvise } from "./apply.ts";
import { editStore } from "./store_edit.ts";

/** Applies `edit` to the newest document, under its lock: `edit` must look its sites up again. */
export async function changeSites(
  io: AdminIo,
  edit: (document: ConfigDocument) => ConfigDocument | Problem,
): Promise<ActionResult> {
  const edited = await editStore(io, edit);
  if ("problem" in edited) return edited;
  return { problem: null, notices: edited.changed ? await applyOrAdvise(io, "W3SVC") : [] };
}
