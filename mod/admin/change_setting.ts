/**
 * Settings of the HTTP service. The document stores only those that differ from their default.
 *
 * @module
 */
import { DEFAULT_SETTINGS, type SettingName } from "../config/document/settings.ts";
import type { ActionResult, AdminIo } from "./admin_io.ts";
import { applyOrAdvise } from "./apply.ts";
import { editStore } from "./store_edit.ts";

/** Stores `value`, which has been checked; null restores the default. */
export async function changeSetting(
  io: AdminIo,
  name: SettingName,
  value: number | null,
): Promise<ActionResult> {
  const edited = await editStore(io, (document) => {
    const { [name]: _, ...others } = document.settings;
    const isDefault = value === null || value === DEFAULT_SETTINGS[name];
    return { ...document, settings: isDefault ? others : { ...others, [name]: value } };
  });
  if ("problem" in edited) return edited;
  return { problem: null, notices: edited.changed ? await applyOrAdvise(io, "HTTP") : [] };
}
