/**
 * Which revision a member should run. Pure.
 *
 * @module
 */
import type { RolloutRecord, TargetRecord } from "../shared/records.ts";

/** What decides which revision a member runs. */
interface Released {
  readonly target: TargetRecord | null;
  readonly rollout: RolloutRecord | null;
}

/** Who asks. */
interface Asking {
  readonly name: string;
  readonly group: string | null;
}

/** Reports whether members still have to do, or undo, what the roll-out says. */
export function isInProgress({ phase }: RolloutRecord): boolean {
  return phase === "running" || phase === "confirming" || phase === "returning";
}

/** Returns the revision that members run without a roll-out; null if nothing was ever rolled out. */
export function targetRevision(
  target: TargetRecord | null,
  group: string | null,
): number | null {
  if (target === null) return null;
  const own = group !== null && Object.hasOwn(target.groups, group) ? target.groups[group] : null;
  return own ?? target.revision;
}

/**
 * Returns the revision that a member should run; null for none. A member that is in no wave, because it
 * was off or joined later, follows when the roll-out has ended.
 */
export function wantedRevision(
  { target, rollout }: Released,
  { name, group }: Asking,
): number | null {
  const before = targetRevision(target, group);
  if (rollout === null || rollout.phase === "returning") return before;
  return rolloutFor(rollout, name) === null ? before : rollout.revision;
}

/** Returns the id of a roll-out in progress that tells a member what to run; null if it does not. */
export function rolloutFor(rollout: RolloutRecord | null, name: string): string | null {
  if (rollout === null || !isInProgress(rollout)) return null;
  const isReleased = rollout.waves.slice(0, rollout.released).some((wave) => wave.includes(name));
  return isReleased ? rollout.id : null;
}
