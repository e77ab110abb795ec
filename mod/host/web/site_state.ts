/**
 * The change of the document that starts or stops one site of the running service. Pure.
 *
 * @module
 */
import { Fault, quote } from "../../base/fault.ts";
import { hintOf, withStep } from "../../base/hints/hints.ts";
import type { ConfigDocument, SiteRecord } from "../../config/document/document.ts";
import type { Plan } from "../../listen/plan/plan.ts";
import { isUp } from "./status_views.ts";

/**
 * Returns `inForce` with the site from `stored`, started or stopped; without it, if a site that is
 * not stored any more stops. Certificates and metabase are also taken from `stored`, because a site
 * may need them. Throws a Fault if no site has the id.
 */
export function withSite(
  inForce: ConfigDocument,
  stored: ConfigDocument,
  verb: "start" | "stop",
  id: number,
): ConfigDocument {
  const others = inForce.sites.filter((one) => one.id !== id);
  const site = stored.sites.find((one) => one.id === id);
  const isKnown = site !== undefined || others.length < inForce.sites.length && verb === "stop";
  if (!isKnown) {
    throw new Fault(`Cannot ${verb} ${quote(`W3SVC/${id}`)}: no such site`, {
      hint: "httpcfg site list",
    });
  }
  const next = site === undefined ? [] : [{ ...site, autoStart: verb === "start" }];
  const { ssl, metabase } = stored;
  return { ...inForce, ssl, metabase, sites: inOrderOf(stored.sites, [...others, ...next]) };
}

/** Sites in another order would count as a change that is not applied. */
function inOrderOf(order: readonly SiteRecord[], sites: readonly SiteRecord[]): SiteRecord[] {
  const places = new Map(order.map(({ id }, place) => [id, place]));
  const placeOf = ({ id }: SiteRecord): number => places.get(id) ?? order.length;
  return sites.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** Returns the Fault for a Web service that is not running. */
export function notRunningFault(verb: string): Fault {
  return new Fault(`Cannot ${verb} a site: the Web service is not running`, {
    hint: "httpcfg net start w3svc",
  });
}

/** Throws a Fault with the reason if the site did not start. */
export function checkSiteStarted({ sites }: Pick<Plan, "sites">, id: number): void {
  const planned = sites.find((site) => site.id === id);
  if (planned === undefined || isUp(planned)) return;
  throw new Fault(`Cannot start ${quote(planned.name)}: ${planned.reason}`, {
    hint: hintOf(withStep(planned.hints ?? [], "httpcfg reload")),
  });
}
