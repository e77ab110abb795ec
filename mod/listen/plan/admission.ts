/**
 * Which sites may start, decided before any socket is considered. Pure.
 *
 * @module
 */
import { quote } from "../../base/fault.ts";
import type { Ip } from "../../base/address.ts";
import { formatUrlPrefix } from "../../base/url_prefix.ts";
import { WIN32 } from "../../base/win32.ts";
import { type Binding, bindingPrefix, formatBinding } from "../../config/document/binding.ts";
import { refusalReason } from "./exclusion.ts";
import type { ExcludedBinding, Exclusion } from "./plan.ts";

/** A binding, and whether it uses TLS. */
export interface PlanBinding extends Binding {
  readonly secure: boolean;
  /** Why it cannot be served even if its address can: it has no certificate. Absent if it can. */
  readonly unserved?: string;
  /** What can be typed about that, the best first. */
  readonly cures?: readonly string[];
}

/** What the plan has to know about a site, or about a program that has registered a URL. */
export interface PlanSite {
  readonly id: number;
  readonly name: string;
  readonly bindings: readonly PlanBinding[];
  /** False if the administrator has stopped it. */
  readonly enabled: boolean;
  /** DisableSocketPooling, which has a meaning in generation 5 only. */
  readonly ownSockets: boolean;
  /** The prefix of a registered program, in canonical text; absent for a site. */
  readonly url?: string | undefined;
  /** True for the challenges of a certificate by ACME, whose name is `name`; absent for others. */
  readonly isAcme?: true;
}

/** Why a site does not start. */
interface Refusal {
  readonly state: "failed" | "stopped";
  readonly reason: string;
  readonly win32: number;
  readonly excluded?: ExcludedBinding;
}

/** A site, and whether it may start. */
export interface Admission {
  /** With the bindings that can be served. */
  readonly site: PlanSite;
  /** Why it does not start; null if it may. */
  readonly refusal: Refusal | null;
  /** Why only some of its bindings are served; null if all are. */
  readonly partialReason: string | null;
}

/**
 * Admits the sites in their order; one that is refused claims nothing. `exclusionOf` returns why
 * the list excludes an address, null if it does not.
 */
export function admitSites(
  sites: readonly PlanSite[],
  exclusionOf: (ip: Ip) => Exclusion | null,
): Admission[] {
  const claims: Claims = { prefixes: new Map(), schemes: new Map() };
  return sites.map((candidate) => {
    const served = candidate.bindings.filter(({ unserved }) => unserved === undefined);
    const partialReason = candidate.bindings.find(({ unserved }) =>
      unserved !== undefined
    )?.unserved ??
      null;
    if (candidate.enabled && partialReason !== null && served.length === 0) {
      const refusal = failed(partialReason, WIN32.NO_SUCH_LOGON_SESSION);
      return { site: candidate, refusal, partialReason };
    }
    const site = { ...candidate, bindings: served };
    const refusal = refuse(site, claims, exclusionOf);
    if (refusal === null) claim(site, claims);
    return { site, refusal, partialReason };
  });
}

interface Claims {
  /** URL prefix -> the site or program that claimed it. */
  readonly prefixes: Map<string, PlanSite>;
  /** Port -> whether it uses TLS, and the first site or program on it. */
  readonly schemes: Map<number, { readonly secure: boolean; readonly site: PlanSite }>;
}

function refuse(
  site: PlanSite,
  claims: Claims,
  exclusionOf: (ip: Ip) => Exclusion | null,
): Refusal | null {
  if (!site.enabled) return { state: "stopped", reason: "it is configured not to start", win32: 0 };
  if (site.bindings.length === 0) return failed("it has no bindings", WIN32.INVALID_PARAMETER);
  for (const binding of site.bindings) {
    const { ip, port, secure } = binding;
    const exclusion = ip === null ? null : exclusionOf(ip);
    if (ip !== null && exclusion !== null) {
      const excluded = { ip, port, ...exclusion, includedBy: null };
      return { ...failed(refusalReason(excluded), WIN32.INVALID_NETNAME), excluded };
    }
    const owner = claims.prefixes.get(claimOf(site, binding));
    if (owner !== undefined) {
      const text = site.url ?? formatBinding(binding);
      return failed(
        `${describe(owner)} already has ${site.url === undefined ? "the binding " : ""}"${text}"`,
        WIN32.ALREADY_EXISTS,
      );
    }
    const scheme = claims.schemes.get(port) ??
      site.bindings.map((other) => ({ ...other, site })).find((other) => other.port === port);
    if (scheme !== undefined && scheme.secure !== secure) {
      const protocol = scheme.secure ? "TLS" : "plain HTTP";
      return failed(
        `${describe(scheme.site)} uses ${protocol} on port ${port}`,
        WIN32.ALREADY_EXISTS,
      );
    }
  }
  return null;
}

function claim(site: PlanSite, claims: Claims): void {
  for (const binding of site.bindings) {
    claims.prefixes.set(claimOf(site, binding), site);
    if (!claims.schemes.has(binding.port)) {
      claims.schemes.set(binding.port, { secure: binding.secure, site });
    }
  }
}

/** Returns what a binding claims: the prefix of a program, or that of a site's binding. */
function claimOf({ url, isAcme, name }: PlanSite, binding: PlanBinding): string {
  if (isAcme) return name; // challenges are answered before anything is routed
  return url ?? formatUrlPrefix(bindingPrefix(binding, binding.secure ? "https" : "http"));
}

function describe({ id, name, url }: PlanSite): string {
  return url === undefined ? `site ${id} (${quote(name)})` : `the program registered at "${url}"`;
}

function failed(reason: string, win32: number): Refusal {
  return { state: "failed", reason, win32 };
}
