/**
 * Edge: the clock. Drives a roll-out: the command that has begun it first, and a member whenever nobody
 * else does.
 *
 * Everything that a driver decides is in the store before it takes effect, each step on the condition that
 * the record is still the one that it saw. So a driver can end at any point, and two of them at a time do
 * nothing that one would not.
 *
 * @module
 */
import type { KeyStore } from "../shared/key_store.ts";
import { StoreFault } from "../shared/key_store.ts";
import { Backoff } from "../shared/backoff.ts";
import { sleep } from "../../base/work/sleep.ts";
import { Ending } from "../../base/work/ending.ts";
import type { FleetView } from "../shared/fleet_view.ts";
import type { Layout } from "../shared/layout.ts";
import type { RolloutRecord, TargetRecord } from "../shared/records.ts";
import {
  isWell,
  nextStep,
  type SeenFor,
  type SeenRollout,
  silentNames,
  type Step,
} from "./next_step.ts";
import { RolloutWatch, type WatchedStore } from "./rollout_watch.ts";
import { isInProgress } from "./wanted_revision.ts";

/** Seconds after which a driver that does not keep its lease alive is replaced. */
const LEASE_SECONDS = 10;
/** The longest wait between two looks, whatever is waited for. */
const LOOK_MS = 30_000;

/** What a driver needs of the store of a fleet. */
interface DrivenStore extends WatchedStore {
  readonly keys: Pick<KeyStore, "grantLease" | "keepAlive" | "revoke">;
  readonly layout: Layout;
  replaceRollout(
    record: RolloutRecord,
    changed: number,
    also?: { readonly target: TargetRecord; readonly changed: number },
  ): Promise<boolean>;
  takeDriver(name: string, lease: string): Promise<boolean>;
}

interface DriverOptions {
  /** Who drives, for whoever asks. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** Milliseconds of a clock that never goes back. */
  now?(): number;
}

/**
 * How driving has ended: no roll-out is in progress; another drives; the lease was lost; or `signal` has
 * aborted. Whatever is left to do is in the store.
 */
type DriveEnd = "ended" | "taken" | "lost" | "stopped";

/** Drives the roll-out in progress. Throws a StoreFault if the store cannot be used. */
export async function driveRollout(store: DrivenStore, options: DriverOptions): Promise<DriveEnd> {
  const { name, signal } = options;
  const lease = await store.keys.grantLease(LEASE_SECONDS, signal);
  try {
    if (!await store.takeDriver(name, lease)) return "taken";
    await using watch = new RolloutWatch(store, signal);
    const held = new AbortController();
    const keeping = keepLease(store.keys, lease, held.signal).then((isLost) => {
      if (isLost) held.abort();
      watch.wake();
    });
    try {
      return await drive(store, watch, { ...options, lost: held.signal });
    } finally {
      held.abort();
      await keeping;
    }
  } finally {
    // The next driver need not wait for the lease to end; without the store it ends by itself.
    await store.keys.revoke(lease).catch(() => {});
  }
}

async function drive(
  store: DrivenStore,
  watch: RolloutWatch,
  { signal, lost, now = () => performance.now() }: DriverOptions & { readonly lost: AbortSignal },
): Promise<DriveEnd> {
  const since = new Since();
  const backoff = new Backoff();
  while (true) {
    if (signal.aborted) return "stopped";
    if (lost.aborted) return "lost";
    const { view, seen } = watch;
    if (view !== null && (seen === null || !isInProgress(seen.record))) return "ended";
    if (view === null || seen === null) {
      since.forget(); // nobody has looked in the meantime
      await watch.next(LOOK_MS);
      continue;
    }
    const step = nextStep(seen, since.look(seen, now()));
    if (step.kind === "end") return "ended";
    if (step.kind === "wait") await watch.next(Math.min(step.ms, LOOK_MS));
    else if (await stored(store, view, step)) {
      backoff.reset();
      await watch.next(1000);
    } else await backoff.wait(signal);
  }
}

/** Stores a step; false if somebody else was faster, or the store cannot be reached now. */
async function stored(
  store: DrivenStore,
  { changed }: FleetView,
  { record, target }: Extract<Step, { kind: "store" }>,
): Promise<boolean> {
  const { layout } = store;
  const also = target === undefined
    ? undefined
    : { target, changed: changed.get(layout.target) ?? 0 };
  try {
    return await store.replaceRollout(record, changed.get(layout.rollout) ?? 0, also);
  } catch (error) {
    if (error instanceof StoreFault && error.failure === "unavailable") return false;
    throw error;
  }
}

/** Since when a roll-out has been as it is, by the clock of this driver. */
class Since {
  #what = "";
  #same = 0;
  #well: number | null = null;
  #silent: number | null = null;

  /** Returns for how long it has been as `seen` is. */
  look(seen: SeenRollout, now: number): SeenFor {
    const { id, phase, released } = seen.record;
    const what = `${id} ${phase} ${released}`;
    if (what !== this.#what) {
      this.#what = what;
      this.#same = now;
      this.#well = null;
    }
    this.#well = isWell(seen) ? this.#well ?? now : null;
    this.#silent = silentNames(seen).length > 0 ? this.#silent ?? now : null;
    return {
      sameMs: now - this.#same,
      wellMs: now - (this.#well ?? now),
      silentMs: now - (this.#silent ?? now),
    };
  }

  /** Begins again with what must be seen without a break. */
  forget(): void {
    this.#well = null;
    this.#silent = null;
  }
}

/** Keeps a lease alive until `signal` aborts. Resolves early, with true, if it has ended before. */
async function keepLease(
  keys: Pick<KeyStore, "keepAlive">,
  lease: string,
  signal: AbortSignal,
): Promise<boolean> {
  let kept = performance.now();
  while (!signal.aborted) {
    await sleep(LEASE_SECONDS * 1000 / 4, signal);
    if (signal.aborted) return false;
    const asked = performance.now();
    using limit = new Ending(signal).after(LEASE_SECONDS * 1000 / 4);
    try {
      if (!await keys.keepAlive(lease, limit.signal)) return !signal.aborted;
      kept = asked;
    } catch {
      if (performance.now() - kept > LEASE_SECONDS * 1000) return !signal.aborted;
    }
  }
  return false;
}
