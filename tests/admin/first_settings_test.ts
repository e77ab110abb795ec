// Goal: a new home gets its settings once, and no document is changed. Method: a store in a folder.
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  COLLECTED_LOGS,
  journalNotices,
  parseNewSettings,
  storeFirstSettings,
  storeSettingsOfEnvironment,
} from "../../mod/admin/first_settings.ts";
import { Fault } from "../../mod/base/fault.ts";
import { pathsBelow } from "../../mod/config/store/paths.ts";
import { storeAt } from "../support/store.ts";
import { tempFolder } from "../support/temp_folder.ts";

Deno.test("the settings of a new home are stored where there is no document, and only there", async () => {
  await using folder = await tempFolder();
  const paths = pathsBelow(folder.path);
  const store = storeAt(paths.config);
  const io = { paths, store, env: (): string => "AccessLogFormat=combined" };
  const empty = { ...io, env: (): undefined => undefined };
  assertEquals(await storeSettingsOfEnvironment(empty), []);
  assertEquals(folder.names(), []);
  assertEquals(await storeFirstSettings(io, COLLECTED_LOGS), [{
    kind: "note",
    text: "stored, as there was no document: AccessLogFormat json, AccessLogTarget stdout",
  }]);
  assertEquals((await store.read()).settings, COLLECTED_LOGS);
  assertEquals(await storeFirstSettings(io, { LogEnabled: false }), []);
  assertEquals(await storeSettingsOfEnvironment(io), []);
  assertEquals((await store.read()).settings, COLLECTED_LOGS);
});

Deno.test("parseNewSettings() reads pairs, and refuses anything else by name", () => {
  assertEquals(parseNewSettings(" accesslogformat=JSON  ConnectionTimeout=1m "), {
    AccessLogFormat: "json",
    ConnectionTimeout: 60,
  });
  for (const text of ["AccessLogFormat", "AccessLogFormat json", "Nothing=1", "=x"]) {
    const fault = assertThrows(() => parseNewSettings(text), Fault, "in HTTPCFG_NEW_SETTINGS");
    assertMatch(fault.hint ?? "", /^export HTTPCFG_NEW_SETTINGS='AccessLogFormat=json /);
  }
  assertThrows(() => parseNewSettings("AccessLogFormat=clf"), Fault, "must be one of w3c, json");
});

Deno.test("journalNotices() says what a document leaves in files, unless it says so itself", () => {
  assertEquals(journalNotices({}).map(({ hint }) => hint), [
    "httpcfg settings set AccessLogFormat json AccessLogTarget stdout",
  ]);
  assertEquals(journalNotices({ AccessLogTarget: "syslog" }), []);
});
