/**
 * Settings of the HTTP service. The document stores only those that differ from their default.
 *
 * @module
 */
import {
  DEFAULT_SETTINGS,
  isDefault,
  type SettingName,
  type StoredSettings,
} from "../config/document/settings.ts";
import type { ActionResult, AdminIo } from "./admin_io.ts";
import { editAndApply } from "./apply.ts";

/** Stores `value`, which has been checked; null restores the default. */
export function changeSetting(
  io: AdminIo,
  name: SettingName,
  value: number | null,
): Promise<ActionResult> {
  return changeSettings(io, { [name]: value ?? DEFAULT_SETTINGS[name] });
}

/** Stores `values`, which have been checked, as one change. */
export function changeSettings(io: AdminIo, values: StoredSettings): Promise<ActionResult> {
  return editAndApply(io, "HTTP", (document) => {
    return { ...document, settings: withSettings(document.settings, values) };
  });
}

/** Returns the stored settings with `values`, as they are stored: without defaults. */
export function withSettings(stored: StoredSettings, values: StoredSettings): StoredSettings {
  const all = Object.entries({ ...stored, ...values });
  return Object.fromEntries(
    all.filter(([name, value]) => !isDefault(name as SettingName, value)),
  );
}
