/**
 * Which upstream gets the next request. Pure.
 *
 * @module
 */
import type { Balance } from "../proxied/proxy_rules.ts";

/** What the choice depends on. */
export interface Candidate {
  /** Requests and tunnels that it has not finished. */
  readonly inFlight: number;
  /** Whether it should get requests at `nowMs`. */
  isEligible(nowMs: number): boolean;
  /** When it is worth another attempt, if it should not get requests. */
  readonly retryAtMs: number;
}

/** The choice among some upstreams; it remembers whose turn it is. */
export class Balancer {
  readonly #isLeast: boolean;
  #turn = 0;

  constructor(balance: Balance) {
    this.#isLeast = balance === "least-connections";
  }

  /**
   * Chooses among the members of `all` that `isAllowed`. If none of them is eligible, the one that is
   * worth an attempt first is better than no answer. Null if none is allowed.
   */
  choose<C extends Candidate>(
    all: readonly C[],
    nowMs: number,
    isAllowed: (candidate: C) => boolean,
  ): C | null {
    let best: C | null = null;
    let next = this.#turn;
    let lastResort: C | null = null;
    for (let i = 0; i < all.length; i++) {
      const index = (this.#turn + i) % all.length;
      const one = all[index]!;
      if (!isAllowed(one)) continue;
      if (!one.isEligible(nowMs)) {
        if (lastResort === null || one.retryAtMs < lastResort.retryAtMs) lastResort = one;
        continue;
      }
      // Equal ones take turns, because the search begins behind the last choice.
      if (best !== null && one.inFlight >= best.inFlight) continue;
      best = one;
      next = index + 1;
      if (!this.#isLeast) break;
    }
    if (best !== null) this.#turn = next % all.length;
    return best ?? lastResort;
  }
}
