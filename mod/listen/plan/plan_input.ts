/**
 * Gathers the input of a plan: the document, the machine's addresses, the owners of the ports.
 *
 * The running service and the command line gather it in the same way, so that `plan` shows what
 * `serve` and `reload` then do.
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
import { generationOf, portsOf, programsToPlan, sitesToPlan } from "./sites_to_plan.ts";

/** What is known before the machine is inspected. */
export interface PlanSource {
  readonly document: ConfigDocument;
  /** The list that applies: that of the document, or the one in force. */
  readonly list: readonly ListEntry[];
  /** Checks whether a binding has a certificate, in the store or in force. */
  readonly check: CertificateCheck;
  /** The prefixes that programs have registered. */
  readonly registrations: readonly UrlPrefix[];
}

/**
 * Gathers the input for the service itself. It does not look for port owners: binding shows whether
 * a port is in use, and reading all of /proc would keep its clients waiting.
 */
export function gatherPlanInput({ document, list, check, registrations }: PlanSource): PlanInput {
  // Programs come first: a registration stays, and a site that is added later finds its prefix
  // taken.
  const sites = [...programsToPlan(registrations, check), ...sitesToPlan(document, check)];
  const machine = readMachine();
  const generation = generationOf(document);
  return { list, sites, machine, running: [], held: [], failed: [], generation, strict: false };
}

/**
 * Gathers the input for a caller that cannot bind. `running` are the sockets of the service; `pid`
 * is its process, whose own sockets do not count as conflicts, null if none runs.
 */
export function previewPlanInput(
  source: PlanSource,
  running: readonly Endpoint[],
  pid: number | null,
): PlanInput {
  const input = gatherPlanInput(source);
  const held = findListeners(portsOf(input.sites)).filter((owner) => {
    return owner.namespace === null && (pid === null || owner.pid !== pid);
  });
  return { ...input, running, held };
}
