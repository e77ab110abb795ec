/**
 * Finds what responds to a request: a site, a registered program, or the service itself, with the
 * same table that routes requests. Pure.
 *
 * @module
 */
import type { Endpoint, Ip } from "../../base/address.ts";
import { quote } from "../../base/fault.ts";
import { parseUrlPrefix } from "../../base/url_prefix.ts";
import { applicationKey } from "../../config/document/application.ts";
import { formatBinding } from "../../config/document/binding.ts";
import type {
  ApplicationRecord,
  ConfigDocument,
  SiteRecord,
} from "../../config/document/document.ts";
import { AddressTable } from "../../listen/machine/address_table.ts";
import type { PlanInput } from "../../listen/plan/make_plan.ts";
import type { Plan } from "../../listen/plan/plan.ts";
import {
  bindingRoutes,
  buildRouteTable,
  matchRoute,
  type NoRoute,
  type PathTarget,
  prefixRoute,
} from "../../site/routes.ts";
import { isUp } from "../web/status_views.ts";
import type { RegistrationStatus } from "../control/status.ts";

/** A registered program, or a reservation without a registration (`to` null). */
interface PrefixTarget {
  readonly url: string;
  readonly to: string | null;
}

/** A site, and the application of it that responds; null if the site itself does. */
interface SiteTarget {
  readonly site: SiteRecord;
  readonly application: ApplicationRecord | null;
}

export type FoundTarget = SiteTarget | PrefixTarget | NoRoute;

/** The request to route. */
interface TargetQuestion {
  readonly endpoint: Endpoint;
  readonly host: string;
  readonly secure: boolean;
  readonly path: string;
}

interface TargetFacts {
  readonly document: ConfigDocument;
  readonly plan: Plan;
  readonly input: PlanInput;
  readonly registrations: readonly Pick<RegistrationStatus, "url" | "to">[];
}

export function isSite(found: FoundTarget): found is SiteTarget {
  return typeof found === "object" && "site" in found;
}

/** Returns the target of the request. */
export function findTarget(
  { endpoint, host, secure, path }: TargetQuestion,
  { document, plan, input, registrations }: TargetFacts,
): FoundTarget {
  const startedIds = new Set(plan.sites.filter(isUp).map(({ id }) => id));
  const started = document.sites.filter(({ id }) => startedIds.has(id)).sort((a, b) => a.id - b.id);
  const reserved = document.urlAcl.map(({ url }): PrefixTarget => ({ url, to: null }));
  const addresses = new AddressTable(input.machine);
  const canonical = (ip: Ip): Ip => addresses.canonical(ip);
  const table = buildRouteTable<SiteTarget | PrefixTarget>([
    ...started.flatMap((site) => {
      const secureBindings = servedOverTls(input, site.id);
      return bindingRoutes({ ...site, secureBindings }, targetsOf(site), canonical);
    }),
    ...[...registrations, ...reserved].flatMap((target) => {
      const prefix = parseUrlPrefix(target.url);
      return prefix === null ? [] : [prefixRoute<PrefixTarget>(prefix, target, canonical)];
    }),
  ]);
  return matchRoute(table, { local: endpoint, host, isTls: secure, path });
}

function targetsOf(site: SiteRecord): PathTarget<SiteTarget>[] {
  return [
    { path: "/", target: { site, application: null } },
    ...(site.applications ?? []).map((application) => {
      return { path: applicationKey(application.path), target: { site, application } };
    }),
  ];
}

/** Returns the bindings of a site that have a certificate. */
function servedOverTls({ sites }: PlanInput, siteId: number): string[] {
  const bindings = sites.find(({ id }) => id === siteId)?.bindings ?? [];
  return bindings.filter(({ secure, unserved }) => secure && unserved === undefined)
    .map(formatBinding);
}

/** Describes the response if no site gives it; `unused` says why none is bound for the request. */
export function describeWithoutSite(
  found: Exclude<FoundTarget, SiteTarget>,
  unused: string,
): { readonly answeredBy: "program" | "service"; readonly summary: string } {
  if (found === "NotFound") {
    const summary = "The service responds 404 Not Found: no program has registered the path";
    return { answeredBy: "service", summary };
  }
  if (found === "PlainHttp") {
    const summary = "The service responds 400 Bad Request (HTTPS Required): the port speaks TLS";
    return { answeredBy: "service", summary };
  }
  if (found === "Hostname") {
    const summary = `The service responds 400 Bad Request (Invalid Hostname): ${unused}`;
    return { answeredBy: "service", summary };
  }
  const { url, to } = found;
  if (to !== null) {
    const summary = `Served by the program registered at ${quote(url)}: ${to}`;
    return { answeredBy: "program", summary };
  }
  const summary = "The service responds 503 Service Unavailable: " +
    `${quote(url)} is reserved, but no program has registered it`;
  return { answeredBy: "service", summary };
}
