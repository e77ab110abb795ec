// Goal: every setting can be named and given a value as people type them, and nothing else passes.
import { assertEquals, assertMatch } from "@std/assert";
import { isProblem } from "../../../mod/base/problem.ts";
import {
  findSetting,
  parseSetting,
  SETTING_NAMES,
} from "../../../mod/config/document/setting_value.ts";
import { ACCESS_LOG_FIELD_NAMES } from "../../../mod/config/rules/access_log.ts";
import {
  DEFAULT_SETTINGS,
  type SettingName,
  SETTINGS,
} from "../../../mod/config/document/settings.ts";

Deno.test("findSetting() finds a name in any case, and no other", () => {
  for (const name of SETTING_NAMES) {
    for (const text of [name, name.toLowerCase(), name.toUpperCase()]) {
      assertEquals(findSetting(text), name);
    }
  }
  for (const text of ["", "toString", "__proto__", "ConnectionTimeout ", "Connection"]) {
    assertEquals(findSetting(text), null);
  }
});

Deno.test("parseSetting() reads the default and the limits of every setting", () => {
  for (const name of SETTING_NAMES) {
    const row = SETTINGS[name];
    assertEquals(parseSetting(name, String(DEFAULT_SETTINGS[name])), DEFAULT_SETTINGS[name]);
    if (!("min" in row)) continue;
    for (const value of [row.min, row.max]) assertEquals(parseSetting(name, String(value)), value);
    for (const value of [row.min - 1, row.max + 1]) refused(name, String(value));
  }
});

for (
  const [name, text, value] of [
    ["ConnectionTimeout", "30s", 30],
    ["ConnectionTimeout", "2 m", 120],
    ["ConnectionTimeout", "1h", 3600],
    ["ConnectionTimeout", "3000ms", 3],
    ["AddressWatchInterval", "5s", 5000],
    ["AddressWatchInterval", "250ms", 250],
    ["MaxRequestBytes", "64KiB", 65536],
    ["MinFileBytesPerSec", "1 KiB/s", 1024],
    ["LogExtFileFlags", "0x218fdf", 0x218fdf],
    ["MaxFieldCount", "10 fields", 10],
    ["LogEnabled", "OFF", false],
    ["LogEnabled", "yes", true],
    ["LogEnabled", "0", false],
    ["applyChanges", "Live", "live"],
    ["AccessLogFormat", "JSON", "json"],
    ["AccessLogSyslog", "local", "local"],
    ["AccessLogSyslog", "unix:/run/log", "unix:/run/log"],
    ["AccessLogSyslog", "udp:127.0.0.1:514", "udp:127.0.0.1:514"],
    ["AccessLogSyslog", "tcp:[2001:db8::1]:65535", "tcp:[2001:db8::1]:65535"],
    ["AccessLogSyslog", "tcp:log.example.com:6514", "tcp:log.example.com:6514"],
    ["Workers", "AUTO", "auto"],
    ["Workers", "Default", "default"],
    ["Workers", "2", 2],
    ["Workers", "16 processes", 16],
  ] as const
) {
  Deno.test(`parseSetting() reads ${name} ${text} as ${value}`, () => {
    assertEquals(parseSetting(name, text), value);
  });
}

for (
  const [name, text, reason, hint] of [
    ["ConnectionTimeout", "0", "must be between 1 and 65535 s", "ConnectionTimeout 1"],
    ["ConnectionTimeout", "20h", "must be between 1 and 65535 s", "ConnectionTimeout 65535"],
    ["ConnectionTimeout", "1500ms", "must be between 1 and 65535 s", "ConnectionTimeout 120"],
    ["ConnectionTimeout", "5 KiB", "must be between 1 and 65535 s", "ConnectionTimeout 120"],
    ["ConnectionTimeout", "", "must be between 1 and 65535 s", "ConnectionTimeout 120"],
    ["ConnectionTimeout", "-1", "must be between 1 and 65535 s", "ConnectionTimeout 120"],
    ["ConnectionTimeout", "1e3", "must be between 1 and 65535 s", "ConnectionTimeout 120"],
    ["ConnectionTimeout", "9999999999999999999", "must be between 1 and 65535 s", undefined],
    ["MaxRequestBytes", "64KB", "must be between 256 and 16777216 bytes", undefined],
    ["DisableServerHeader", "3", "must be between 0 and 2", "DisableServerHeader 2"],
    ["LogEnabled", "maybe", "must be true or false", "LogEnabled true"],
    ["LogEnabled", "toString", "must be true or false", "LogEnabled true"],
    ["AccessLogFormat", "clf", "must be one of w3c, json, combined", "AccessLogFormat w3c"],
    ["AccessLogFormat", "jsn", undefined, "AccessLogFormat json"],
    ["AccessLogFormat", "Combind", undefined, "AccessLogFormat combined"],
    ["AccessLogTarget", "sysloog", undefined, "AccessLogTarget syslog"],
    ["LogEnabled", "flase", "must be true or false", "LogEnabled false"],
    ["LogEnabled", "of", "must be true or false", "LogEnabled false"],
    ["Workers", "aut", undefined, "Workers auto"],
    [
      "AccessLogSyslog",
      "udp:localhost",
      "must be local, unix:PATH outside /dev, udp:HOST:PORT or tcp:HOST:PORT",
      "AccessLogSyslog local",
    ],
    ["AccessLogSyslog", "unix:/dev/log", undefined, "AccessLogSyslog local"],
    ["AccessLogSyslog", "udp:h:0", undefined, undefined],
    ["AccessLogSyslog", "udp:h:65536", undefined, undefined],
    ["AccessLogSyslog", "tcp:a b:514", undefined, undefined],
    ["applyChanges", "later", "must be one of restart, live", "applyChanges restart"],
  ] as const
) {
  Deno.test(`parseSetting() refuses ${name} ${JSON.stringify(text)}`, () => {
    const problem = refused(name, text);
    if (reason !== undefined) assertEquals(problem.reason, reason);
    if (hint !== undefined) assertEquals(problem.hint, `httpcfg settings set ${hint}`);
  });
}

/** Returns the problem, whose hint has a value that is accepted. */
function refused(name: SettingName, text: string): { reason: string; hint: string | undefined } {
  const problem = parseSetting(name, text);
  if (!isProblem(problem)) throw new Error(`${name} ${text} is accepted as ${problem}`);
  const cure = problem.hint?.split(" ").at(-1) ?? "";
  assertEquals(isProblem(parseSetting(name, cure)), false);
  return problem;
}

Deno.test("parseSetting() reads a list of fields in any order, and proposes the nearest name", () => {
  const name = "AccessLogFields";
  assertEquals(parseSetting(name, "URL.path, client.ip client.ip"), ["client.ip", "url.path"]);
  assertEquals(parseSetting(name, "none"), []);
  assertEquals(parseSetting(name, "all"), ACCESS_LOG_FIELD_NAMES);
  const near = refused(name, "client.ip,url.pth");
  assertMatch(near.reason, /^"url\.pth" is no field; there are @timestamp, client\.ip, /);
  assertEquals(near.hint, `httpcfg settings set ${name} client.ip,url.path`);
  assertEquals(refused(name, "zzzzzz,client.ip").hint, `httpcfg settings set ${name} client.ip`);
  assertEquals(refused(name, "zzzzzz").hint, `httpcfg settings set ${name} none`);
});
