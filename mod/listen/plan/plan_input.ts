/**
 * What a plan is made of, gathered: the document, the machine's addresses, who owns the ports.
 *
 * The running service and the command line make their plans from the same gathering, so that `plan`
 * says what `serve` and `reload` then do.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import type { UrlPrefix } from "../../base/url_prefix.ts";
import type { ConfigDocument } from "../../config/document/document.ts";
import type { CertificateCheck } from "../../config/certs/ssl_lookup.ts";
import { findListeners } from "../machine/port_owners.ts";
import type { ListEntry } from "../../config/document/list_entry.ts";
import { readMachine } from "../machine/machine_addresses.ts";
import type { PlanInput } from "./make_plan.ts";
import { generationOf, portsOf, wantedPrograms, wantedSites } from "./wanted_sites.ts";

/** What is known before the machine is asked. */
export interface PlanSource {
  readonly document: ConfigDocument;
  /** The list that counts: that of the document, or the one in force. */
  readonly list: readonly ListEntry[];
  /** Which bindings have a certificate: those in the store, or those in force. */
  readonly check: CertificateCheck;
  /** What programs have registered. */
  readonly registrations: readonly UrlPrefix[];
}

/**
 * For the service itself. Holders are not looked for: it finds out by binding, and reading all of
 * /proc would keep its clients waiting.
 */
export function gatherPlanInput({ document, list, check, registrations }: PlanSource): PlanInput {
  // Programs first: what is registered stays, and a site that comes later finds its prefix taken.
  const sites = [...wantedPrograms(registrations, check), ...wantedSites(document, check)];
  const machine = readMachine();
  const generation = generationOf(document);
  return { list, sites, machine, running: [], held: [], failed: [], generation, strict: false };
}

/**
 * For whoever cannot bind: `running` are the sockets of the service, `pid` is its process, whose own
 * sockets are in nobody's way; null where none runs.
 */
export function foreseePlanInput(
  source: PlanSource,
  running: readonly Endpoint[],
  pid: number | null,
): PlanInput {
  const input = gatherPlanInput(source);
  const held = findListeners(portsOf(input.sites)).filter((holder) => {
    return holder.namespace === null && (pid === null || holder.pid !== pid);
  });
  return { ...input, running, held };
}
