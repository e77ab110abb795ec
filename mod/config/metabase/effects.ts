/**
 * Which metabase values the service uses, and where: whoever sets another one is told. Pure.
 *
 * @module
 */
import type { MetabaseValue } from "../document/document.ts";
import type { PropertyRow } from "./property.ts";
import { errorPages } from "./syntax.ts";

const SERVICE = /^W3SVC$/;
const SITE = /^W3SVC\/[0-9]+$/;
const SERVICE_SITE = /^W3SVC(?:\/[0-9]+)?$/;
/** The service, sites, and everything below their ROOT. */
const CONTENT = /^W3SVC(?:\/[0-9]+(?:\/ROOT(?:\/.*)?)?)?$/;
/** Sites, and everything below their ROOT. */
const BELOW_SERVICE = /^W3SVC\/[0-9]+(?:\/ROOT(?:\/.*)?)?$/;
const BELOW_SITE = /^W3SVC\/[0-9]+\/ROOT(?:\/|$)/;

/** The properties that the service uses, and the keys at which it does. */
const USED: ReadonlyMap<string, RegExp> = new Map([
  ["KeyType", /./],
  ["MajorIIsVersionNumber", /^W3SVC\/Info$/],
  ["DisableSocketPooling", SERVICE_SITE],
  ["ServerComment", SITE],
  ["ServerAutoStart", SITE],
  ["ServerBindings", SITE],
  ["SecureBindings", SITE],
  ["MaxConnections", SERVICE_SITE],
  ["MaxRequestEntityAllowed", SERVICE_SITE],
  ["ConnectionTimeout", SERVICE_SITE],
  ["AllowKeepAlive", SERVICE_SITE],
  ["LogType", SERVICE_SITE],
  ["LogExtFileFlags", SERVICE_SITE],
  ["ServerListenBacklog", SERVICE],
  ["HeaderWaitTimeout", SERVICE],
  ["MinFileBytesPerSec", SERVICE],
  ["LogFileTruncateSize", SERVICE],
  ["Path", BELOW_SITE],
  ["DefaultDoc", CONTENT],
  ["DirBrowseFlags", CONTENT],
  ["EnableDirBrowsing", CONTENT],
  ["EnableDefaultDoc", CONTENT],
  ["AccessFlags", CONTENT],
  ["AccessSSLFlags", BELOW_SERVICE],
  ["AccessRead", CONTENT],
  ["AccessNoRemoteRead", CONTENT],
  ["AuthFlags", CONTENT],
  ["AuthAnonymous", CONTENT],
  ["HttpRedirect", BELOW_SITE],
  ["HttpCustomHeaders", CONTENT],
  ["HttpExpires", CONTENT],
  ["CacheControlNoCache", CONTENT],
  ["CacheControlMaxAge", CONTENT],
  ["CacheControlCustom", CONTENT],
  ["HttpErrors", /^W3SVC(?:\/[0-9]+(?:\/ROOT)?)?$/],
  ["MimeMap", CONTENT],
  ["DontLog", CONTENT],
]);

/** The bits of flags that have an effect, where others have none. */
const USED_BITS: Readonly<Record<string, string>> = {
  AccessFlags: "AccessRead and AccessNoRemoteRead",
  AuthFlags: "AuthAnonymous",
  DirBrowseFlags: "EnableDirBrowsing and EnableDefaultDoc",
};

/** Why single properties, or their bits, have no effect. */
const WITHOUT: Readonly<Record<string, string>> = {
  AccessWrite: "nothing is uploaded into a folder",
  AccessSource: "nothing is uploaded into a folder",
  AccessExecute: "no script or program runs inside the service",
  AccessScript: "no script or program runs inside the service",
  AccessNoRemoteWrite: "nothing is uploaded into a folder",
  AccessNoRemoteExecute: "no script or program runs inside the service",
  AccessNoRemoteScript: "no script or program runs inside the service",
  AuthBasic: "httpcfg site set --basic-auth asks for passwords",
  AuthNTLM: "no account of the system is logged on",
  AuthMD5: "no account of the system is logged on",
  AuthPassport: "no account of the system is logged on",
  HttpRedirect: "it is redirected below the ROOT of a site alone",
};

/** Returns what is to be told of a value that was set at the canonical path `path`; null for nothing. */
export function effectNote(
  path: string,
  property: Pick<PropertyRow, "name" | "bit" | "without">,
  value: MetabaseValue | undefined,
): string | null {
  const { name, bit } = property;
  const places = USED.get(name) ??
    (bit !== undefined && USED_BITS[bit.of] === undefined ? USED.get(bit.of) : undefined);
  if (places?.test(path) !== true) {
    const why = property.without ?? WITHOUT[name];
    return `${name} is stored at ${path} but has no effect${why === undefined ? "" : `: ${why}`}`;
  }
  const bits = USED_BITS[name];
  if (bits !== undefined) return `nothing of ${name} has an effect but ${bits}`;
  if (name !== "HttpErrors" || !Array.isArray(value)) return null;
  const used = Object.keys(errorPages(value)).length;
  return used === value.length
    ? null
    : "nothing of HttpErrors has an effect but the entries STATUS,*,FILE,PATH";
}
