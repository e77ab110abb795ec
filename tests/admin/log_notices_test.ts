// Goal: whoever stores a setting of the access logs that does not act is told, once.
import { assertEquals } from "@std/assert";
import { logNotices } from "../../mod/admin/log_notices.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import type { StoredSettings } from "../../mod/config/document/settings.ts";

function document(
  settings: StoredSettings,
  accessLog?: ConfigDocument["sites"][number]["accessLog"],
): ConfigDocument {
  const sites = DEFAULT_DOCUMENT.sites.map((site) => ({ ...site, accessLog }));
  return { ...DEFAULT_DOCUMENT, sites, settings };
}

const PLAIN = document({});

for (
  const [settings, accessLog, want] of [
    [{}, undefined, []],
    [{ LogExtFileFlags: 3, LogFileTruncateSize: 1048576 }, undefined, []],
    [{ AccessLogFields: ["url.path"] }, undefined, [
      "AccessLogFields has no effect: AccessLogFormat is w3c",
    ]],
    [{ AccessLogFields: ["url.path"] }, { format: "json" }, []],
    [{ AccessLogFields: ["http.request.id"] }, { format: "json" }, [
      "http.request.id of AccessLogFields has no effect: EnableRequestIds is false",
    ]],
    [{ AccessLogFields: ["http.request.id"], EnableRequestIds: true }, { format: "json" }, []],
    [{ AccessLogFormat: "json", LogExtFileFlags: 3 }, undefined, [
      "LogExtFileFlags has no effect: AccessLogFormat is json",
    ]],
    [{ AccessLogFormat: "json", LogExtFileFlags: 3 }, { format: "w3c" }, []],
    [{ AccessLogTarget: "stdout", LogFileTruncateSize: 1048576 }, undefined, [
      "LogFileTruncateSize has no effect: AccessLogTarget is stdout",
    ]],
    [{ AccessLogSyslog: "udp:h:514" }, undefined, [
      "AccessLogSyslog has no effect: AccessLogTarget is file",
    ]],
    [{ AccessLogSyslog: "udp:h:514" }, { target: "syslog" }, []],
    [{ LogEnabled: false }, { target: "stdout" }, [
      "the settings of the access logs have no effect: LogEnabled is false",
    ]],
    [{ AccessLogFormat: "json", LogEnabled: false }, undefined, [
      "the settings of the access logs have no effect: LogEnabled is false",
    ]],
  ] as const
) {
  Deno.test(`logNotices() of ${JSON.stringify(settings)} ${JSON.stringify(accessLog)}`, () => {
    const after = document(settings, accessLog);
    assertEquals(logNotices(PLAIN, after).map(({ text }) => text), [...want]);
    assertEquals(logNotices(after, after), []);
  });
}

Deno.test("logNotices() tells that the fields of a site do not act on its format", () => {
  const metabase = { "W3SVC/1": { LogExtFileFlags: 3 } };
  const after = { ...document({ AccessLogFormat: "combined" }), metabase };
  assertEquals(logNotices(PLAIN, after).map(({ text, hint }) => [text, hint]), [[
    "LogExtFileFlags of W3SVC/1 has no effect: its log is combined",
    "httpcfg site set W3SVC/1 --log-format w3c",
  ]]);
  const own = document({ AccessLogFormat: "combined" }, { format: "w3c" });
  assertEquals(logNotices(PLAIN, { ...own, metabase }), []);
});
