// Goal: each part of the document in force is that of who holds it. Method: documents.
import { atOnce } from "../../../mod/base/work/steps.ts";
import { assertEquals } from "@std/assert";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import {
  countChanges,
  documentInForce,
  sameParts,
} from "../../../mod/host/web/document_in_force.ts";

const SITE = DEFAULT_DOCUMENT.sites[0]!;
const STORED: ConfigDocument = {
  ...DEFAULT_DOCUMENT,
  $schema: "./httpcfg.schema.json",
  ipListen: ["10.0.0.9"],
  settings: { MaxFieldCount: 9 },
  sites: [{ ...SITE, id: 9 }],
  urlAcl: [{ url: "http://+:9/", sddl: "D:" }],
  metabase: { W3SVC: { MaxConnections: 9 } },
};
const READ: ConfigDocument = { ...DEFAULT_DOCUMENT, metabase: { W3SVC: { MaxConnections: 1 } } };
const http = { ipListen: ["10.0.0.1"], storedSettings: {} };

Deno.test("documentInForce() is what is stored where no running service holds a part", () => {
  assertEquals(documentInForce(STORED, { http: null, serving: null }), STORED);
  const withHttp = documentInForce(STORED, { http, serving: null });
  assertEquals(withHttp, { ...STORED, ipListen: ["10.0.0.1"], settings: {} });
  const programs = documentInForce(STORED, { http, serving: { document: READ, withSites: false } });
  assertEquals([programs.sites, programs.metabase], [STORED.sites, READ.metabase]);
  const all = documentInForce(STORED, { http, serving: { document: READ, withSites: true } });
  assertEquals(all, { ...READ, $schema: STORED.$schema, ipListen: ["10.0.0.1"] });
});

Deno.test("documentInForce() has the text of the document that was stored and is in force", () => {
  const acme = [
    { certName: "a", names: ["a.test"], server: "https://ca.test/dir", agreeTos: true },
  ] as const;
  for (const stored of [STORED, { ...STORED, acme }]) {
    const { ipListen, settings: storedSettings } = stored;
    const held = {
      http: { ipListen, storedSettings },
      serving: { document: stored, withSites: true },
    };
    const inForce = documentInForce(stored, held);
    assertEquals(JSON.stringify(inForce), JSON.stringify(stored));
    assertEquals(Object.keys(documentInForce(DEFAULT_DOCUMENT, held)), [
      ...Object.keys(DEFAULT_DOCUMENT),
      ...(stored.acme === undefined ? [] : ["acme"]),
    ]);
  }
});

Deno.test("countChanges() counts every part, and nothing that no service uses", () => {
  const { $schema } = STORED;
  const withSchema: ConfigDocument = { ...DEFAULT_DOCUMENT, $schema };
  assertEquals(atOnce(countChanges(DEFAULT_DOCUMENT, withSchema)), 0);
  // An address, a setting, a site out and one in, a reservation, a metabase property.
  assertEquals(atOnce(countChanges(DEFAULT_DOCUMENT, STORED)), 6);
  assertEquals(atOnce(countChanges(DEFAULT_DOCUMENT, structuredClone(DEFAULT_DOCUMENT))), 0);
});

Deno.test("sameParts() is about the values themselves", () => {
  assertEquals(sameParts(STORED, { ...STORED }), true);
  assertEquals(sameParts(STORED, structuredClone(STORED)), false);
});
