/**
 * Drives a roll-out from the command line, and shows how it goes.
 *
 * @module
 */
import { StoreFault } from "../../../fleet/shared/key_store.ts";
import { randomMs } from "../../../fleet/shared/backoff.ts";
import { sleep } from "../../../base/work/sleep.ts";
import { Ending } from "../../../base/work/ending.ts";
import type { FleetStore } from "../../../fleet/shared/fleet_store.ts";
import type { RolloutRecord } from "../../../fleet/shared/records.ts";
import { driveRollout } from "../../../fleet/rollout/driver.ts";
import type { SeenRollout } from "../../../fleet/rollout/next_step.ts";
import { RolloutWatch } from "../../../fleet/rollout/rollout_watch.ts";
import { isInProgress } from "../../../fleet/rollout/wanted_revision.ts";
import type { Notice } from "../../../admin/admin_io.ts";
import { namesText } from "./answers.ts";

/** What is written while it goes. */
interface Teller {
  /** A line about the roll-out. */
  say(line: string): void;
  notice(notice: Notice): void;
}

interface FollowOptions extends Teller {
  /** Who drives. */
  readonly name: string;
  /** Which roll-out. */
  readonly id: string;
  /** Ends the command, not the roll-out. */
  readonly signal: AbortSignal;
}

/** Between two attempts to drive where another drives, as the members wait. */
const AGAIN_MS = [2000, 7000] as const;

/**
 * Drives the roll-out `id` with the members until it has ended or waits to be confirmed. Returns its
 * record; null if another roll-out has begun since, or `signal` has aborted before.
 */
export async function followRollout(
  store: FleetStore,
  { name, id, signal, ...teller }: FollowOptions,
): Promise<RolloutRecord | null> {
  using end = new Ending(signal);
  const until = end.signal;
  const driving = keepDriving(store, name, until);
  try {
    await using watch = new RolloutWatch(store, until);
    const story = new Story(teller);
    let isLost = false;
    while (!signal.aborted) {
      const { seen, reason } = watch;
      if (reason !== null && !isLost) {
        teller.notice({ kind: "warning", text: `the store cannot be reached: ${reason}` });
      }
      isLost = reason !== null;
      if (seen !== null) {
        if (seen.record.id !== id) return null;
        story.tell(seen);
        const { record } = seen;
        if (!isInProgress(record) || record.phase === "confirming") return record;
      }
      await watch.next(60_000);
    }
    return null;
  } finally {
    end.end();
    await driving;
  }
}

/** Drives whenever nobody else does. What is wrong with the store is seen by who watches. */
async function keepDriving(store: FleetStore, name: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      if (await driveRollout(store, { name, signal }) === "ended") return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof StoreFault)) throw error;
    }
    await sleep(randomMs(...AGAIN_MS), signal);
  }
}

/** Tells each thing once. */
class Story {
  readonly #teller: Teller;
  readonly #well = new Set<string>();
  #phase = "";
  #released = 0;

  constructor(teller: Teller) {
    this.#teller = teller;
  }

  tell({ record, members }: SeenRollout): void {
    const { say } = this.#teller;
    const { waves, released, revision, phase } = record;
    const isForward = phase !== "returning" && phase !== "returned" && phase !== "stuck";
    for (; isForward && this.#released < released; this.#released++) {
      const wave = waves[this.#released]!;
      say(`wave ${this.#released + 1} of ${waves.length}: ${namesText(wave)}`);
    }
    if (isForward) {
      const names = waves.slice(0, released).flat().filter((name) => {
        const state = members.get(name)?.state;
        return state?.applied === revision && state.outcome === "applied";
      });
      const fresh = names.filter((name) => !this.#well.has(name));
      for (const name of fresh) this.#well.add(name);
      if (fresh.length > 0) say(`revision ${revision} runs on ${namesText(fresh)}`);
    }
    if (phase === this.#phase) return;
    this.#phase = phase;
    if (phase === "returning") {
      say(`returning ${namesText(waves.slice(0, released).flat()) || "nobody"}`);
      for (const text of record.causes) this.#teller.notice({ kind: "warning", text });
    }
  }
}
