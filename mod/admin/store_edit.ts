/**
 * An edit of the stored document, which excludes all other processes while it runs.
 *
 * A document that the caller may not write is ERROR_ACCESS_DENIED, 5: what the old API returned to
 * a user who was not an administrator.
 *
 * @module
 */
import { Fault } from "../base/fault.ts";
import { isProblem, Problem } from "../base/problem.ts";
import { WIN32 } from "../base/win32.ts";
import type { ConfigDocument } from "../config/document/document.ts";
import type { StoreChange } from "../config/store/store.ts";
import type { ActionResult, AdminIo } from "./admin_io.ts";

/** An edit that was rejected: nothing is stored. */
interface RejectedEdit extends ActionResult {
  readonly problem: Problem;
}

/** Applies `edit` to the newest document; if it returns a problem, nothing changes. */
export async function editStore(
  io: Pick<AdminIo, "store">,
  edit: (document: ConfigDocument) => ConfigDocument | Problem,
): Promise<StoreChange | RejectedEdit> {
  let problem: Problem | null = null;
  try {
    const change = await io.store.update((document) => {
      const result = edit(document);
      if (!isProblem(result)) return result;
      problem = result;
      return document;
    });
    return problem === null ? change : { problem, notices: [] };
  } catch (error) {
    if (!isDenied(error)) throw error;
    const { message: text, hint } = error;
    const denied = new Problem("access denied", { code: WIN32.ACCESS_DENIED });
    return { problem: denied, notices: [{ kind: "error", text, hint }] };
  }
}

/** Reports whether the system denied the write. */
function isDenied(error: unknown): error is Fault {
  return error instanceof Fault &&
    (error.cause instanceof Deno.errors.PermissionDenied ||
      error.cause instanceof Deno.errors.NotCapable);
}
