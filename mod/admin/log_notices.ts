/**
 * Settings of the access logs that have no effect because of others. Pure.
 *
 * @module
 */
import type { ConfigDocument } from "../config/document/document.ts";
import { effectiveSettings, type SettingName } from "../config/document/settings.ts";
import type { Notice } from "./admin_io.ts";

/** What a change makes of the settings of the access logs, where that is not what they say. */
export function logNotices(before: ConfigDocument, after: ConfigDocument): Notice[] {
  const known = new Map(withoutEffect(before).map((notice) => [notice.text, notice]));
  return withoutEffect(after).filter(({ text }) => !known.has(text));
}

/** Settings that act on one format or target, and the value that it has. */
const DEPENDENT = [
  ["LogExtFileFlags", "AccessLogFormat", "w3c"],
  ["AccessLogFields", "AccessLogFormat", "json"],
  ["LogFileTruncateSize", "AccessLogTarget", "file"],
  ["AccessLogSyslog", "AccessLogTarget", "syslog"],
] as const satisfies readonly (readonly [SettingName, SettingName, string])[];

/** Returns a note about each stored setting, and each site's own, that has no effect. */
function withoutEffect({ settings, sites, metabase }: ConfigDocument): Notice[] {
  const { LogEnabled, ...effective } = effectiveSettings(settings);
  const stored = DEPENDENT.filter(([name]) => settings[name] !== undefined);
  const inUse = {
    AccessLogFormat: new Set<string>([effective.AccessLogFormat]),
    AccessLogTarget: new Set<string>([effective.AccessLogTarget]),
  };
  const ofSites: Notice[] = [];
  for (const { id, accessLog: { format, target } = {} } of sites) {
    if (format !== undefined) inUse.AccessLogFormat.add(format);
    if (target !== undefined) inUse.AccessLogTarget.add(target);
    const own = format ?? effective.AccessLogFormat;
    if (own === "w3c" || metabase[`W3SVC/${id}`]?.LogExtFileFlags === undefined) continue;
    const text = `LogExtFileFlags of W3SVC/${id} has no effect: its log is ${own}`;
    ofSites.push({ kind: "note", text, hint: `httpcfg site set W3SVC/${id} --log-format w3c` });
  }
  const notices = stored.flatMap(([name, on, value]): Notice[] => {
    if (inUse[on].has(value)) return [];
    const text = `${name} has no effect: ${on} is ${effective[on]}`;
    return [{ kind: "note", text, hint: `httpcfg settings set ${on} ${value}` }];
  });
  notices.push(...ofSites);
  const isIdMissed = effective.AccessLogFields.includes("http.request.id") &&
    inUse.AccessLogFormat.has("json") && !effective.EnableRequestIds;
  if (isIdMissed) {
    const text = "http.request.id of AccessLogFields has no effect: EnableRequestIds is false";
    notices.push({ kind: "note", text, hint: "httpcfg settings set EnableRequestIds true" });
  }
  const isSaid = settings.AccessLogFormat !== undefined || settings.AccessLogTarget !== undefined ||
    stored.length > 0 || sites.some(({ accessLog }) => accessLog !== undefined);
  if (!LogEnabled && isSaid) {
    const text = "the settings of the access logs have no effect: LogEnabled is false";
    notices.push({ kind: "note", text, hint: "httpcfg settings set LogEnabled true" });
  }
  return notices;
}
