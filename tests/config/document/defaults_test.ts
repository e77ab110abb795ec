// Goal: an imported document says only what it wants, and what it does not say is named.
import { assertEquals } from "@std/assert";
import { absentFields, withDefaults } from "../../../mod/config/document/defaults.ts";
import { DEFAULT_DOCUMENT, DOCUMENT_VERSION } from "../../../mod/config/document/document.ts";

const CONTENT = { kind: "echo" };

Deno.test("withDefaults() completes a document with only sites", () => {
  const sites = [
    { name: "a", bindings: [":80:"], content: CONTENT },
    { id: 1, name: "b", content: CONTENT, autoStart: false },
    { name: "c", content: CONTENT, secureBindings: [":443:"] },
  ];
  assertEquals(withDefaults({ version: DOCUMENT_VERSION, sites }), {
    ...DEFAULT_DOCUMENT,
    sites: [
      {
        id: 2,
        name: "a",
        bindings: [":80:"],
        secureBindings: [],
        autoStart: true,
        content: CONTENT,
      },
      { id: 1, name: "b", bindings: [], secureBindings: [], autoStart: false, content: CONTENT },
      {
        id: 3,
        name: "c",
        bindings: [],
        secureBindings: [":443:"],
        autoStart: true,
        content: CONTENT,
      },
    ],
  });
});

Deno.test("withDefaults() completes an ssl record", () => {
  const record = { key: "0.0.0.0:443", hash: "00", flags: 1 };
  assertEquals((withDefaults({ ssl: [record] }) as { ssl: unknown }).ssl, [{
    appId: "{00000000-0000-0000-0000-000000000000}",
    certCheckMode: 0,
    revocationFreshnessTime: 0,
    urlRetrievalTimeout: 0,
    ...record,
  }]);
});

Deno.test("withDefaults() leaves version and fields of the wrong kind to the checks", () => {
  assertEquals("version" in (withDefaults({}) as object), false);
  assertEquals((withDefaults({ version: 7 }) as { version: unknown }).version, 7);
  for (const value of [null, 7, "text", []]) assertEquals(withDefaults(value), value);
  const odd = { version: DOCUMENT_VERSION, ipListen: 7, sites: { a: 1 }, ssl: [7, null] };
  assertEquals(withDefaults(odd), { ...DEFAULT_DOCUMENT, ...odd });
});

Deno.test("absentFields() names what a document does not say", () => {
  assertEquals(absentFields(DEFAULT_DOCUMENT), []);
  assertEquals(absentFields({ sites: [], ipListen: [] }), [
    "ssl",
    "urlAcl",
    "metabase",
    "settings",
  ]);
  for (const value of [null, 7, []]) assertEquals(absentFields(value), []);
});
