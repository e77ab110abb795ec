// Goal: the metabase is a view of the document: keys, inheritance, defaults. Method: tables.
import { assertEquals } from "@std/assert";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import {
  childrenOf,
  effectiveValue,
  findValue,
  keyAt,
  normalPath,
  ownProperties,
  parentPath,
  siteIdOfPath,
  subtreeOf,
} from "../../../mod/config/metabase/tree.ts";
import { propertyRow } from "../../../mod/config/metabase/schema.ts";

const POOLING = propertyRow("DisableSocketPooling")!;

const DOCUMENT: ConfigDocument = {
  ...DEFAULT_DOCUMENT,
  sites: [
    ...DEFAULT_DOCUMENT.sites,
    { ...DEFAULT_DOCUMENT.sites[0]!, id: 12, name: "Twelve", bindings: ["127.0.0.2:80:"] },
    { ...DEFAULT_DOCUMENT.sites[0]!, id: 3, name: "Three", maxConnections: 7 },
  ],
  metabase: {
    "W3SVC": { DisableSocketPooling: true },
    "W3SVC/12": { DisableSocketPooling: false },
    "W3SVC/99": { DisableSocketPooling: true }, // left over from a removed site
    "W3SVC/AppPools/Mine": { KeyType: "IIsApplicationPool", AppPoolQueueLength: 20 },
  },
};

Deno.test("normalPath(), parentPath() and siteIdOfPath() accept paths in any spelling", () => {
  const cases: [text: string, want: string][] = [
    ["w3svc/1", "W3SVC/1"],
    ["/LM/w3svc/1/root", "W3SVC/1/ROOT"],
    ["lm\\W3SVC\\info", "W3SVC/Info"],
    ["W3SVC//AppPools/", "W3SVC/AppPools"],
    ["/", ""],
    ["w3svc/1/root/MyDir", "W3SVC/1/ROOT/MyDir"],
  ];
  for (const [text, want] of cases) assertEquals(normalPath(text), want, text);
  assertEquals([parentPath("W3SVC/1"), parentPath("W3SVC")], ["W3SVC", null]);
  const ids = ["W3SVC/1", "W3SVC/1/ROOT", "W3SVC/01", "W3SVC/Info", "W3SVC"].map(siteIdOfPath);
  assertEquals(ids, [1, 1, null, null, null]);
});

Deno.test("keyAt() finds built-in keys, sites and created keys", () => {
  const cases: [path: string, want: string | null][] = [
    ["w3svc", "W3SVC IIsWebService"],
    ["w3svc/12", "W3SVC/12 IIsWebServer"],
    ["w3svc/12/root", "W3SVC/12/ROOT IIsWebVirtualDir"],
    ["w3svc/apppools/mine", "W3SVC/AppPools/Mine IIsApplicationPool"],
    ["w3svc/2", null],
    ["w3svc/99", null],
    ["w3svc/12/root/x", null],
    ["msftpsvc", null],
    ["", null],
  ];
  for (const [path, want] of cases) {
    const key = keyAt(DOCUMENT, path);
    assertEquals(key === null ? null : `${key.path} ${key.keyType}`, want, path);
  }
});

Deno.test("findValue() inherits, and effectiveValue() falls back to the default", () => {
  const cases: [path: string, want: string | null][] = [
    ["W3SVC", "true at W3SVC"],
    ["W3SVC/1", "true at W3SVC"],
    ["W3SVC/12", "false at W3SVC/12"],
  ];
  for (const [path, want] of cases) {
    const found = findValue(DOCUMENT, keyAt(DOCUMENT, path)!, POOLING);
    assertEquals(found && `${found.value} at ${found.at}`, want, path);
  }
  assertEquals(findValue(DEFAULT_DOCUMENT, keyAt(DEFAULT_DOCUMENT, "W3SVC/1")!, POOLING), null);
  assertEquals(effectiveValue(DEFAULT_DOCUMENT, "W3SVC/1", POOLING), false);
  const limit = propertyRow("MaxConnections")!;
  assertEquals(effectiveValue(DOCUMENT, "W3SVC/3", limit), 7);
  assertEquals(effectiveValue(DOCUMENT, "W3SVC/1", limit), 4294967295);
});

Deno.test("childrenOf() and subtreeOf() list keys in the order of the tree", () => {
  assertEquals(childrenOf(DOCUMENT, "W3SVC"), [
    "W3SVC/AppPools",
    "W3SVC/Info",
    "W3SVC/1",
    "W3SVC/3",
    "W3SVC/12",
  ]);
  assertEquals(subtreeOf(DOCUMENT, "W3SVC/12"), ["W3SVC/12", "W3SVC/12/ROOT"]);
  assertEquals(subtreeOf(DOCUMENT, "w3svc/apppools"), [
    "W3SVC/AppPools",
    "W3SVC/AppPools/DefaultAppPool",
    "W3SVC/AppPools/Mine",
  ]);
});

Deno.test("ownProperties() lists a site record as properties", () => {
  const shown = ownProperties(DOCUMENT, keyAt(DOCUMENT, "W3SVC/12")!, (id) => id === 12 ? 2 : 4);
  assertEquals(shown.map(({ property, value }) => [property.name, value]), [
    ["KeyType", "IIsWebServer"],
    ["ServerState", 2],
    ["ServerComment", "Twelve"],
    ["ServerAutoStart", true],
    ["ServerBindings", ["127.0.0.2:80:"]],
    ["SecureBindings", []],
    ["DisableSocketPooling", false],
  ]);
  const info = ownProperties(DOCUMENT, keyAt(DOCUMENT, "W3SVC/Info")!);
  assertEquals(info.map(({ property, value }) => [property.name, value]), [
    ["KeyType", "IIsWebInfo"],
    ["MajorIIsVersionNumber", 6],
    ["MinorIIsVersionNumber", 0],
  ]);
});
