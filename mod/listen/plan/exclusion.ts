/**
 * Why the list keeps an address from being served, in words that keep two lists apart: the stored
 * one, and the one in force. Pure.
 *
 * @module
 */
import { formatEndpoint, type Ip } from "../../base/address.ts";
import type { Steps } from "../../base/work/steps.ts";
import type { ListEntry } from "../../config/document/list_entry.ts";
import { inclusionOf } from "../list/inclusion.ts";
import { tableOf } from "../machine/address_table.ts";
import type { Machine } from "../machine/machine_addresses.ts";
import type { ExcludedBinding, Exclusion, OtherList, Plan, PlannedSite } from "./plan.ts";

/** What tells the list of a plan and the other one apart, by the name of the other. */
const WORDS: Readonly<Record<OtherList, readonly [which: string, other: string]>> = {
  "stored": [" in force", "; the stored list includes it"],
  "in force": [" as stored", "; the list in force includes it"],
};

/** Returns why an address is excluded, as the end of a sentence. */
export function whyExcluded({ entry }: Exclusion, includedBy: OtherList | null = null): string {
  const [which, other] = includedBy === null ? ["", ""] : WORDS[includedBy];
  const why = entry === null
    ? `not on the IP inclusion list${which}`
    : `excluded from the IP inclusion list${which} by "${entry}"`;
  return `${why}${other}`;
}

/** Returns why the list refuses a site or a program, as the end of a sentence. */
export function refusalReason(excluded: ExcludedBinding): string {
  const { ip, includedBy } = excluded;
  return `it is bound to ${formatEndpoint(excluded)}, but ${ip} is ${
    whyExcluded(excluded, includedBy)
  }`;
}

/** Returns which addresses of `machine` the list includes. */
export function* inclusionOn(
  list: readonly ListEntry[],
  machine: Machine,
): Steps<(ip: Ip) => boolean> {
  const inclusion = yield* inclusionOf(list, yield* tableOf(machine));
  return (ip) => inclusion.decide(ip).included;
}

/**
 * Returns `plan` with reasons that say which list excludes an address where the other, of which
 * `includes` knows, includes it.
 */
export function compareLists(plan: Plan, other: OtherList, includes: (ip: Ip) => boolean): Plan {
  const reworded = <T extends Pick<PlannedSite, "reason" | "excluded" | "hints">>(one: T): T => {
    if (one.excluded === undefined) return one;
    const excluded = { ...one.excluded, includedBy: includes(one.excluded.ip) ? other : null };
    const hints = excluded.includedBy === "stored" ? ["httpcfg reload"] : one.hints;
    return { ...one, excluded, reason: refusalReason(excluded), ...(hints && { hints }) };
  };
  const { sites, registrations, challenges } = plan;
  return {
    ...plan,
    sites: sites.map(reworded),
    registrations: registrations.map(reworded),
    ...(challenges === undefined ? {} : { challenges: challenges.map(reworded) }),
  };
}
