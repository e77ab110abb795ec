/**
 * The values of metabase properties that have a syntax of their own, as the rest of the program uses
 * them. A value that cannot be read is refused when it is set; from a document that was written by
 * hand it has no effect. Pure.
 *
 * @module
 */
import { isProblem } from "../../base/problem.ts";
import type { MetabaseValue } from "../document/document.ts";
import type { ErrorPage } from "../document/site_rules.ts";
import { parseHttpRedirect } from "../rules/http_redirect.ts";
import { parseMediaType } from "../rules/media_type.ts";
import { parseResponseField } from "../rules/response_field.ts";

/** Reports whether a value of the property `name` can be used. */
export function isUsable(name: string, value: MetabaseValue): boolean {
  switch (name) {
    case "HttpRedirect":
      return typeof value === "string" && !isProblem(parseHttpRedirect(value));
    case "HttpCustomHeaders":
      return customHeaders(value) !== null;
    case "MimeMap":
      return mediaTypes(value) !== null;
    case "HttpExpires":
      return typeof value === "string" && expiry(value) !== null;
    case "DefaultDoc":
      return defaultDocuments(value) !== null;
    case "CacheControlCustom":
      return typeof value === "string" &&
        (value === "" || !isProblem(parseResponseField(`Cache-Control: ${value}`)));
    case "HttpErrors":
      return isList(value) && value.every((text) => ERROR_ENTRY.test(text));
    default:
      return true;
  }
}

function isList(value: MetabaseValue | undefined): value is readonly string[] {
  return Array.isArray(value);
}

/** Returns the fields of HttpCustomHeaders, each `Name: value`; null if one cannot be sent. */
export function customHeaders(value: MetabaseValue | undefined): string[] | null {
  if (!isList(value)) return null;
  const fields = value.map(parseResponseField);
  const texts = fields.flatMap((field) => isProblem(field) ? [] : [field.text]);
  return texts.length === fields.length ? texts : null;
}

/** Returns the types of MimeMap by extension; null if an entry is no `.extension,type`. */
export function mediaTypes(value: MetabaseValue | undefined): Record<string, string> | null {
  if (!isList(value)) return null;
  const types: Record<string, string> = {};
  for (const text of value) {
    const comma = text.indexOf(",");
    const parsed = parseMediaType(text.slice(0, Math.max(0, comma)), text.slice(comma + 1).trim());
    if (comma < 1 || isProblem(parsed)) return null;
    types[parsed.extension] = parsed.type;
  }
  return types;
}

/** A name in the folder, which cannot lead out of it. */
const DOCUMENT_NAME = /^(?!\.{1,2}$)[^/\\:*?"<>|\p{Cc}]{1,255}$/u;
/** Documents that are looked for in a folder. */
const DOCUMENTS_MAX = 32;

/** Returns the names of DefaultDoc in order; null if one is no name of a file. */
export function defaultDocuments(value: MetabaseValue | undefined): string[] | null {
  if (typeof value !== "string") return null;
  const names = value.split(",").map((name) => name.trim()).filter((name) => name !== "");
  const isValid = names.length <= DOCUMENTS_MAX && names.every((name) => DOCUMENT_NAME.test(name));
  return isValid ? names : null;
}

/** When responses expire: seconds after they were sent, or a date of HTTP; "" for never. */
type Expiry = { readonly seconds: number } | { readonly date: string } | "";

/** Reads a value of HttpExpires: `D, SECONDS` (decimal or 0x), `S, DATE`, or nothing. */
export function expiry(text: string): Expiry | null {
  if (text.trim() === "") return "";
  const [, kind = "", value = ""] = /^\s*([DS])\s*,\s*(.+?)\s*$/i.exec(text) ?? [];
  if (kind.toUpperCase() === "D") {
    if (!/^(?:[0-9]{1,10}|0x[0-9a-f]{1,8}|-1|0xffffffff)$/i.test(value)) return null;
    const seconds = Number(value);
    return { seconds: seconds < 0 || seconds === 0xffffffff ? 0 : seconds };
  }
  const isDate = kind.toUpperCase() === "S" && /^[\x20-\x7e]{8,64} GMT$/.test(value);
  const ms = isDate ? Date.parse(value) : NaN;
  return Number.isNaN(ms) ? null : { date: new Date(ms).toUTCString() };
}

/** `404,*,FILE,C:\errors\404.htm`: status, substatus, and what is sent. */
const ERROR_ENTRY =
  /^[45][0-9]{2},(?:\*|[0-9]{1,2}),(?:FILE|URL),.+$|^[45][0-9]{2},(?:\*|[0-9]{1,2})$/i;

/**
 * Returns the error pages of HttpErrors: files of a status with any substatus. Others, for a single
 * substatus or with a URL, have no effect.
 */
export function errorPages(value: MetabaseValue | undefined): Record<string, ErrorPage> {
  if (!isList(value)) return {};
  return Object.fromEntries(value.flatMap((text) => {
    const [, status, file] = /^([45][0-9]{2}),(?:\*|0),FILE,\s*((?:\/|[A-Za-z]:[\\/]|\\\\).*)$/i
      .exec(text) ?? [];
    return status === undefined ? [] : [[status, { file: file! }]];
  }));
}
