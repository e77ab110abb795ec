// Goal: the schema has the published properties, and parses command-line arguments. Method: tables.
import { assert, assertEquals } from "@std/assert";
import {
  adsiTypeName,
  keyTypeNamed,
  parseValue,
  PROPERTIES,
  propertyRow,
} from "../../../mod/config/metabase/schema.ts";
import type { MetabaseValue } from "../../../mod/config/document/document.ts";

Deno.test("PROPERTIES has the ids, types and defaults of the IIS 6.0 schema", () => {
  const cases: [name: string, id: number, type: string, value: MetabaseValue | null][] = [
    ["ServerBindings", 1023, "LIST", null],
    ["SecureBindings", 2021, "LIST", null],
    ["ServerState", 1016, "INTEGER", 4],
    ["ServerCommand", 1012, "INTEGER", null],
    ["ServerAutoStart", 1017, "BOOLEAN", true],
    ["DisableSocketPooling", 1029, "BOOLEAN", false],
    ["ServerComment", 1015, "STRING", null],
    ["ServerListenBacklog", 1019, "INTEGER", 40],
    ["MaxConnections", 1014, "INTEGER", 4294967295],
    ["MaxEndpointConnections", 1024, "INTEGER", 4294967295],
    ["ConnectionTimeout", 1013, "INTEGER", 120],
    ["HeaderWaitTimeout", 9204, "INTEGER", 120],
    ["MinFileBytesPerSec", 9205, "INTEGER", 240],
    ["ServerListenTimeout", 1020, "INTEGER", 120],
    ["AllowKeepAlive", 6038, "BOOLEAN", true],
    ["AppPoolQueueLength", 9017, "INTEGER", 1000],
    ["LoadBalancerCapabilities", 9034, "INTEGER", 2],
    ["LogExtFileFlags", 4013, "INTEGER", 2199519],
    ["LogExtFileSiteName", 4013, "BOOLEAN", true],
    ["LogExtFileHost", 4013, "BOOLEAN", false],
    ["LogFileDirectory", 4001, "EXPANDSZ", null],
  ];
  for (const [name, id, type, value] of cases) {
    const row = propertyRow(name.toUpperCase());
    assert(row !== undefined, name);
    assertEquals([row.name, row.id, adsiTypeName(row.type), row.default], [name, id, type, value]);
  }
  assertEquals(propertyRow("Nonsense"), undefined);
  assertEquals(new Set(PROPERTIES.map((row) => row.name)).size, PROPERTIES.length);
  assertEquals(keyTypeNamed("iiswebserver"), "IIsWebServer");
  assertEquals(keyTypeNamed("x"), undefined);
});

Deno.test("parseValue() parses arguments by type, and rejects everything else", () => {
  const cases: [name: string, words: string[], want: MetabaseValue | null][] = [
    ["DisableSocketPooling", ["True"], true],
    ["DisableSocketPooling", ["FALSE"], false],
    ["DisableSocketPooling", ["1"], true],
    ["DisableSocketPooling", ["0"], false],
    ["DisableSocketPooling", ["yes"], null],
    ["DisableSocketPooling", [], null],
    ["DisableSocketPooling", ["True", "True"], null],
    ["MaxConnections", ["100"], 100],
    ["MaxConnections", ["0x10"], 16],
    ["MaxConnections", ["4294967295"], 4294967295],
    ["MaxConnections", ["4294967296"], null],
    ["MaxConnections", ["0"], null],
    ["MaxConnections", ["-1"], null],
    ["MaxConnections", ["many"], null],
    ["MaxConnections", ["1e3"], null],
    ["ServerListenBacklog", ["501"], null],
    ["ConnectionTimeout", ["70000"], 120], // the service uses 120 for a value outside the range
    ["ConnectionTimeout", ["0"], 120],
    ["ServerComment", ["My site"], "My site"],
    ["ServerComment", ["My", "site"], null],
    ["ServerBindings", [":80:", ":81:"], [":80:", ":81:"]],
    ["ServerBindings", [""], []],
  ];
  for (const [name, words, want] of cases) {
    assertEquals(parseValue(propertyRow(name)!, words), want, `${name} ${words}`);
  }
});
