// Goal: an edit changes what it says and nothing else. Method: documents compared by value.
import { codeOf, valueOf } from "../../support/problems.ts";
import { assertEquals } from "@std/assert";
import {
  type ConfigDocument,
  DEFAULT_DOCUMENT,
  type SiteRecord,
} from "../../../mod/config/document/document.ts";
import {
  addListEntry,
  addSite,
  findSite,
  nextSiteId,
  removeListEntry,
  removeSite,
  replaceSite,
} from "../../../mod/config/document/edit.ts";

const LISTED: ConfigDocument = { ...DEFAULT_DOCUMENT, ipListen: ["10.0.0.1", "10.0.0.2"] };

function site(id: number, name: string): SiteRecord {
  const content = { kind: "echo" } as const;
  return { id, name, bindings: [":81:"], secureBindings: [], autoStart: true, content };
}

Deno.test("addListEntry() adds an entry at its place in the order", () => {
  const cases: [entry: string, list: string[]][] = [
    ["::1", ["10.0.0.1", "10.0.0.2", "::1"]],
    ["!10.0.0.2", ["10.0.0.1", "10.0.0.2", "!10.0.0.2"]],
    ["10.0.0.0/8", ["10.0.0.0/8", "10.0.0.1", "10.0.0.2"]],
  ];
  for (const [entry, list] of cases) {
    assertEquals(valueOf(addListEntry(LISTED, entry)).ipListen, list, entry);
  }
  assertEquals(LISTED.ipListen, ["10.0.0.1", "10.0.0.2"], "the original document is unchanged");
});

Deno.test("edits of the list without effect return a problem: 183 or 2", () => {
  assertEquals(codeOf(addListEntry(LISTED, "10.0.0.2")), 183);
  assertEquals(codeOf(removeListEntry(LISTED, "10.0.0.3")), 2);
});

Deno.test("removeListEntry() removes one entry and keeps the order", () => {
  assertEquals(valueOf(removeListEntry(LISTED, "10.0.0.1")).ipListen, ["10.0.0.2"]);
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
