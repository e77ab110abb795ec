// Goal: the applications of sites are virtual directories of the metabase, and the other way round.
// Method: the edits of adsutil on a document, and the document that they make.
import { assertEquals } from "@std/assert";
import {
  type ConfigDocument,
  DEFAULT_DOCUMENT,
  type SiteRecord,
} from "../../../mod/config/document/document.ts";
import { NOT_FOUND_CONTENT } from "../../../mod/config/document/site_content.ts";
import {
  copyKey,
  createKey,
  deleteKey,
  HRESULT,
  setProperty,
} from "../../../mod/config/metabase/edit.ts";
import { propertyRow } from "../../../mod/config/metabase/schema.ts";
import { childrenOf, findValue, keyAt, subtreeOf } from "../../../mod/config/metabase/tree.ts";
import { forgetVirtualDirs } from "../../../mod/config/metabase/virtual_dirs.ts";
import { codeOf, valueOf } from "../../support/problems.ts";

const DOCS = { kind: "root", path: "/srv/docs" };
const PROXY = { kind: "respond", text: "x" };
const DOCUMENT = withApplications([
  { path: "/Docs/", content: DOCS },
  { path: "/a/50%25/", content: PROXY },
]);

Deno.test("an application is a key of IIsWebVirtualDir, and what leads to it a directory", () => {
  const cases: [path: string, want: string | null][] = [
    ["w3svc/1/root/docs", "W3SVC/1/ROOT/Docs IIsWebVirtualDir"],
    ["/LM/W3SVC/1/ROOT/DOCS/", "W3SVC/1/ROOT/Docs IIsWebVirtualDir"],
    ["W3SVC/1/ROOT/a", "W3SVC/1/ROOT/a IIsWebDirectory"],
    ["W3SVC/1/ROOT/A/50%", "W3SVC/1/ROOT/a/50% IIsWebVirtualDir"],
    ["W3SVC/1/ROOT/doc", null],
    ["W3SVC/1/ROOT/docs/x", null],
    ["W3SVC/2/ROOT/docs", null],
    ["W3SVC/1/docs", null],
  ];
  for (const [path, want] of cases) {
    const key = keyAt(DOCUMENT, path);
    assertEquals(key === null ? null : `${key.path} ${key.keyType}`, want, path);
  }
  assertEquals(childrenOf(DOCUMENT, "W3SVC/1/ROOT"), ["W3SVC/1/ROOT/a", "W3SVC/1/ROOT/Docs"]);
  assertEquals(subtreeOf(DOCUMENT, "W3SVC/1/ROOT/a"), ["W3SVC/1/ROOT/a", "W3SVC/1/ROOT/a/50%"]);
});

Deno.test("properties of a virtual directory are those of the application's content", () => {
  assertEquals(read(DOCUMENT, "W3SVC/1/ROOT/docs", "Path"), "/srv/docs");
  assertEquals(read(DOCUMENT, "W3SVC/1/ROOT/a/50%", "Path"), undefined);
  // The site's own listing is not the application's, so it is not inherited either.
  const listed = withApplications([{ path: "/docs/", content: DOCS }], {
    content: { kind: "root", path: "/srv", listing: true },
  });
  assertEquals(read(listed, "W3SVC/1/ROOT", "EnableDirBrowsing"), true);
  assertEquals(read(listed, "W3SVC/1/ROOT/docs", "EnableDirBrowsing"), false);
  const set = valueOf(setProperty(listed, "W3SVC/1/ROOT/docs", "EnableDirBrowsing", ["true"]));
  assertEquals(applicationsOf(set.document), [
    { path: "/docs/", content: { ...DOCS, listing: true } },
  ]);
  const moved = valueOf(setProperty(DOCUMENT, "w3svc/1/root/a/50%", "Path", ["/srv/new"]));
  assertEquals(applicationsOf(moved.document)[0]?.content, { kind: "root", path: "/srv/new" });
  assertEquals(moved.document.metabase, {});
  assertEquals(
    codeOf(setProperty(DOCUMENT, "w3svc/1/root/docs", "Path", ["relative"])),
    HRESULT.INVALID_ARGUMENT,
  );
});

