/**
 * Whether the plan in force still fits the machine. Asked at each look, so that it does the least
 * work that can tell; when it does not fit, another plan is made, which decides everything anew.
 *
 * @module
 */
import { type Ip, isLinkLocal } from "../../base/address.ts";
import { isProblem } from "../../base/problem.ts";
import { ipOfPrefix } from "../../base/url_prefix.ts";
import { parseBinding } from "../../config/document/binding.ts";
import { AddressTable } from "../../listen/machine/address_table.ts";
import { canBind, otherWork, readLinks } from "../../listen/machine/ask_system.ts";
import { addressSnapshot, type Links } from "../../listen/machine/machine_addresses.ts";
import { canListen } from "../../listen/sockets/endpoint.ts";
import type { ServingState } from "./serving_state.ts";

/** Attempts before other work gets a turn: about 2 ms. */
const BATCH = 100;

/** Reports whether the machine differs from the one that the plan in `state` was made for. */
export async function isPlanOutdated(
  { plan, machine, snapshot }: Pick<ServingState, "plan" | "machine" | "snapshot">,
): Promise<boolean> {
  if (addressSnapshot() !== snapshot) return true;
  // They were read because the plan depends on them.
  if (machine.links !== null && linksKey(await readLinks()) !== linksKey(machine.links)) {
    return true;
  }
  const table = new AddressTable(machine);
  let count = 0;
  for (const endpoint of plan.endpoints) {
    const { ip, scopeId, action } = endpoint;
    const differs = action === "wait"
      ? table.broadcastOf(ip) === null && canBind(ip, scopeId)
      : action === "refused"
      ? canListen(endpoint)
      : machine.unlisted.has(ip) && !canBind(ip, scopeId);
    if (differs) return true;
    if (action !== "keep" && action !== "open" && ++count % BATCH === 0) await otherWork();
  }
  return false;
}

/**
 * Reports whether a site or a program is bound to a link-local address, whose zone may get another
 * name.
 */
export function hasZones(
  { document: { sites }, programs }: Pick<ServingState, "document" | "programs">,
): boolean {
  const isZoned = (ip: Ip | null): boolean => ip !== null && isLinkLocal(ip);
  if (programs.some(({ prefix }) => isZoned(ipOfPrefix(prefix)))) return true;
  return sites.some(({ bindings, secureBindings }) =>
    [...bindings, ...secureBindings].some((text) => {
      const binding = parseBinding(text);
      return !isProblem(binding) && isZoned(binding.ip);
    })
  );
}

function linksKey(links: Links): string {
  return JSON.stringify([[...links.names], [...links.flags]]);
}
