/**
 * Changes to the stored sites, and to the metabase, which is a view of them.
 *
 * @module
 */
import { isProblem, type Problem } from "../base/problem.ts";
import type { ConfigDocument } from "../config/document/document.ts";
import { forgetVirtualDirs } from "../config/metabase/virtual_dirs.ts";
import type { ActionResult, AdminIo } from "./admin_io.ts";
import { editAndApply } from "./apply.ts";

/** Applies `edit` to the newest document, under its lock: `edit` must look its sites up again. */
export function changeSites(
  io: AdminIo,
  edit: (document: ConfigDocument) => ConfigDocument | Problem,
): Promise<ActionResult> {
  return editAndApply(io, "W3SVC", (document) => {
    const edited = edit(document);
    return isProblem(edited) ? edited : forgetVirtualDirs(document, edited);
  });
}
