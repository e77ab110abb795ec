import { assertEquals } from "@std/assert";
import { SCHEMA_FILE, schemaText } from "../../../dist/schema.ts";

Deno.test("dist/httpcfg.schema.json matches the checks; if not: deno task schema", async () => {
  assertEquals(await Deno.readTextFile(SCHEMA_FILE), schemaText());
});

Deno.test("schemaText() describes every field and setting, and allows no others", () => {
  const { properties, required, additionalProperties } = JSON.parse(schemaText());
  assertEquals(required.includes("ipListen"), true);
  assertEquals(additionalProperties, { not: {} });
  assertEquals(properties.settings.properties.ConnectionTimeout.default, 120);
  for (const [name, field] of Object.entries<{ description?: string }>(properties)) {
    assertEquals(Boolean(field.description), true, name);
  }
});
