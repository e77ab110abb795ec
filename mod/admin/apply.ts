/**
 * After a write: applies the change to the running service, or says how to apply it.
 *
 * @module
 */
import { DeniedFault, Fault } from "../base/fault.ts";
import type { Problem } from "../base/problem.ts";
import type { ConfigDocument } from "../config/document/document.ts";
import type { StoreChange } from "../config/store/store.ts";
import { isServiceUp, type ServiceStatus } from "../host/control/status.ts";
import type { ActionResult, AdminIo, Notice } from "./admin_io.ts";
import { logNotices } from "./log_notices.ts";
import { guardReload } from "./lockout_guard.ts";
import { editStore } from "./store_edit.ts";

/** What each service reads from the document when it starts. */
const READERS = {
  HTTP: { what: "HTTP reads the list and the settings", stop: "httpcfg net stop http /y" },
  W3SVC: { what: "W3SVC reads the sites", stop: "httpcfg net stop w3svc" },
} as const;

type Reader = keyof typeof READERS;

type ApplyIo = Pick<
  AdminIo,
  "control" | "store" | "env" | "consent" | "asAdministrator" | "progress"
>;

/** Stores the result of `edit`, which changes what `reader` reads, and applies it or advises. */
export async function editAndApply(
  io: ApplyIo,
  reader: Reader,
  edit: (document: ConfigDocument) => ConfigDocument | Problem,
): Promise<ActionResult> {
  const edited = await editStore(io, edit);
  if ("problem" in edited) return edited;
  const notices = [
    ...logNotices(edited.before, edited.after),
    ...await applyOrAdvise(io, reader, edited),
  ];
  return { problem: null, changed: edited.changed, notices };
}

/**
 * Applies a stored change to the running service if applyChanges is "live"; otherwise returns how to
 * apply a change to what `reader` reads. Returns nothing if nothing changed, or if that service is
 * not running. Never fails: the change is stored, and a warning says why it could not be applied.
 */
export async function applyOrAdvise(
  io: ApplyIo,
  reader: Reader,
  { changed, after }: Pick<StoreChange, "changed" | "after">,
): Promise<Notice[]> {
  if (!changed) return [];
  let status: ServiceStatus | null;
  try {
    status = await io.control.ask({ op: "status", brief: true });
  } catch (error) {
    // Any other fault means that there is no service which could apply the change.
    return error instanceof DeniedFault ? [notApplied(io, error)] : [];
  }
  if (!isServiceUp(status, reader)) return [];
  if (after.settings.applyChanges === "live") return await applyNow(io);
  const { what, stop } = READERS[reader];
  return [{
    kind: "note",
    text: `stored; ${what} when it starts`,
    hint: `httpcfg reload\n${stop}; httpcfg net start w3svc`, // the first stops nothing
  }];
}

async function applyNow(
  io: ApplyIo,
): Promise<Notice[]> {
  try {
    const unseen = await guardReload(io);
    await reloadStored(io);
    return [...unseen, { kind: "note", text: "stored and applied" }];
  } catch (error) {
    return [notApplied(io, error)];
  }
}

/** Applies what is stored to the running service. Throws a Fault if that is not possible. */
export async function reloadStored({ control, progress }: ApplyIo): Promise<void> {
  progress?.("applying", "the configuration");
  const request = { op: "reload", confirmSeconds: null, strict: false, brief: true } as const;
  await control.ask(request, undefined, { progress });
}

/** Returns the warning for a change that is stored but could not be applied. */
export function notApplied(io: Pick<AdminIo, "asAdministrator">, error: unknown): Notice {
  if (!(error instanceof Fault)) throw error;
  const allowed = error instanceof DeniedFault ? io.asAdministrator(["reload"]) : null;
  const text = `stored, but not applied: ${error.message}`;
  return { kind: "warning", text, hint: allowed ?? error.hint ?? "httpcfg reload" };
}
