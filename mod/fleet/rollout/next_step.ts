/**
 * What a roll-out does next. Pure: whoever drives it, the answer depends only on the record in the store,
 * on what the members report, and on how long the driver has seen them so.
 *
 * @module
 */
import type { MemberRecord, NodeState, RolloutRecord, TargetRecord } from "../shared/records.ts";
import { isInProgress, targetRevision } from "./wanted_revision.ts";

/** A member as far as a roll-out asks. */
export interface SeenMember {
  readonly record: Pick<MemberRecord, "name" | "group">;
  /** Null once its lease is over: it does not report. */
  readonly state: Pick<NodeState, "applied" | "wanted" | "rollout" | "outcome" | "problems"> | null;
}

/** A roll-out as a driver sees it. */
export interface SeenRollout {
  readonly record: RolloutRecord;
  readonly target: TargetRecord | null;
  /** By name. One that is not there has left the fleet. */
  readonly members: ReadonlyMap<string, SeenMember>;
}

/** For how long a driver has seen it so, in milliseconds by its own clock that never goes back. */
export interface SeenFor {
  /** This phase with these members released. */
  readonly sameMs: number;
  /** All released members well, without a break; 0 if they are not. */
  readonly wellMs: number;
  /** Some released member without a report; 0 if all report. */
  readonly silentMs: number;
}

/** A service that is restarted does not report for a moment, which is no failure. */
const SILENT_MS_MAX = 10_000;

/** What is done next. */
export type Step =
  /** Stores the record, and the target with it in the same transaction if there is one. */
  | { readonly kind: "store"; readonly record: RolloutRecord; readonly target?: TargetRecord }
  /** Waits until something changes, for at most so many milliseconds. */
  | { readonly kind: "wait"; readonly ms: number }
  /** The roll-out has ended. */
  | { readonly kind: "end" };

/** How a released member is: null for well, a sentence for one that makes the roll-out return. */
type Verdict = { readonly isWell: boolean; readonly cause: string | null };

const WELL: Verdict = { isWell: true, cause: null };
const LATE: Verdict = { isWell: false, cause: null };

/** Causes in a record: a thousand members that fail alike need not all be named. */
const CAUSES_MAX = 20;

/** Returns what is done next with a roll-out. */
export function nextStep(seen: SeenRollout, time: SeenFor): Step {
  const { record } = seen;
  if (!isInProgress(record)) return { kind: "end" };
  if (record.phase === "returning") return stepBack(seen, time);
  if (record.released === 0 && record.waves.length > 0) {
    return { kind: "store", record: { ...record, released: 1 } };
  }
  const causes = releasedNames(record).flatMap((name) => verdictOf(seen, name).cause ?? []);
  const silent = silentNames(seen);
  if (time.silentMs >= SILENT_MS_MAX) {
    causes.push(...silent.map((name) => `${name} does not report any more`));
  }
  if (causes.length > 0) return { kind: "store", record: returning(record, causes) };
  const step = record.phase === "confirming" ? awaitConfirmation(record, time) : stepOn(seen, time);
  if (step.kind !== "wait" || silent.length === 0) return step;
  return { kind: "wait", ms: Math.min(step.ms, SILENT_MS_MAX - time.silentMs) };
}

/** Returns the released members that do not report. */
export function silentNames({ record, members }: SeenRollout): readonly string[] {
  return releasedNames(record).filter((name) => members.get(name)?.state === null);
}

/** Reports whether every released member runs the revision and is as it should be. */
export function isWell(seen: SeenRollout): boolean {
  return releasedNames(seen.record).every((name) => verdictOf(seen, name).isWell);
}

/** Returns the record of a roll-out whose members go back to what they ran, and why. */
export function returning(record: RolloutRecord, causes: readonly string[]): RolloutRecord {
  return { ...record, phase: "returning", causes: shortened([...record.causes, ...causes]) };
}

/** Returns what ends a roll-out that all members have: its record, and where they are from now on. */
export function finished(
  record: RolloutRecord,
  target: TargetRecord | null,
): { readonly record: RolloutRecord; readonly target: TargetRecord } {
  const { revision, group } = record;
  return {
    record: { ...record, phase: "done" },
    target: group === null ? { revision, groups: {} } : {
      revision: target?.revision ?? revision,
      groups: { ...target?.groups, [group]: revision },
    },
  };
}

