/**
 * Publishes how a member is, under a lease that it keeps alive: a member that is off, or cut off, has no
 * state after a while.
 *
 * @module
 */
import { Backoff, randomMs } from "../shared/backoff.ts";
import { sleep } from "../../base/work/sleep.ts";
import type { FleetStore } from "../shared/fleet_store.ts";
import type { NodeState } from "../shared/records.ts";
import { Wake } from "../../base/work/wake.ts";

/** How often a member writes. */
export interface PublishTimes {
  readonly leaseSeconds: number;
  readonly keepAliveMs: number;
  /** Between two states, so that a machine that changes all the time does not load the store. */
  readonly debounceMs: number;
}

export class Publisher {
  readonly #store: Pick<FleetStore, "putState" | "keys">;
  readonly #name: string;
  readonly #times: PublishTimes;
  readonly #wake = new Wake();
  #state: NodeState | null = null;
  #lease: string | null = null;
  /** What the store has; null if that is not known. */
  #published: NodeState | null = null;

  constructor(
    store: Pick<FleetStore, "putState" | "keys">,
    name: string,
    times: PublishTimes,
  ) {
    this.#store = store;
    this.#name = name;
    this.#times = times;
  }

  /** Publishes `state` soon; nothing if it is as the one before. */
  set(state: NodeState): void {
    if (this.#state !== null && isSame(this.#state, state)) return;
    this.#state = state;
    this.#wake.ring();
  }

  /** Writes the state again: the store may have lost it. */
  repeat(): void {
    this.#published = null;
    this.#wake.ring();
  }

  /** Publishes until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#write(signal), this.#keepAlive(signal)]);
  }

  async #write(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff();
    const { debounceMs } = this.#times;
    // A thousand members that start, or find the store again, do not write at the same moment.
    await sleep(randomMs(0, debounceMs / 2), signal);
    for (; !signal.aborted; await this.#wake.next(signal)) {
      while (this.#state !== null && this.#published !== this.#state && !signal.aborted) {
        const state = this.#state;
        try {
          this.#lease ??= await this.#store.keys.grantLease(this.#times.leaseSeconds, signal);
          await this.#store.putState(this.#name, state, this.#lease);
          this.#published = state;
          backoff.reset();
          await sleep(debounceMs, signal);
        } catch {
          // Also of a lease that has ended. That the store is down is reported by who observes it.
          this.#lease = null;
          await backoff.wait(signal);
        }
      }
    }
  }

  async #keepAlive(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(this.#times.keepAliveMs, signal);
      if (signal.aborted) return;
      const lease = this.#lease;
      if (lease === null) continue;
      const isAlive = await this.#store.keys.keepAlive(lease, signal).catch(() => null);
      if (isAlive !== false || this.#lease !== lease) continue;
      this.#lease = null;
      this.repeat();
    }
  }
}

/** The time alone is no news. */
function isSame({ at: _, ...a }: NodeState, { at: __, ...b }: NodeState): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
