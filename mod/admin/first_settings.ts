/**
 * The settings of a new installation, whose logs somebody collects: they are stored where there is no
 * document yet, so that every command shows what acts, and a document that is there stays as it is.
 *
 * @module
 */
import { quote, shellWord, usageFault } from "../base/fault.ts";
import { isProblem } from "../base/problem.ts";
import { findSetting, formatSetting, parseSetting } from "../config/document/setting_value.ts";
import type { StoredSettings } from "../config/document/settings.ts";
import { fileExists } from "../config/store/file_exists.ts";
import type { AdminIo, Notice } from "./admin_io.ts";
import { withSettings } from "./change_setting.ts";

/** Access logs for the journal, or for whoever collects the output of a container. */
export const COLLECTED_LOGS: StoredSettings = {
  AccessLogFormat: "json",
  AccessLogTarget: "stdout",
};

/** The environment variable with settings for a home without a document. */
const VARIABLE = "HTTPCFG_NEW_SETTINGS";

type FirstIo = Pick<AdminIo, "env" | "paths" | "store">;

/** Stores the settings that the environment has for a home without a document, and says so. */
export async function storeSettingsOfEnvironment(io: FirstIo): Promise<Notice[]> {
  const text = io.env(VARIABLE) ?? "";
  if (text.trim() === "" || fileExists(io.paths.config) !== false) return [];
  return await storeFirstSettings(io, parseNewSettings(text));
}

/** Stores `settings` where there is no document yet, and says so; does nothing elsewhere. */
export async function storeFirstSettings(
  io: Omit<FirstIo, "env">,
  settings: StoredSettings,
): Promise<Notice[]> {
  if (fileExists(io.paths.config) !== false) return [];
  await io.store.update((document) => {
    return { ...document, settings: withSettings(document.settings, settings) };
  });
  const words = Object.entries(settings).map(([name, value]) => {
    return `${name} ${formatSetting(value as never)}`;
  });
  return [{ kind: "note", text: `stored, as there was no document: ${words.join(", ")}` }];
}

/** Returns what is to be said of a document that leaves the logs of a service in files. */
export function journalNotices(settings: StoredSettings): Notice[] {
  const isSaid = Object.keys(COLLECTED_LOGS).some((name) => Object.hasOwn(settings, name));
  if (isSaid) return [];
  const words = Object.entries(COLLECTED_LOGS).flat().join(" ");
  return [{
    kind: "note",
    text:
      "the access logs stay in files, as the document has it; the journal can have them as JSON",
    hint: `httpcfg settings set ${words}`,
  }];
}

/** Returns the settings that `text` lists: `NAME=VALUE NAME=VALUE`. Throws a usage Fault. */
export function parseNewSettings(text: string): StoredSettings {
  const pairs = text.trim().split(/\s+/).map((word) => {
    const equals = word.indexOf("=");
    const name = findSetting(word.slice(0, Math.max(0, equals)));
    const value = name === null ? null : parseSetting(name, word.slice(equals + 1));
    if (name !== null && value !== null && !isProblem(value)) return [name, value];
    const why = isProblem(value) ? value.reason : "expected NAME=VALUE, separated by spaces";
    throw usageFault(
      `Cannot use ${quote(word)} in ${VARIABLE}: ${why}`,
      `export ${VARIABLE}=${shellWord("AccessLogFormat=json AccessLogTarget=stdout")}`,
    );
  });
  return Object.fromEntries(pairs);
}
