import { assertEquals } from "@std/assert";
import { DEFAULT_DOCUMENT, DOCUMENT_VERSION } from "../../../mod/config/document/document.ts";
import { documentVersion, migrate } from "../../../mod/config/document/migrate.ts";

Deno.test("migrate() fills in what a document written by hand omits", () => {
  const byHand = { ipListen: ["10.0.0.1"], settings: { applyChanges: "live" } };
  assertEquals(migrate(byHand), { ...DEFAULT_DOCUMENT, ...byHand });
  assertEquals(migrate({}), DEFAULT_DOCUMENT);
  assertEquals(migrate({ version: 0, wrong: 1 }), { ...DEFAULT_DOCUMENT, wrong: 1 });
});

Deno.test("migrate() returns a current or newer version, or another value, unchanged", () => {
  for (const value of [DEFAULT_DOCUMENT, { version: 99 }, { version: "0" }, [], null, "text", 0]) {
    assertEquals(migrate(value), value);
  }
});

Deno.test("documentVersion() is null for a value that cannot be a document", () => {
  const cases: [value: unknown, want: number | null][] = [
    [{ version: DOCUMENT_VERSION }, DOCUMENT_VERSION],
    [{}, 0],
    [{ version: -1 }, null],
    [{ version: 1.5 }, null],
    [{ version: "1" }, null],
    [[], null],
    [null, null],
  ];
  for (const [value, want] of cases) assertEquals(documentVersion(value), want);
});
