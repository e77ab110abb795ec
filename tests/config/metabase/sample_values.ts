/**
 * Valid values of the properties of the metabase, as they are typed.
 *
 * @module
 */
import type { PropertyRow } from "../../../mod/config/metabase/property.ts";

const TEXTS: Readonly<Record<string, readonly string[]>> = {
  KeyType: ["IIsWebServer"],
  Path: ["/srv/other"],
  ServerBindings: [":81:", "127.0.0.2:82:a.test"],
  SecureBindings: [":444:"],
  HttpRedirect: ["/new, PERMANENT"],
  HttpCustomHeaders: ["X-A: 1", "X-B: 2"],
  HttpExpires: ["D, 0x3C"],
  HttpErrors: ["404,*,FILE,/srv/404.html"],
  MimeMap: [".foo,text/x-foo"],
  CacheControlCustom: ["private"],
  AccessSSLFlags: ["360"],
  DefaultDoc: ["a.htm,b.htm"],
};

/** Returns the words of a value that `property` does not have by default. */
export function textsFor({ name, type, range, default: initial }: PropertyRow): readonly string[] {
  const own = TEXTS[name];
  if (own !== undefined) return own;
  if (type === "BOOL") return [initial === true ? "False" : "True"];
  if (type === "DWORD") return [String(range?.[1] ?? 12345)];
  return type === "MULTISZ" ? ["one", "two"] : ["a text"];
}
