/**
 * The stored list in a service in which another list is in force: what it would include.
 *
 * @module
 */
import type { Ip } from "../../base/address.ts";
import type { Steps } from "../../base/work/steps.ts";
import { listOf } from "../../config/document/list_steps.ts";
import type { Machine } from "../../listen/machine/machine_addresses.ts";
import { compareLists, inclusionOn } from "../../listen/plan/exclusion.ts";
import type { Plan } from "../../listen/plan/plan.ts";

/** The texts of a list, as a document has them. */
type ListTexts = readonly string[];

/** The result for two lists; `includes` is null if they are the same. */
interface Compared {
  readonly stored: ListTexts;
  readonly inForce: ListTexts;
  readonly machine: Machine;
  readonly includes: ((ip: Ip) => boolean) | null;
}

export class StoredList {
  /** Kept: a list may have 100,000 entries, and scripts ask for the status in loops. */
  #compared: Compared | null = null;

  /** Returns what `stored` includes on `machine`; null if it is the list in force. */
  *includes(
    stored: ListTexts,
    inForce: ListTexts,
    machine: Machine,
  ): Steps<((ip: Ip) => boolean) | null> {
    if (stored === inForce) return null;
    const known = this.#compared;
    if (known?.stored === stored && known.inForce === inForce && known.machine === machine) {
      return known.includes;
    }
    // Both are in their one form, in which equal lists are equal texts.
    const isSame = stored.length === inForce.length &&
      stored.every((text, i) => text === inForce[i]);
    const includes = isSame ? null : yield* inclusionOn(yield* listOf(stored, []), machine);
    this.#compared = { stored, inForce, machine, includes };
    return includes;
  }

  /** Returns `plan` with reasons that say where `stored` would decide otherwise. */
  *compare(plan: Plan, stored: ListTexts, inForce: ListTexts, machine: Machine): Steps<Plan> {
    const includes = yield* this.includes(stored, inForce, machine);
    return includes === null ? plan : compareLists(plan, "stored", includes);
  }
}
