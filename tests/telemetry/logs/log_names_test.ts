import { assertEquals } from "@std/assert";
import {
  EVENT_NAMES,
  HTTPERR_NAMES,
  HTTPERR_PERIOD_NAMES,
  logFilesIn,
  rollsIn,
  W3C_NAMES,
} from "../../../mod/telemetry/logs/log_names.ts";

Deno.test("log files have the names of IIS and HTTP.sys", () => {
  assertEquals(W3C_NAMES.name("261122", 0), "ex261122.log");
  assertEquals(W3C_NAMES.name("261122", 2), "ex261122.2.log");
  assertEquals(HTTPERR_NAMES.name("", 1), "httperr1.log");
  assertEquals(EVENT_NAMES.name("", 12), "events12.ndjson");
});

Deno.test("rollsIn() returns the numbers of one series only", () => {
  const files = [
    "ex261122.2.log",
    "ex261122.log",
    "ex261121.9.log",
    "ex261122.02.log",
    "x.log",
    "a",
  ];
  assertEquals(rollsIn(files, W3C_NAMES, "261122"), [0, 2]);
  assertEquals(rollsIn(files, W3C_NAMES, "261123"), []);
  assertEquals(rollsIn(["httperr10.log", "httperr9.log", "httperr.log"], HTTPERR_NAMES, ""), [
    9,
    10,
  ]);
  assertEquals(rollsIn([`httperr${"9".repeat(400)}.log`], HTTPERR_NAMES, ""), []);
});

Deno.test("files of a period are a series, and come in the order of time", () => {
  const files = ["ht26110800.log", "ht261107.1.log", "ht261107.log", "httperr2.log", "htx.log"];
  assertEquals(logFilesIn(files, "errors"), [
    "httperr2.log",
    "ht261107.log",
    "ht261107.1.log",
    "ht26110800.log",
  ]);
  assertEquals(rollsIn(files, HTTPERR_PERIOD_NAMES, "261107"), [0, 1]);
  assertEquals(rollsIn(files, HTTPERR_PERIOD_NAMES, "26110800"), [0]);
});
