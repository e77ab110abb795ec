/**
 * What the system denies to this user, as an action reports it.
 *
 * It is ERROR_ACCESS_DENIED, 5: what the old API returned to a user who was not an administrator.
 *
 * @module
 */
import type { DeniedFault } from "../base/fault.ts";
import { Problem } from "../base/problem.ts";
import { WIN32 } from "../base/win32.ts";
import type { ActionResult, AdminIo, Notice } from "./admin_io.ts";

/** An action that was refused: nothing is changed. */
export interface RefusedAction extends ActionResult {
  readonly problem: Problem;
}

/** Returns the error, with the command line that an administrator would type instead. */
export function deniedNotice(
  io: Pick<AdminIo, "asAdministrator">,
  { message: text, hint }: DeniedFault,
): Notice {
  return { kind: "error", text, hint: io.asAdministrator() ?? hint };
}

/** Returns the result of an action that the system denied. */
export function deniedResult(
  io: Pick<AdminIo, "asAdministrator">,
  fault: DeniedFault,
): RefusedAction {
  const problem = new Problem("access denied", { code: WIN32.ACCESS_DENIED });
  return { problem, changed: false, notices: [deniedNotice(io, fault)] };
}