/** The members that have been told to change. */
function releasedNames({ waves, released }: RolloutRecord): readonly string[] {
  return waves.slice(0, released).flat();
}

function stepOn({ record, target, members }: SeenRollout, { sameMs, wellMs }: SeenFor): Step {
  const [waitMs, applyMs] = [record.waitSeconds * 1000, record.applySeconds * 1000];
  if (isWell({ record, target, members })) {
    if (wellMs < waitMs) return { kind: "wait", ms: waitMs - wellMs };
    if (record.released < record.waves.length) {
      return { kind: "store", record: { ...record, released: record.released + 1 } };
    }
    return record.confirmSeconds === null
      ? { kind: "store", ...finished(record, target) }
      : { kind: "store", record: { ...record, phase: "confirming" } };
  }
  // One that is well now and then must not make a roll-out endless: being well gains no time.
  const endMs = applyMs + waitMs;
  if (sameMs < endMs) return { kind: "wait", ms: endMs - sameMs };
  const late = releasedNames(record).filter((name) => {
    return !verdictOf({ record, target, members }, name).isWell;
  });
  const causes = late.map((name) => {
    const [problem] = members.get(name)?.state?.problems ?? [];
    const why = problem === undefined ? "" : `: ${problem}`;
    return `${name} does not run revision ${record.revision} after ${record.applySeconds} s${why}`;
  });
  return { kind: "store", record: returning(record, causes) };
}

function awaitConfirmation(record: RolloutRecord, { sameMs }: SeenFor): Step {
  const endMs = (record.confirmSeconds ?? 0) * 1000;
  if (sameMs < endMs) return { kind: "wait", ms: endMs - sameMs };
  const cause = `nobody has confirmed it within ${record.confirmSeconds} s`;
  return { kind: "store", record: returning(record, [cause]) };
}

/** Waits for the members that changed to be where they were. */
function stepBack(
  { record, target, members }: SeenRollout,
  { sameMs, silentMs }: SeenFor,
): Step {
  const away = releasedNames(record).filter((name) => {
    const member = members.get(name);
    const before = targetRevision(target, member?.record.group ?? null);
    if (member === undefined || before === null) return false;
    const { state } = member;
    // What it ran before it was told to change is not yet a way back.
    return state?.rollout !== record.id || state.wanted !== before || state.applied !== before;
  });
  if (away.length === 0) return { kind: "store", record: { ...record, phase: "returned" } };
  // What does not report cannot be waited for: it goes back by itself as soon as it is there.
  const stuck = away.filter((name) => members.get(name)?.state !== null);
  const applyMs = record.applySeconds * 1000;
  const leftMs = stuck.length > 0 ? applyMs - sameMs : Math.min(SILENT_MS_MAX, applyMs) - silentMs;
  if (leftMs > 0) return { kind: "wait", ms: leftMs };
  const causes = away.map((name) => {
    const state = members.get(name)?.state ?? null;
    if (state === null) return `${name} does not report: it goes back when it is there again`;
    const [problem] = state.problems;
    return `${name} has not gone back${problem === undefined ? "" : `: ${problem}`}`;
  });
  const phase = stuck.length > 0 ? "stuck" : "returned";
  return {
    kind: "store",
    record: { ...record, phase, causes: shortened([...record.causes, ...causes]) },
  };
}

function verdictOf({ record, members }: SeenRollout, name: string): Verdict {
  const member = members.get(name);
  if (member === undefined) return WELL; // it has left, which is no fault of the revision
  const { state } = member;
  if (state === null) return LATE;
  const { applied, wanted, outcome, problems } = state;
  const isAbout = state.rollout === record.id &&
    (outcome === "refused" ? wanted === record.revision : applied === record.revision);
  if (!isAbout) return LATE;
  if (outcome === "applied") return WELL;
  if (outcome !== "refused" && outcome !== "failed") return LATE;
  const [problem = "it does not say why"] = problems;
  const cause = outcome === "refused"
    ? `${name}: ${problem}`
    : `${name} runs revision ${record.revision} with faults: ${problem}`;
  return { isWell: false, cause };
}

/** Each text fits its place in a record. */
function shortened(causes: readonly string[]): readonly string[] {
  const shown = causes.slice(0, CAUSES_MAX).map((text) => text.slice(0, 1000));
  const more = causes.length - shown.length;
  return more === 0 ? shown : [...shown, `and ${more} more`];
}