Deno.test("createKey() makes an application of a virtual directory, deleteKey() removes it", () => {
  const created = valueOf(
    createKey(DEFAULT_DOCUMENT, "w3svc/1/root/New Dir/x", "IIsWebVirtualDir"),
  );
  assertEquals(applicationsOf(created.document), [
    { path: "/New%20Dir/x/", content: NOT_FOUND_CONTENT },
  ]);
  assertEquals(created.document.metabase, {});
  assertEquals(keyAt(created.document, "w3svc/1/root/new dir/x")?.keyType, "IIsWebVirtualDir");
  const cases: [path: string, code: number][] = [
    ["w3svc/1/root/docs", HRESULT.ALREADY_EXISTS],
    ["w3svc/1/root", HRESULT.ALREADY_EXISTS],
    ["w3svc/1/root/..", HRESULT.INVALID_ARGUMENT],
    ["w3svc/1/other", HRESULT.INVALID_ARGUMENT],
  ];
  for (const [path, code] of cases) {
    assertEquals(codeOf(createKey(DOCUMENT, path, "IIsWebVirtualDir")), code, path);
  }
  const typed = valueOf(createKey(DEFAULT_DOCUMENT, "w3svc/1/root/y", undefined)).document;
  const named = valueOf(setProperty(typed, "w3svc/1/root/y", "KeyType", ["IIsWebVirtualDir"]));
  assertEquals(applicationsOf(named.document).map(({ path }) => path), ["/y/"]);
  assertEquals(named.document.metabase, {});
  assertEquals(
    codeOf(setProperty(named.document, "w3svc/1/root/y", "KeyType", ["IIsObject"])),
    HRESULT.ACCESS_DENIED,
  );
  const left = valueOf(deleteKey(DOCUMENT, "w3svc/1/root/A")).document;
  assertEquals(applicationsOf(left).map(({ path }) => path), ["/Docs/"]);
  const none = valueOf(deleteKey(left, "w3svc/1/root/docs")).document;
  assertEquals("applications" in none.sites[0]!, false);
});

Deno.test("copyKey() copies and moves applications, alone and with their site", () => {
  const copied = valueOf(copyKey(DOCUMENT, "w3svc/1/root/docs", "w3svc/1/root/b", false)).document;
  assertEquals(applicationsOf(copied).map(({ path }) => path), ["/a/50%25/", "/b/", "/Docs/"]);
  const moved = valueOf(copyKey(DOCUMENT, "w3svc/1/root/a", "w3svc/1/root/c", true)).document;
  assertEquals(applicationsOf(moved), [
    { path: "/c/50%25/", content: PROXY },
    { path: "/Docs/", content: DOCS },
  ]);
  assertEquals(
    codeOf(copyKey(DOCUMENT, "w3svc/1/root/docs", "w3svc/docs", false)),
    HRESULT.INVALID_ARGUMENT,
  );
  const site = valueOf(copyKey(DOCUMENT, "w3svc/1", "w3svc/7", false)).document.sites[1];
  assertEquals([site?.id, site?.applications], [7, DOCUMENT.sites[0]!.applications]);
});

function withApplications(
  applications: NonNullable<SiteRecord["applications"]>,
  change: Partial<SiteRecord> = {},
): ConfigDocument {
  const site = { ...DEFAULT_DOCUMENT.sites[0]!, applications, ...change };
  return { ...DEFAULT_DOCUMENT, sites: [site] };
}

function applicationsOf(document: ConfigDocument): NonNullable<SiteRecord["applications"]> {
  return document.sites[0]!.applications ?? [];
}

function read(document: ConfigDocument, path: string, name: string): unknown {
  return findValue(document, keyAt(document, path)!, propertyRow(name)!)?.value;
}

Deno.test("forgetVirtualDirs() leaves nothing for a later application at the same path", () => {
  const metabase = {
    "W3SVC/1/ROOT": { AccessFlags: 1 },
    "W3SVC/1/ROOT/Docs": { AccessFlags: 0 },
    "W3SVC/1/ROOT/Docs/old": { KeyType: "IIsWebDirectory" },
    "W3SVC/1/ROOT/Docsy": { KeyType: "IIsWebDirectory" },
  };
  const before = { ...DOCUMENT, metabase };
  const site = before.sites[0]!;
  const applications = site.applications!.filter(({ path }) => path !== "/Docs/");
  const after = { ...before, sites: [{ ...site, applications }] };
  assertEquals(Object.keys(forgetVirtualDirs(before, after).metabase), [
    "W3SVC/1/ROOT",
    "W3SVC/1/ROOT/Docsy",
  ]);
  assertEquals(forgetVirtualDirs(before, before), before);
});
