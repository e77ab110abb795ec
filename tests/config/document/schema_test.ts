// Goal: every field of the document has its type and limits. Method: one change at a time.
import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { DEFAULT_DOCUMENT, type SslRecord } from "../../../mod/config/document/document.ts";
import { documentSchema } from "../../../mod/config/document/schema.ts";
import { CONTENT_RULES } from "../../../mod/site/kinds/kinds.ts";

const SSL: SslRecord = {
  key: "0.0.0.0:443",
  hash: "2c8bfddf59a4a51a2a5b6186c22473108295624d",
  appId: "{4dc3e181-e14b-4a21-b022-59fc669b0914}",
  certCheckMode: 0,
  revocationFreshnessTime: 0,
  urlRetrievalTimeout: 0,
  flags: 0,
};
const SITE = DEFAULT_DOCUMENT.sites[0]!;
const schema = documentSchema(CONTENT_RULES.schema);

function isDocument(change: Record<string, unknown>): boolean {
  return v.safeParse(schema, { ...DEFAULT_DOCUMENT, ...change }).success;
}

function isSite(change: Record<string, unknown>): boolean {
  return isDocument({ sites: [{ ...SITE, ...change }] });
}

Deno.test("documentSchema() accepts the built-in document, and every part of a full one", () => {
  const changes: Record<string, unknown>[] = [
    {},
    { $schema: "https://example.com/schema.json" },
    { ipListen: ["10.0.0.1"] },
    { ssl: [SSL, { ...SSL, certStoreName: "MY", sslCtlIdentifier: "a", sslCtlStoreName: "b" }] },
    { urlAcl: [{ url: "http://+:80/", sddl: "D:(A;;GX;;;WD)" }] },
    { sites: [] },
    { metabase: { "W3SVC/1": { A: "a", B: 1, C: true, D: ["x", "y"], E: [] } } },
    { settings: { MaxFieldLength: 64, UriEnableCache: false, applyChanges: "live" } },
  ];
  for (const change of changes) assert(isDocument(change), JSON.stringify(change));
});

Deno.test("documentSchema() rejects an incomplete document", () => {
  for (const name of Object.keys(DEFAULT_DOCUMENT)) {
    const rest = Object.fromEntries(
      Object.entries(DEFAULT_DOCUMENT).filter(([key]) => key !== name),
    );
    assert(!v.safeParse(schema, rest).success, `without ${name}`);
  }
  for (const value of [null, 1, "", [], true]) assert(!v.safeParse(schema, value).success);
});

Deno.test("documentSchema() rejects wrong types, values out of range and unknown names", () => {
  const changes: Record<string, unknown>[] = [
    { version: 0 },
    { version: "1" },
    { other: 1 },
    { ipListen: "10.0.0.1" },
    { ipListen: [1] },
    { ipListen: [null] },
    { ipListen: ["x".repeat(257)] },
    { ssl: [{ ...SSL, hash: SSL.hash.toUpperCase() }] },
    { ssl: [{ ...SSL, hash: SSL.hash.slice(1) }] },
    { ssl: [{ ...SSL, appId: "4dc3e181-e14b-4a21-b022-59fc669b0914" }] },
    { ssl: [{ ...SSL, flags: -1 }] },
    { ssl: [{ ...SSL, flags: 4294967296 }] },
    { ssl: [{ ...SSL, flags: 1.5 }] },
    { ssl: [{ ...SSL, key: "" }] },
    { ssl: [{ ...SSL, port: 443 }] },
    { urlAcl: [{ url: "http://+:80/" }] },
    { metabase: { "": {} } },
    { metabase: { "W3SVC/1": { A: null } } },
    { metabase: { "W3SVC/1": { A: { b: 1 } } } },
    { metabase: [] },
    { settings: { MaxFieldLength: 63 } },
    { settings: { MaxFieldLength: 65535 } },
    { settings: { MaxFieldLength: 100.5 } },
    { settings: { MaxFieldLength: "100" } },
    { settings: { maxfieldlength: 100 } },
    { settings: { UriEnableCache: 1 } },
    { settings: { applyChanges: "now" } },
  ];
  for (const change of changes) assert(!isDocument(change), JSON.stringify(change));
});

Deno.test("documentSchema() checks the fields of a site", () => {
  const good: Record<string, unknown>[] = [
    { content: { kind: "echo" } },
    { maxConnections: 0, maxRequestEntityAllowed: 4294967295 },
    { id: 4294967295 },
    { bindings: [], secureBindings: [":443:"] },
  ];
  for (const change of good) assert(isSite(change), JSON.stringify(change));
  const bad: Record<string, unknown>[] = [
    { id: 0 },
    { id: "1" },
    { name: "" },
    { name: "x".repeat(257) },
    { autoStart: "true" },
    { bindings: ":80:" },
    { content: { kind: "other" } },
    { content: {} },
    { content: null },
    { root: "/srv" },
  ];
  for (const change of bad) assert(!isSite(change), JSON.stringify(change));
});

Deno.test("documentSchema() returns its input unchanged", () => {
  const result = v.safeParse(schema, DEFAULT_DOCUMENT);
  assert(result.success);
  assertEquals(JSON.stringify(result.output), JSON.stringify(DEFAULT_DOCUMENT));
});
