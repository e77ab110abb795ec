/**
 * The rules of a site as `site show` and `explain` show them: a name and a text for each that there
 * is. Pure.
 *
 * @module
 */
import type { SiteRecord } from "../../../config/document/document.ts";
import type { SslAccess } from "../../../config/rules/ssl_access.ts";
import type { SiteRules } from "../../../config/document/site_rules.ts";

/** A name for people, and what the site has of it. */
type RuleRow = readonly [name: string, value: string | readonly string[]];

type RuledSite = SiteRules & Partial<Pick<SiteRecord, "applications" | "accessLog">>;

/** Returns the rules that a site has, named as their flags are. */
export function ruleRows(
  { access = {}, response = {}, applications = [], accessLog = {} }: RuledSite,
): RuleRow[] {
  const { allow, deny, rate, burst, connectionsPerClient, basicAuth, sslFlags = [] } = access;
  const { headers, hsts, errorPages, fallback, mimeTypes } = response;
  const limit = rate === undefined ? undefined : `${rate}${burst ? `, ${burst} at once` : ""}`;
  const realm = basicAuth?.realm === undefined ? "" : ` for ${basicAuth.realm}`;
  const pages = Object.entries(errorPages ?? {}).map(([status, page]) => {
    return `${status}=${"file" in page ? page.file : `text:${page.text}`}`;
  });
  const types = Object.entries(mimeTypes ?? {}).map((pair) => pair.join("="));
  const own = applications.flatMap(({ path, sslFlags }) => {
    return sslFlags === undefined ? [] : [`${path} ${sslFlags.join(", ") || "none"}`];
  });
  const rows: readonly (readonly [string, string | readonly string[] | undefined])[] = [
    ["allow", allow],
    ["deny", deny],
    ["rate", limit],
    ["clientConnections", connectionsPerClient?.toString()],
    ["auth", basicAuth && `${basicAuth.file}${realm}`],
    ["clientCert", clientCertText(sslFlags)],
    ["requireHttps", sslFlags.includes("Ssl") ? "on" : undefined],
    ["sslFlags", own.length === 0 ? undefined : own],
    ["headers", headers],
    ["hsts", hsts],
    ["errorPages", pages.length === 0 ? undefined : pages],
    ["fallback", fallback],
    ["mimeTypes", types.length === 0 ? undefined : types],
    ["logFormat", accessLog.format],
    ["logTarget", accessLog.target],
    ["logSample", accessLog.sample?.map((one) => `${one.path}=${one.of}`)],
  ];
  return rows.flatMap(([name, value]) => value === undefined ? [] : [[name, value]]);
}

function clientCertText(sslFlags: readonly SslAccess[]): string | undefined {
  if (sslFlags.includes("SslRequireCert")) return "require";
  return sslFlags.includes("SslNegotiateCert") ? "ask" : undefined;
}
