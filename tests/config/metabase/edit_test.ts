// Goal: every edit returns the document, or the HRESULT that says why not. Method: tables.
import { isProblem, type Problem } from "../../../mod/base/problem.ts";
import { codeOf, valueOf } from "../../support/problems.ts";
import { assertEquals } from "@std/assert";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import {
  copyKey,
  createKey,
  deleteKey,
  deleteProperty,
  HRESULT,
  type MetabaseEdit,
  setProperty,
} from "../../../mod/config/metabase/edit.ts";
import { keyAt } from "../../../mod/config/metabase/tree.ts";

function documentOf(edit: MetabaseEdit | Problem): ConfigDocument {
  return valueOf(edit).document;
}

Deno.test("setProperty() stores a value or says why not", () => {
  const cases: [path: string, name: string, words: string[], want: unknown][] = [
    ["w3svc/1", "serverbindings", [":81:"], [":81:"]],
    ["w3svc", "disablesocketpooling", ["true"], true],
    ["w3svc", "connectiontimeout", ["70000"], 120],
    ["w3svc", "logextfilehost", ["true"], true],
    ["w3svc/info", "MajorIIsVersionNumber", ["5"], 5],
    ["w3svc/9", "ServerComment", ["x"], HRESULT.PATH_NOT_FOUND],
    ["w3svc/1", "Nonsense", ["x"], HRESULT.NO_PROPERTY],
    ["w3svc/info", "ServerBindings", [":80:"], HRESULT.NO_PROPERTY],
    ["w3svc/1", "ServerState", ["2"], HRESULT.ACCESS_DENIED],
    ["w3svc/1", "ServerAutoStart", ["maybe"], HRESULT.WRONG_TYPE],
    ["w3svc/1", "MaxConnections", ["lots"], HRESULT.WRONG_TYPE],
    ["w3svc/1", "MaxConnections", ["0"], HRESULT.INVALID_ARGUMENT],
    ["w3svc/1", "ServerBindings", ["eighty"], HRESULT.INVALID_ARGUMENT],
    ["w3svc/info", "MajorIIsVersionNumber", ["7"], HRESULT.INVALID_ARGUMENT],
    ["w3svc/1", "KeyType", ["IIsWebInfo"], HRESULT.ACCESS_DENIED],
  ];
  for (const [path, name, words, want] of cases) {
    const edit = setProperty(DEFAULT_DOCUMENT, path, name, words);
    assertEquals(isProblem(edit) ? edit.code : edit.value, want, `${path} ${name} ${words}`);
  }
  const flags = documentOf(setProperty(DEFAULT_DOCUMENT, "w3svc", "LogExtFileHost", ["True"]));
  assertEquals(flags.settings.LogExtFileFlags, 0x218fdf | 0x100000);
});

Deno.test("createKey() makes a site of an IIsWebServer", () => {
  const document = documentOf(createKey(DEFAULT_DOCUMENT, "W3SVC/5", "IIsWebServer"));
  assertEquals(document.sites[1]?.id, 5);
  assertEquals(keyAt(document, "w3svc/5")?.keyType, "IIsWebServer");
  const rejected: [path: string, keyType: string | undefined, want: number][] = [
    ["W3SVC/1", "IIsWebServer", HRESULT.ALREADY_EXISTS],
    ["W3SVC/x", "IIsWebServer", HRESULT.INVALID_ARGUMENT],
    ["W3SVC/6", "IIsNonsense", HRESULT.INVALID_ARGUMENT],
    ["", undefined, HRESULT.INVALID_ARGUMENT],
  ];
  for (const [path, keyType, want] of rejected) {
    assertEquals(codeOf(createKey(DEFAULT_DOCUMENT, path, keyType)), want, path);
  }
  const bare = documentOf(createKey(DEFAULT_DOCUMENT, "W3SVC/7", undefined));
  assertEquals(keyAt(bare, "w3svc/7")?.keyType, "IIsObject");
  const named = documentOf(setProperty(bare, "w3svc/7", "KeyType", ["IIsWebServer"]));
  assertEquals(named.sites.map(({ id }) => id), [1, 7]);
});

Deno.test("deleteKey() and deleteProperty() remove only what exists", () => {
  const pooled = documentOf(
    setProperty(DEFAULT_DOCUMENT, "w3svc/1", "DisableSocketPooling", ["True"]),
  );
  assertEquals(documentOf(deleteKey(pooled, "w3svc/1")).sites, []);
  assertEquals(documentOf(deleteKey(pooled, "w3svc/1")).metabase, {});
  assertEquals(
    documentOf(deleteProperty(pooled, "w3svc/1", "disablesocketpooling")),
    DEFAULT_DOCUMENT,
  );
  const rejected: [path: string, name: string | null, want: number][] = [
    ["w3svc/9", null, HRESULT.PATH_NOT_FOUND],
    ["w3svc", null, HRESULT.ACCESS_DENIED],
    ["w3svc/1/root", null, HRESULT.ACCESS_DENIED],
    ["w3svc/1", "MaxConnections", HRESULT.NOT_SET],
    ["w3svc/1", "Nonsense", HRESULT.NO_PROPERTY],
    ["w3svc/1", "KeyType", HRESULT.ACCESS_DENIED],
  ];
  for (const [path, name, want] of rejected) {
    const edit = name === null
      ? deleteKey(DEFAULT_DOCUMENT, path)
      : deleteProperty(DEFAULT_DOCUMENT, path, name);
    assertEquals(codeOf(edit), want, `${path} ${name}`);
  }
});

Deno.test("copyKey() copies or moves a site with its properties", () => {
  const source = documentOf(
    setProperty(DEFAULT_DOCUMENT, "w3svc/1", "DisableSocketPooling", ["True"]),
  );
  const copied = documentOf(copyKey(source, "w3svc/1", "w3svc/5", false));
  assertEquals(copied.sites.map(({ id, name }) => [id, name]), [
    [1, "Default Web Site"],
    [5, "Default Web Site (5)"],
  ]);
  assertEquals(copied.metabase["W3SVC/5"], { DisableSocketPooling: true });
  const moved = documentOf(copyKey(source, "w3svc/1", "w3svc/5", true));
  assertEquals(moved.sites.map(({ id, name }) => [id, name]), [[5, "Default Web Site"]]);
  assertEquals(moved.metabase, { "W3SVC/5": { DisableSocketPooling: true } });
  const rejected: [from: string, to: string, want: number][] = [
    ["w3svc/9", "w3svc/5", HRESULT.PATH_NOT_FOUND],
    ["w3svc/1", "w3svc/1", HRESULT.ALREADY_EXISTS],
    ["w3svc/info", "w3svc/5", HRESULT.ACCESS_DENIED],
    ["w3svc/1", "w3svc/name", HRESULT.INVALID_ARGUMENT],
    ["w3svc/1", "w3svc/9/ROOT", HRESULT.PATH_NOT_FOUND],
  ];
  for (const [from, to, want] of rejected) {
    assertEquals(codeOf(copyKey(DEFAULT_DOCUMENT, from, to, false)), want, `${from} ${to}`);
  }
});
