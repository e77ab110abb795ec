import { assertEquals } from "@std/assert";
import { SCHEMA_FILE, schemaText } from "../../../dist/schema.ts";

Deno.test("dist/httpcfg.schema.json says what the checks check; else: deno task schema", async () => {
  assertEquals(await Deno.readTextFile(SCHEMA_FILE), schemaText());
});

Deno.test("the schema knows the fields and settings, refuses others, and describes them", () => {
  const { properties, required, additionalProperties } = JSON.parse(schemaText());
  assertEquals(required.includes("ipListen"), true);
  assertEquals(additionalProperties, { not: {} });
  assertEquals(properties.settings.properties.ConnectionTimeout.default, 120);
  for (const [name, field] of Object.entries<{ description?: string }>(properties)) {
    assertEquals(Boolean(field.description), true, name);
  }
});
