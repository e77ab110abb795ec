/**
 * What the plan has to know about the sites of the document and the registered programs. Pure.
 *
 * @module
 */
import { parseIp } from "../../base/address.ts";
import { hintLines } from "../../base/hints/hints.ts";
import { invariant } from "../../base/invariant.ts";
import { isProblem } from "../../base/problem.ts";
import {
  formatUrlPrefix,
  ipOfPrefix,
  nameOfPrefix,
  type UrlPrefix,
} from "../../base/url_prefix.ts";
import { type Binding, parseBinding } from "../../config/document/binding.ts";
import type { ConfigDocument, MetabaseValue, SiteRecord } from "../../config/document/document.ts";
import { effectiveSettings } from "../../config/document/settings.ts";
import { effectiveValue } from "../../config/metabase/tree.ts";
import { PROPERTIES } from "../../config/metabase/schema.ts";
import type { CertificateCheck } from "../../config/certs/ssl_lookup.ts";
import type { Generation } from "./make_plan.ts";
import type { PlanBinding, PlanSite } from "./admission.ts";

/**
 * Returns every site in the order of the ids, so that of two with the same binding the older one
 * has it. `check` reports which bindings have no certificate.
 */
export function sitesToPlan(document: ConfigDocument, check: CertificateCheck): PlanSite[] {
  return document.sites.toSorted((a, b) => a.id - b.id).map((site) => ({
    id: site.id,
    name: site.name,
    enabled: site.autoStart,
    bindings: bindingsOf(site, check),
    ownSockets: metabaseValue(document, `W3SVC/${site.id}`, "DisableSocketPooling") === true,
  }));
}

/** Returns the registered programs in the form of sites: each is bound as its prefix says. */
export function programsToPlan(
  prefixes: readonly UrlPrefix[],
  check: CertificateCheck,
): PlanSite[] {
  return prefixes.map((prefix) => {
    const { scheme, port } = prefix;
    const url = formatUrlPrefix(prefix);
    const binding = { ip: ipOfPrefix(prefix), port, host: nameOfPrefix(prefix) };
    const secure = scheme === "https";
    const bound = checkedBinding(binding, secure, check);
    return { id: 0, name: url, enabled: true, bindings: [bound], ownSockets: false, url };
  });
}

/**
 * Returns the challenges of the certificates by ACME in the form of sites: each needs the addresses
 * that it certifies or, for a host name, every address.
 */
export function challengesToPlan({ acme = [], settings }: ConfigDocument): PlanSite[] {
  const port = effectiveSettings(settings).AcmeHttpPort;
  return acme.map(({ certName, names }) => {
    const ips = new Set(names.map((name) => parseIp(name)));
    const bindings = [...ips].map((ip) => ({ ip, port, host: "", secure: false }));
    return { id: 0, name: certName, enabled: true, bindings, ownSockets: false, isAcme: true };
  });
}

/**
 * Returns the generation by MajorIIsVersionNumber: 4 and 5 are Winsock listeners without a list,
 * everything else is HTTP.sys.
 */
export function generationOf(document: ConfigDocument): Generation {
  const version = metabaseValue(document, "W3SVC/Info", "MajorIIsVersionNumber");
  return version === 4 || version === 5 ? version : 6;
}

function metabaseValue(
  document: ConfigDocument,
  path: string,
  name: string,
): MetabaseValue | null {
  const property = PROPERTIES.find((row) => row.name === name);
  invariant(property !== undefined, `the schema has ${name}`);
  return effectiveValue(document, path, property);
}

function bindingsOf(site: SiteRecord, check: CertificateCheck): PlanBinding[] {
  const parsed = (texts: readonly string[], secure: boolean): PlanBinding[] => {
    return texts.map((text) => {
      const binding = parseBinding(text);
      invariant(!isProblem(binding), `the stored binding "${text}" was checked`);
      return checkedBinding(binding, secure, check);
    });
  };
  return [...parsed(site.bindings, false), ...parsed(site.secureBindings, true)];
}

function checkedBinding(binding: Binding, secure: boolean, check: CertificateCheck): PlanBinding {
  const problem = secure ? check(binding) : null;
  if (problem === null) return { ...binding, secure };
  const cures = hintLines(problem.hint);
  return { ...binding, secure, unserved: problem.reason, cures };
}

/** Returns the ports that any site uses, the ones whose owners matter. */
export function portsOf(sites: readonly PlanSite[]): Set<number> {
  return new Set(sites.flatMap((site) => site.bindings.map(({ port }) => port)));
}
