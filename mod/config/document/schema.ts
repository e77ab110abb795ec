/**
 * The shape of the document as checks: every field, its type and its bound. Rules that need more than
 * one field are in `check.ts`.
 *
 * @module
 */
import * as v from "valibot";
import { type SettingRow, SETTINGS } from "./settings.ts";
import { DOCUMENT_VERSION } from "./document.ts";

/** Characters of a name, a path, a text: bounds that no honest document meets. */
const NAME_MAX = 256;
const PATH_MAX = 4096;
const TEXT_MAX = 1_048_576;
/** Entries of any list in the document. */
const LIST_MAX = 100_000;

/** An object that names each field it does not know: a typo must not be a silent default. */
// deno-lint-ignore explicit-function-return-type -- the inferred schema type is the point
function exactly<E extends v.ObjectEntries>(entries: E) {
  return v.objectWithRest(entries, v.never("unknown field"));
}

/** Comes before every object that may be empty: a list would pass for one. */
const anObject = v.custom<object>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "expected Object",
);

const text = (max: number): v.GenericSchema<string> =>
  v.pipe(v.string(), v.maxLength(max, `longer than ${max} characters`));
const name = v.pipe(v.string(), v.nonEmpty("empty"), v.maxLength(NAME_MAX, "too long"));
const whole = (min: number, max: number): v.GenericSchema<number> =>
  v.pipe(
    v.number(),
    v.integer("not a whole number"),
    v.minValue(min, `below ${min}`),
    v.maxValue(max, `above ${max}`),
  );
// deno-lint-ignore explicit-function-return-type -- as above
function list<S extends v.GenericSchema>(item: S) {
  return v.pipe(v.array(item), v.maxLength(LIST_MAX, `more than ${LIST_MAX} entries`));
}

const UINT32 = whole(0, 4294967295);

const contentSchema = v.variant("kind", [
  exactly({
    kind: v.literal("root"),
    path: v.pipe(text(PATH_MAX), v.nonEmpty("empty")),
    listing: v.optional(v.boolean()),
  }),
  exactly({
    kind: v.literal("respond"),
    text: text(TEXT_MAX),
    status: v.optional(whole(200, 599)),
  }),
  exactly({ kind: v.literal("echo") }),
  exactly({ kind: v.literal("welcome") }),
]);

const siteSchema = exactly({
  id: whole(1, 4294967295),
  name,
  bindings: list(text(NAME_MAX * 2)),
  secureBindings: list(text(NAME_MAX * 2)),
  autoStart: v.boolean(),
  content: contentSchema,
  maxRequestEntityAllowed: v.optional(UINT32),
  maxConnections: v.optional(UINT32),
});

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

/** The whole document. */
// deno-lint-ignore explicit-function-return-type -- as above
export function documentSchema() {
  return v.pipe(
    anObject,
    exactly({
      $schema: v.optional(text(PATH_MAX)),
      version: v.literal(DOCUMENT_VERSION),
      ipListen: list(text(NAME_MAX)),
      ssl: list(sslSchema),
      urlAcl: list(urlAclSchema),
      sites: list(siteSchema),
      metabase: metabaseSchema,
      settings: settingsSchema,
    }),
  );
}
