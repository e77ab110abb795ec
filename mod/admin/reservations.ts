/**
 * URL reservations (`urlAcl`): who may register URLs below a prefix.
 *
 * A reservation takes effect at once, without a restart; adding or deleting one is an event (15007,
 * 15008).
 *
 * @module
 */
import type { UrlAclRecord } from "../config/document/document.ts";
import { deleteUrlAcl, setUrlAcl } from "../config/document/http_records.ts";
import { type NewEvent, reservationAdded, reservationDeleted } from "../telemetry/events/event.ts";
import type { ActionResult, AdminIo } from "./admin_io.ts";
import { notApplied } from "./apply.ts";
import { editStore } from "./store_edit.ts";

/** Adds a reservation. */
export function reserve(io: AdminIo, record: UrlAclRecord): Promise<ActionResult> {
  const edit = editStore(io, (document) => setUrlAcl(document, record));
  return applyReservation(io, edit, reservationAdded(record.url));
}

/** Removes the reservation of `url`. */
export function unreserve(io: AdminIo, url: string): Promise<ActionResult> {
  const edit = editStore(io, (document) => deleteUrlAcl(document, url));
  return applyReservation(io, edit, reservationDeleted(url));
}

/** Records the event of the edit, and applies the edit to the running service. */
async function applyReservation(
  io: AdminIo,
  edit: ReturnType<typeof editStore>,
  event: NewEvent,
): Promise<ActionResult> {
  const edited = await edit;
  if ("problem" in edited) return edited;
  const { changed } = edited;
  if (!changed) return { problem: null, changed, notices: [] };
  await io.record(event);
  try {
    await io.control.ask({ op: "reservations" });
  } catch (error) {
    return { problem: null, changed, notices: [notApplied(io, error)] };
  }
  return { problem: null, changed, notices: [] };
}
