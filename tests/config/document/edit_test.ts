// Goal: an edit changes what it says and nothing else. Method: documents compared by value.
import { assert, assertEquals } from "@std/assert";
import {
  type ConfigDocument,
  DEFAULT_DOCUMENT,
  type SiteRecord,
} from "../../../mod/config/document/document.ts";
import {
  addSite,
  editList,
  findSite,
  type ListEdit,
  nextSiteId,
  removeSite,
  replaceSite,
} from "../../../mod/config/document/edit.ts";

const LISTED: ConfigDocument = { ...DEFAULT_DOCUMENT, ipListen: ["10.0.0.1", "10.0.0.2"] };

function site(id: number, name: string): SiteRecord {
  const content = { kind: "echo" } as const;
  return { id, name, bindings: [":81:"], secureBindings: [], autoStart: true, content };
}

function add(...entries: readonly string[]): ListEdit[] {
  return entries.map((entry) => ({ kind: "add", entry }));
}

function remove(...entries: readonly string[]): ListEdit[] {
  return entries.map((entry) => ({ kind: "remove", entry }));
}

Deno.test("editList() adds entries, and leaves the original document unchanged", () => {
  const { document } = editList(LISTED, add("::1", "10.0.0.1", "::2"));
  assertEquals(document.ipListen.join(" "), "10.0.0.1 10.0.0.2 ::1 ::2");
  assertEquals(LISTED.ipListen, ["10.0.0.1", "10.0.0.2"], "the original document is unchanged");
});

Deno.test("editList() makes the edits that can be made, and returns 183 or 2 for the others", () => {
  const edits = [
    ...add("10.0.0.2", "::1", "::1"),
    ...remove("10.0.0.3", "10.0.0.1", "::1"),
    ...add("10.0.0.1"),
  ];
  const { document, problems } = editList(LISTED, edits);
  assertEquals(problems.map((problem) => problem?.code ?? 0), [183, 0, 183, 2, 0, 0, 0]);
  assertEquals(document.ipListen, ["10.0.0.2", "10.0.0.1"]);
  assert(editList(LISTED, add("10.0.0.1")).document === LISTED, "nothing to store");
});

Deno.test("findSite() accepts a name in any case, or W3SVC/n", () => {
  const document = addSite(DEFAULT_DOCUMENT, site(7, "Größe"));
  const cases: [text: string, id: number | undefined][] = [
    ["Default Web Site", 1],
    ["default web SITE", 1],
    ["GRÖSSE", undefined], // lower case is not case folding; the stored name is what counts
    ["größe", 7],
    ["w3svc/7", 7],
    ["W3SVC/1", 1],
    ["W3SVC/2", undefined],
    ["7", undefined],
    ["", undefined],
  ];
  for (const [text, id] of cases) assertEquals(findSite(document, text)?.id, id, text);
});

Deno.test("nextSiteId() is higher than every existing id", () => {
  assertEquals(nextSiteId({ ...DEFAULT_DOCUMENT, sites: [] }), 1);
  const many = [site(3, "c"), site(40, "b"), site(2, "a")].reduce(addSite, DEFAULT_DOCUMENT);
  assertEquals(nextSiteId(many), 41);
});

Deno.test("addSite(), replaceSite() and removeSite() change one site only", () => {
  const two = addSite(DEFAULT_DOCUMENT, site(2, "two"));
  assertEquals(two.sites.map(({ id }) => id), [1, 2]);
  const renamed = replaceSite(two, site(1, "one"));
  assertEquals(renamed.sites.map(({ name }) => name), ["one", "two"]);
  assertEquals(removeSite(renamed, 1).sites, [site(2, "two")]);
  const metabase = { "W3SVC/1": { A: 1 }, "W3SVC/1/ROOT": { B: 1 }, "W3SVC/12": { C: 1 } };
  assertEquals(removeSite({ ...renamed, metabase }, 1).metabase, { "W3SVC/12": { C: 1 } });
  assertEquals(DEFAULT_DOCUMENT.sites.length, 1);
});
