/**
 * Which sites may start, before any socket is looked at. Pure.
 *
 * @module
 */
import { formatEndpoint, type Ip } from "../../base/address.ts";
import { formatUrlPrefix } from "../../base/url_prefix.ts";
import { WIN32 } from "../../base/win32.ts";
import { type Binding, bindingPrefix, formatBinding } from "../../config/document/binding.ts";

/** A binding and whether TLS is spoken there. */
export interface PlanBinding extends Binding {
  readonly secure: boolean;
  /** Why it cannot be served even where its address can: it has no certificate. Absent where it can. */
  readonly unserved?: string;
}

/** What the plan has to know of a site, or of a program that has registered a URL. */
export interface PlanSite {
  readonly id: number;
  readonly name: string;
  readonly bindings: readonly PlanBinding[];
  /** False where the administrator has stopped it. */
  readonly wanted: boolean;
  /** DisableSocketPooling, which means something in generation 5 only. */
  readonly ownSockets: boolean;
  /** The prefix of a registered program, in canonical text; absent for a site. */
  readonly url?: string | undefined;
}

/** Why a site does not start. */
interface Refusal {
  readonly state: "failed" | "stopped";
  readonly reason: string;
  readonly win32: number;
}

/** A site and what speaks against it; null where nothing does. */
export interface Admission {
  /** With the bindings that can be served. */
  readonly site: PlanSite;
  readonly refusal: Refusal | null;
  /** Why only some of its bindings are served; null where all are. */
  readonly partly: string | null;
}

/**
 * Admits the sites in their order; one that is refused claims nothing. `leftOut` gives the reason
 * why the list leaves an address out, null where it does not.
 */
export function admitSites(
  sites: readonly PlanSite[],
  leftOut: (ip: Ip) => string | null,
): Admission[] {
  const claims: Claims = { prefixes: new Map(), schemes: new Map() };
  return sites.map((wanted) => {
    const partly = wanted.bindings.find(({ unserved }) => unserved !== undefined)?.unserved ?? null;
    const served = wanted.bindings.filter(({ unserved }) => unserved === undefined);
    if (wanted.wanted && partly !== null && served.length === 0) {
      return { site: wanted, refusal: failed(partly, WIN32.NO_SUCH_LOGON_SESSION), partly };
    }
    const site = { ...wanted, bindings: served };
    const refusal = refuse(site, claims, leftOut);
    if (refusal === null) claim(site, claims);
    return { site, refusal, partly };
  });
}

interface Claims {
  /** URL prefix -> the site or program that has it. */
  readonly prefixes: Map<string, PlanSite>;
  /** Port -> what is spoken there and by whose wish. */
  readonly schemes: Map<number, { readonly secure: boolean; readonly site: PlanSite }>;
}

function refuse(
  site: PlanSite,
  claims: Claims,
  leftOut: (ip: Ip) => string | null,
): Refusal | null {
  if (!site.wanted) return { state: "stopped", reason: "it is set not to start", win32: 0 };
  if (site.bindings.length === 0) return failed("it has no binding", WIN32.INVALID_PARAMETER);
  for (const binding of site.bindings) {
    const { ip, port, secure } = binding;
    const why = ip === null ? null : leftOut(ip);
    if (ip !== null && why !== null) {
      return failed(
        `it is bound to ${formatEndpoint({ ip, port })}, and ${ip} is ${why}`,
        WIN32.INVALID_NETNAME,
      );
    }
    const owner = claims.prefixes.get(claimOf(site, binding));
    if (owner !== undefined) {
      const text = site.url ?? formatBinding(binding);
      return failed(
        `${describe(owner)} has ${site.url === undefined ? "the binding " : ""}"${text}" too`,
        WIN32.ALREADY_EXISTS,
      );
    }
    const scheme = claims.schemes.get(port) ??
      site.bindings.map((other) => ({ ...other, site })).find((other) => other.port === port);
    if (scheme !== undefined && scheme.secure !== secure) {
      const spoken = scheme.secure ? "TLS" : "plain HTTP";
      return failed(
        `${describe(scheme.site)} speaks ${spoken} on port ${port}`,
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

/** What a binding claims: the prefix of a program, or the one that a site's binding takes. */
function claimOf({ url }: PlanSite, binding: PlanBinding): string {
  return url ?? formatUrlPrefix(bindingPrefix(binding, binding.secure ? "https" : "http"));
}

function describe({ id, name, url }: PlanSite): string {
  return url === undefined ? `site ${id} ("${name}")` : `the program registered at "${url}"`;
}

function failed(reason: string, win32: number): Refusal {
  return { state: "failed", reason, win32 };
}
