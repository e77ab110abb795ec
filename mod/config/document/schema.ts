/**
 * The schema of the document: every field, its type and its limits. Rules that involve more than
 * one field are in `check.ts`.
 *
 * @module
 */
import * as v from "valibot";
import {
  ACCESS_LOG_FORMATS,
  ACCESS_LOG_TARGETS,
  LOG_SAMPLE_MAX,
  LOG_SAMPLE_PATH,
  type SiteAccessLog,
} from "../rules/access_log.ts";
import { type SettingRow, SETTINGS } from "./settings.ts";
import { COMPRESSIONS, DOCUMENT_VERSION } from "./document.ts";
import {
  finite,
  integer,
  list,
  name,
  NAME_MAX,
  PATH_MAX,
  plainObject,
  strictObject,
  text,
} from "./shape.ts";
import type { SiteContent } from "./site_content.ts";
import { accessSchema, responseSchema, sslFlagsSchema } from "./site_rules.ts";

const UINT32 = integer(0, 4294967295);

/** The schema of every kind of site content. */
export type ContentSchema = v.GenericSchema<unknown, SiteContent>;

const accessLogFields = {
  format: v.optional(
    v.picklist(ACCESS_LOG_FORMATS, `expected one of ${ACCESS_LOG_FORMATS.join(", ")}`),
  ),
  target: v.optional(
    v.picklist(ACCESS_LOG_TARGETS, `expected one of ${ACCESS_LOG_TARGETS.join(", ")}`),
  ),
  sample: v.optional(list(strictObject({
    path: v.pipe(text(PATH_MAX), v.regex(LOG_SAMPLE_PATH, "expected a path that begins with /")),
    of: integer(1, LOG_SAMPLE_MAX),
  }))),
};

const accessLogSchema: v.GenericSchema<unknown, SiteAccessLog> = v.pipe(
  plainObject,
  strictObject(accessLogFields),
);

// deno-lint-ignore explicit-function-return-type -- the inferred schema type is the point
function siteSchema(content: ContentSchema) {
  return strictObject({
    id: integer(1, 4294967295),
    name,
    bindings: list(text(NAME_MAX * 2)),
    secureBindings: list(text(NAME_MAX * 2)),
    autoStart: v.boolean(),
    content,
    applications: v.optional(list(strictObject({
      path: text(PATH_MAX),
      content,
      sslFlags: v.optional(sslFlagsSchema),
    }))),
    maxRequestEntityAllowed: v.optional(UINT32),
    maxConnections: v.optional(UINT32),
    access: v.optional(accessSchema),
    response: v.optional(responseSchema),
    compression: v.optional(
      v.picklist(COMPRESSIONS, `expected one of ${COMPRESSIONS.join(", ")}`),
    ),
    accessLog: v.optional(accessLogSchema),
  });
}

const sslSchema = strictObject({
  key: name,
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/, "expected 40 lower-case hex digits")),
  appId: v.pipe(
    v.string(),
    v.regex(/^\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}$/, "expected a {GUID}"),
  ),
  certStoreName: v.optional(name),
  certName: v.optional(name),
  certCheckMode: UINT32,
  revocationFreshnessTime: UINT32,
  urlRetrievalTimeout: UINT32,
  sslCtlIdentifier: v.optional(name),
  sslCtlStoreName: v.optional(name),
  flags: UINT32,
  http2: v.optional(strictObject({
    receiveWindow: v.optional(UINT32),
    maxSettingsPerFrame: v.optional(UINT32),
    maxSettingsPerMinute: v.optional(UINT32),
  })),
});

const acmeSchema = strictObject({
  certName: name,
  names: list(name),
  server: text(PATH_MAX),
  caFile: v.optional(text(PATH_MAX)),
  contact: v.optional(name),
  agreeTos: v.literal(true),
});

const urlAclSchema = strictObject({ url: text(PATH_MAX), sddl: text(PATH_MAX) });

const registrationSchema = strictObject({
  url: text(PATH_MAX),
  to: text(PATH_MAX),
  timeout: integer(1, 3600),
});

const metabaseValue = v.union([v.string(), finite, v.boolean(), list(text(PATH_MAX))]);

function sumOf(bits: number): v.GenericSchema<number> {
  const isSum = v.check<number, string>(
    (value) => (value & ~bits) === 0,
    `must be a sum of the bits 0x${bits.toString(16)}`,
  );
  return v.pipe(integer(0, bits), isSum);
}

function settingSchema(row: SettingRow): v.GenericSchema {
  switch (row.kind) {
    case "number":
      return row.bits === undefined ? integer(row.min, row.max) : sumOf(row.bits);
    case "numberOrWord": {
      const words = v.picklist(row.words, `expected a number or one of ${row.words.join(", ")}`);
      return v.union([integer(row.min, row.max), words]);
    }
    case "boolean":
      return v.boolean();
    case "choice":
      return v.picklist(row.choices, `expected one of ${row.choices.join(", ")}`);
    case "names":
      return list(v.picklist(row.choices, `expected one of ${row.choices.join(", ")}`));
    case "text":
      return v.pipe(v.string(), v.regex(row.pattern, `expected ${row.expected}`));
    case "blocks":
      return list(text(NAME_MAX));
  }
}

const settingsSchema = v.pipe(
  plainObject,
  strictObject(
    Object.fromEntries(
      Object.entries(SETTINGS).map(([key, row]) => [key, v.optional(settingSchema(row))]),
    ),
  ),
);

const metabaseSchema = v.pipe(
  plainObject,
  v.record(name, v.pipe(plainObject, v.record(name, metabaseValue))),
);

/** Returns the schema of the whole document, whose sites have content of the schema `content`. */
// deno-lint-ignore explicit-function-return-type -- as above
export function documentSchema(content: ContentSchema) {
  return v.pipe(
    plainObject,
    strictObject({
      $schema: v.optional(text(PATH_MAX)),
      version: v.literal(DOCUMENT_VERSION),
      ipListen: list(text(NAME_MAX)),
      ssl: list(sslSchema),
      urlAcl: list(urlAclSchema),
      registrations: v.optional(list(registrationSchema)),
      sites: list(siteSchema(content)),
      metabase: metabaseSchema,
      settings: settingsSchema,
      acme: v.optional(list(acmeSchema)),
    }),
  );
}
