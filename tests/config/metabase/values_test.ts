// Goal: metabase and document always agree. Method: write through one, read through the other.
import { assertEquals } from "@std/assert";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { propertyRow } from "../../../mod/config/metabase/schema.ts";
import { ownValue, withValue } from "../../../mod/config/metabase/values.ts";
import type { MetabaseValue } from "../../../mod/config/document/document.ts";

type Look = (document: ConfigDocument) => unknown;

Deno.test("withValue() writes to the field that the service reads", () => {
  const cases: [path: string, name: string, value: MetabaseValue, look: Look, want: unknown][] = [
    ["W3SVC/1", "ServerComment", "New", (d) => d.sites[0]?.name, "New"],
    ["W3SVC/1", "ServerAutoStart", false, (d) => d.sites[0]?.autoStart, false],
    ["W3SVC/1", "ServerBindings", ["*:81:", "127.0.0.2:80:A."], (d) => d.sites[0]?.bindings, [
      ":81:",
      "127.0.0.2:80:a",
    ]],
    ["W3SVC/1", "SecureBindings", [":443"], (d) => d.sites[0]?.secureBindings, [":443:"]],
    ["W3SVC/1", "MaxConnections", 10, (d) => d.sites[0]?.maxConnections, 10],
    ["W3SVC/1/ROOT", "Path", "/srv/www", (d) => d.sites[0]?.content, {
      kind: "root",
      path: "/srv/www",
    }],
    ["W3SVC", "ConnectionTimeout", 60, (d) => d.settings.ConnectionTimeout, 60],
    ["W3SVC", "LogExtFileFlags", 7, (d) => d.settings.LogExtFileFlags, 7],
    ["W3SVC", "DisableSocketPooling", true, (d) => d.metabase.W3SVC, {
      DisableSocketPooling: true,
    }],
  ];
  for (const [path, name, value, look, want] of cases) {
    const edited = withValue(DEFAULT_DOCUMENT, path, propertyRow(name)!, value);
    assertEquals(edited === null ? null : look(edited), want, `${path} ${name}`);
  }
});

Deno.test("withValue() rejects a value that cannot be stored there", () => {
  const cases: [path: string, name: string, value: MetabaseValue | undefined][] = [
    ["W3SVC/1", "ServerBindings", ["80"]],
    ["W3SVC/1", "ServerBindings", [":80:", "*:80:"]], // a duplicate
    ["W3SVC/1", "ServerBindings", ["999.1.1.1:80:"]],
    ["W3SVC/1", "ServerComment", "  "],
    ["W3SVC/1/ROOT", "Path", "relative/path"],
    ["W3SVC/1/ROOT", "Path", undefined],
    ["W3SVC/1/ROOT", "EnableDirBrowsing", true], // the welcome page has no directory
  ];
  for (const [path, name, value] of cases) {
    assertEquals(withValue(DEFAULT_DOCUMENT, path, propertyRow(name)!, value), null, `${value}`);
  }
});

Deno.test("withValue() with undefined removes the value, and the key if it is then empty", () => {
  const row = propertyRow("DisableSocketPooling")!;
  const set = withValue(DEFAULT_DOCUMENT, "W3SVC/1", row, true)!;
  assertEquals(ownValue(set, "W3SVC/1", row), true);
  assertEquals(withValue(set, "W3SVC/1", row, undefined), DEFAULT_DOCUMENT);
});

Deno.test("ownValue() reads one bit of LogExtFileFlags", () => {
  const flags = propertyRow("LogExtFileFlags")!;
  const document = withValue(DEFAULT_DOCUMENT, "W3SVC", flags, 0x3)!;
  const bits = ["Date", "Time", "Host"].map((field) => {
    return ownValue(document, "W3SVC", propertyRow(`LogExtFile${field}`)!);
  });
  assertEquals(bits, [true, true, false]);
});
