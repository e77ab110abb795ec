/**
 * What the rules of a site do to a request that reaches it. Pure.
 *
 * @module
 */
import type { Ip } from "../../base/address.ts";
import { quote } from "../../base/fault.ts";
import type { SiteRecord } from "../../config/document/document.ts";
import { asksForCertificate, type SslAccess } from "../../config/rules/ssl_access.ts";
import type { PathValues } from "../../config/metabase/site_values.ts";
import type { SiteAccess } from "../../config/document/site_rules.ts";
import { ClientRules } from "../../site/rules/client_rules.ts";
import { namedBlocks } from "./proxy_notes.ts";

/** Returns a sentence for each rule; about `client` if it is known who asks. */
export function accessNotes(access: SiteAccess, client: Ip | null): string[] {
  const { allow, deny, rate, connectionsPerClient, basicAuth } = access;
  const notes: string[] = [];
  const hasBlocks = allow !== undefined || deny !== undefined;
  if (hasBlocks && client !== null) {
    const isAllowed = new ClientRules(access).allows(client);
    notes.push(`${client} ${isAllowed ? "may use the site" : "is denied with 403"}`);
  } else if (hasBlocks) {
    if (allow !== undefined) notes.push(`Clients in ${namedBlocks(allow)} may use the site`);
    if (deny !== undefined) notes.push(`Clients in ${namedBlocks(deny)} are denied with 403`);
    notes.push(`Clients in no block ${allow === undefined ? "may use it" : "are denied"}`);
  }
  if (connectionsPerClient !== undefined) {
    notes.push(`Beyond ${connectionsPerClient} connections a client gets 503`);
  }
  if (rate !== undefined) notes.push(`Beyond ${rate} a client gets 429`);
  if (basicAuth !== undefined) {
    notes.push(`Without a password of ${basicAuth.file} a client gets 401`);
  }
  return notes;
}

/** Returns what is demanded of TLS, for a request over TLS or over plain http. */
export function tlsNotes(demands: readonly SslAccess[], isTls: boolean): string[] {
  const requires = demands.includes("SslRequireCert");
  if (!isTls) {
    return requires || demands.includes("Ssl") ? ["Over plain http every client gets 403"] : [];
  }
  if (requires) return ["Without a certificate that is believed a client gets 403"];
  return asksForCertificate(demands)
    ? ["A client with a certificate that is not believed gets 403"]
    : [];
}

/** Returns a sentence for each thing that the metabase says of the path and that keeps content away. */
export function pathNotes(
  values: PathValues | undefined,
  { access }: Pick<SiteRecord, "access">,
): string[] {
  if (values === undefined) return [];
  const { redirect, closedTo, asksWho } = values;
  const notes: string[] = [];
  if (redirect !== undefined) notes.push(`HttpRedirect sends it to ${quote(redirect.value)}`);
  if (closedTo === "all") notes.push("AccessRead is off: every client gets 403");
  if (closedTo === "remote") notes.push("AccessNoRemoteRead is on: other machines get 403");
  if (asksWho === true && access?.basicAuth === undefined) {
    notes.push("AuthAnonymous is off, and no passwords are known: every client gets 403");
  }
  return notes;
}
