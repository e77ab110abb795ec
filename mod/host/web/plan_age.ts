/**
 * Whether the plan in force still fits the machine. Asked at each look, so that it does the least
 * work that can tell; when it does not fit, another plan is made, which decides everything anew.
 *
 * @module
 */
import { formatEndpoint, type Ip, isLinkLocal } from "../../base/address.ts";
import { inSlices } from "../../base/work/slices.ts";
import { forEach, type Steps } from "../../base/work/steps.ts";
import { isProblem } from "../../base/problem.ts";
import { ipOfPrefix } from "../../base/url_prefix.ts";
import { parseBinding } from "../../config/document/binding.ts";
import { tableOf } from "../../listen/machine/address_table.ts";
import { canBind, readLinks } from "../../listen/machine/ask_system.ts";
import { listInterfacesAside } from "../../listen/machine/interface_listing.ts";
import type { Links, Machine } from "../../listen/machine/machine_addresses.ts";
import type { Plan } from "../../listen/plan/plan.ts";
import { canListen } from "../../listen/sockets/endpoint.ts";
import type { ServingState } from "./serving_state.ts";

/** The most attempts of one look, about 20 ms of work; of more, each look makes its share. */
const ATTEMPTS_MAX = 1000;

/**
 * Reports whether the machine differs from the one that the plan in `state` was made for. `look`
 * counts the looks.
 */
export async function isPlanOutdated(
  { plan, machine }: Pick<ServingState, "plan" | "machine">,
  look: number,
): Promise<boolean> {
  if (await listInterfacesAside() !== machine.listing) return true;
  // They were read because the plan depends on them.
  if (machine.links !== null && linksKey(await readLinks()) !== linksKey(machine.links)) {
    return true;
  }
  const all = await inSlices(attempts(plan, machine));
  return await inSlices(isAnyTrue(shareOf(all, look)));
}

function* isAnyTrue(attempts: readonly (() => boolean)[]): Steps<boolean> {
  for (const attempt of attempts) {
    if (attempt()) return true;
    yield;
  }
  return false;
}

/** Returns what to try, each address once: true if the plan is outdated. */
function* attempts({ endpoints }: Plan, machine: Machine): Steps<readonly (() => boolean)[]> {
  const table = yield* tableOf(machine);
  const found = new Map<string, () => boolean>();
  yield* forEach(endpoints, (endpoint) => {
    const { ip, scopeId, action } = endpoint;
    if (action === "refused") found.set(formatEndpoint(endpoint), () => canListen(endpoint));
    else if (action === "wait" && table.broadcastOf(ip) === null) {
      found.set(ip, () => canBind(ip, scopeId));
    } else if (machine.unlisted.has(ip)) found.set(ip, () => !canBind(ip, scopeId));
  });
  return [...found.values()];
}

function shareOf<T>(all: readonly T[], look: number): readonly T[] {
  if (all.length <= ATTEMPTS_MAX) return all;
  const start = look * ATTEMPTS_MAX % all.length;
  return [...all.slice(start, start + ATTEMPTS_MAX), ...all].slice(0, ATTEMPTS_MAX);
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
