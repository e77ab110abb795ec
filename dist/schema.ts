/**
 * Edge: `deno task schema` writes `dist/httpcfg.schema.json`, the JSON Schema of the document, from
 * the checks that the program itself makes. `httpcfg config schema` prints it; editors that support
 * `$schema` use it for completion and checks.
 *
 * @module
 */
import { toJsonSchema } from "@valibot/to-json-schema";
import { DOCUMENT_VERSION } from "../mod/config/document/document.ts";
import { documentSchema } from "../mod/config/document/schema.ts";
import { type SettingRow, SETTINGS } from "../mod/config/document/settings.ts";
import { CONTENT_RULES } from "../mod/site/kinds/kinds.ts";

/** The file that contains the schema. */
export const SCHEMA_FILE: URL = new URL("httpcfg.schema.json", import.meta.url);

/** Descriptions of the fields, which editors show. */
const FIELDS: Readonly<Record<string, string>> = {
  $schema: "location of this schema, for editors",
  version: "version of the document format",
  ipListen:
    "the IP inclusion list: addresses, blocks, interfaces, !exclusions; empty means every address",
  ssl: "certificates by address and port, as `httpcfg query ssl` shows them",
  acme:
    "certificates that the service obtains and renews by ACME, as `httpcfg cert acme list` shows them",
  urlAcl: "who may register URLs, as `httpcfg query urlacl` shows it",
  registrations:
    "programs of this machine that have a URL prefix, as `httpcfg registrations` shows it",
  sites: "web sites: where each one responds, and with what",
  metabase: "metabase properties that no other field holds, as adsutil sets them",
  settings: "settings of the HTTP service that differ from their default",
};

interface JsonSchema {
  description?: string;
  default?: unknown;
  properties?: Record<string, JsonSchema>;
  [keyword: string]: unknown;
}

/** Returns the text of the schema file. */
export function schemaText(): string {
  const schema = toJsonSchema(documentSchema(CONTENT_RULES.schema), {
    typeMode: "output",
    // JSON has no other number, and JSON Schema no sum of bits.
    ignoreActions: ["finite", "check"],
    // The only custom check tests whether a value is an object.
    overrideSchema: ({ valibotSchema }) =>
      valibotSchema.type === "custom" ? { type: "object" } : undefined,
  }) as JsonSchema;
  const fields = schema.properties ?? {};
  for (const [name, field] of Object.entries(fields)) field.description = FIELDS[name] ?? "";
  for (const [name, row] of Object.entries(SETTINGS)) {
    const setting = fields.settings?.properties?.[name];
    if (setting !== undefined) Object.assign(setting, describe(row));
  }
  const title = `httpcfg document, version ${DOCUMENT_VERSION}`;
  return `${JSON.stringify({ $schema: schema.$schema, title, ...schema }, null, 2)}\n`;
}

function describe(row: SettingRow): { description: string; default: unknown } {
  const unit = "unit" in row && row.unit !== "" ? ` (${row.unit})` : "";
  return { description: `${row.summary}${unit}`, default: row.default };
}

if (import.meta.main) await Deno.writeTextFile(SCHEMA_FILE, schemaText());
