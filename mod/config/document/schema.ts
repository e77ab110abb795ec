/**
 * The shape of the document as checks: every field, its type and its bound. Rules that need more than
 * one field are in `check.ts`.
 *
 * @module
 */
import * as v from "valibot";
import { type SettingRow, SETTINGS } from "./settings.ts";
import { DOCUMENT_VERSION } from "./document.ts";
import { anObject, exactly, list, name, NAME_MAX, PATH_MAX, text, whole } from "./shape.ts";
import type { SiteContent } from "./site_content.ts";

const UINT32 = whole(0, 4294967295);

/** The shape of every kind of site content. */
export type ContentSchema = v.GenericSchema<unknown, SiteContent>;

// deno-lint-ignore explicit-function-return-type -- the inferred schema type is the point
function siteSchema(content: ContentSchema) {
  return exactly({
    id: whole(1, 4294967295),
    name,
    bindings: list(text(NAME_MAX * 2)),
    secureBindings: list(text(NAME_MAX * 2)),
    autoStart: v.boolean(),
    content,
    maxRequestEntityAllowed: v.optional(UINT32),
    maxConnections: v.optional(UINT32),
  });
}

const sslSchema = exactly({
  key: name,
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/, "not 40 lower-case hex digits")),
  appId: v.pipe(
    v.string(),
    v.regex(/^\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}$/, "not a {GUID}"),
  ),
  certStoreName: v.optional(name),
  certName: v.optional(name),
  certCheckMode: UINT32,
  revocationFreshnessTime: UINT32,
  urlRetrievalTimeout: UINT32,
  sslCtlIdentifier: v.optional(name),
  sslCtlStoreName: v.optional(name),
  flags: UINT32,
});

const urlAclSchema = exactly({ url: text(PATH_MAX), sddl: text(PATH_MAX) });

const metabaseValue = v.union([v.string(), v.number(), v.boolean(), list(text(PATH_MAX))]);

function settingSchema(row: SettingRow): v.GenericSchema {
  switch (row.kind) {
    case "number":
      return whole(row.min, row.max);
    case "boolean":
      return v.boolean();
    case "choice":
      return v.picklist(row.choices, `not one of ${row.choices.join(", ")}`);
  }
}

const settingsSchema = v.pipe(
  anObject,
  exactly(
    Object.fromEntries(
      Object.entries(SETTINGS).map(([key, row]) => [key, v.optional(settingSchema(row))]),
    ),
  ),
);

const metabaseSchema = v.pipe(
  anObject,
  v.record(name, v.pipe(anObject, v.record(name, metabaseValue))),
);

/** The whole document, its sites answering with what `content` takes. */
// deno-lint-ignore explicit-function-return-type -- as above
export function documentSchema(content: ContentSchema) {
  return v.pipe(
    anObject,
    exactly({
      $schema: v.optional(text(PATH_MAX)),
      version: v.literal(DOCUMENT_VERSION),
      ipListen: list(text(NAME_MAX)),
      ssl: list(sslSchema),
      urlAcl: list(urlAclSchema),
      sites: list(siteSchema(content)),
      metabase: metabaseSchema,
      settings: settingsSchema,
    }),
  );
}
