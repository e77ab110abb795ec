// Goal: consistent rows, with the defaults of HTTP.sys. Method: every row, and published values.
import { assert, assertEquals } from "@std/assert";
import {
  DEFAULT_SETTINGS,
  effectiveSettings,
  type SettingRow,
  SETTINGS,
} from "../../../mod/config/document/settings.ts";

Deno.test("every setting has a default that the document accepts", () => {
  for (const [name, row] of Object.entries(SETTINGS) as [string, SettingRow][]) {
    assert(row.summary.length > 0 && !row.summary.endsWith("."), name);
    if (row.kind === "number") {
      assert(row.min < row.max && row.min <= row.default && row.default <= row.max, name);
    }
    if (row.kind === "numberOrWord") {
      assert(row.min < row.max && row.words.includes(row.default), name);
    }
    if (row.kind === "choice") assert(row.choices.includes(row.default), name);
  }
});

Deno.test("DEFAULT_SETTINGS has the defaults of HTTP.sys and of the IIS 6 metabase", () => {
  const published = {
    MaxFieldLength: 16384,
    MaxRequestBytes: 16384,
    UrlSegmentMaxLength: 260,
    UrlSegmentMaxCount: 255,
    HeaderWaitTimeout: 120,
    ConnectionTimeout: 120,
    EntityBodyTimeout: 120,
    MinFileBytesPerSec: 240,
    UriEnableCache: true,
    UriMaxUriBytes: 262144,
    UriScavengerPeriod: 120,
    ErrorLogFileTruncateSize: 0x100000,
    ErrorLoggingFields: 0x7c884c7,
    ErrorLoggingRolloverType: 0,
    ErrorLoggingLocaltimeRollover: false,
    AllowRestrictedChars: false,
    FavorUTF8: true,
    LogFileTruncateSize: 20971520,
  } as const;
  for (const [name, value] of Object.entries(published)) {
    assertEquals(DEFAULT_SETTINGS[name as keyof typeof published], value, name);
  }
});

Deno.test("effectiveSettings() combines the stored settings with the defaults", () => {
  assertEquals(effectiveSettings({}), DEFAULT_SETTINGS);
  const settings = effectiveSettings({ MinFileBytesPerSec: 0, UriEnableCache: false });
  assertEquals(settings, { ...DEFAULT_SETTINGS, MinFileBytesPerSec: 0, UriEnableCache: false });
});
