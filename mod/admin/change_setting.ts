/**
 * Settings of the HTTP service. The document stores only those that differ from their default.
 *
 * @module
 */
import { DEFAULT_SETTINGS, type SettingName } from "../config/document/settings.ts";
import type { ActionResult, AdminIo } from "./admin_io.ts";
import { editAndApply } from "./apply.ts";

/** Stores `value`, which has been checked; null restores the default. */
export function changeSetting(
  io: AdminIo,
  name: SettingName,
  value: number | null,
): Promise<ActionResult> {
  return editAndApply(io, "HTTP", (document) => {
    const { [name]: _, ...others } = document.settings;
    const isDefault = value === null || value === DEFAULT_SETTINGS[name];
    return { ...document, settings: isDefault ? others : { ...others, [name]: value } };
  });
}
