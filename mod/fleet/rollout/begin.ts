/**
 * The record of a new roll-out. Pure.
 *
 * @module
 */
import { quote } from "../../base/fault.ts";
import { nearestName } from "../../base/hints/nearest.ts";
import { Problem } from "../../base/problem.ts";
import type { RolloutRecord, TargetRecord } from "../shared/records.ts";
import type { SeenMember } from "./next_step.ts";
import { isInProgress, targetRevision } from "./wanted_revision.ts";
import { makeWaves } from "./waves.ts";

/** Seconds for a member to report that it has applied a revision. */
const APPLY_SECONDS = 60;

/** What an administrator wants. */
export interface RolloutOrder extends
  Pick<
    RolloutRecord,
    "id" | "revision" | "group" | "waitSeconds" | "confirmSeconds" | "at" | "by"
  > {
  /** So many, or these. */
  readonly canaries: number | readonly string[];
}

/** What the fleet is when it is ordered. */
interface Before {
  readonly target: TargetRecord | null;
  readonly rollout: RolloutRecord | null;
  readonly members: readonly SeenMember[];
}

/**
 * Returns the record of the roll-out that `order` describes. Members that do not report, or run no
 * service, are in no wave: nothing can be proved there, and they follow when it has ended.
 */
export function beginRollout(
  { canaries, ...order }: RolloutOrder,
  { target, rollout, members }: Before,
): RolloutRecord | Problem {
  if (rollout !== null && isInProgress(rollout)) {
    return new Problem(`revision ${rollout.revision} is being rolled out by ${rollout.by}`, {
      hint: "httpcfg fleet status\nhttpcfg fleet cancel",
    });
  }
  const { group, revision } = order;
  const concerned = members.filter(({ record }) => group === null || record.group === group);
  if (group !== null && concerned.length === 0) {
    const groups = members.flatMap(({ record }) => record.group ?? []);
    const near = nearestName(group, groups);
    return new Problem(`no member is in the group ${quote(group)}`, {
      hint: near === null ? "httpcfg fleet status" : `httpcfg fleet apply --group ${near}`,
    });
  }
  const isThere = isTarget(target, group, revision);
  if (isThere && concerned.every(({ state }) => state === null || state.applied === revision)) {
    return new Problem(`every member should run revision ${revision} already`, { isSo: true });
  }
  const ready = concerned.filter(({ state }) => state !== null && state.outcome !== "stopped")
    .map(({ record }) => record.name);
  const absent = typeof canaries === "number" ? undefined : canaries.find((name) => {
    return !ready.includes(name);
  });
  if (absent !== undefined) return noCanary(absent, concerned, ready);
  return {
    ...order,
    phase: "running",
    waves: makeWaves(ready, canaries),
    released: 0,
    applySeconds: APPLY_SECONDS,
    causes: [],
  };
}

/** Reports whether all members that are meant should run the revision without a roll-out. */
function isTarget(target: TargetRecord | null, group: string | null, revision: number): boolean {
  if (targetRevision(target, group) !== revision) return false;
  return group !== null || Object.values(target?.groups ?? {}).every((own) => own === revision);
}

function noCanary(
  name: string,
  concerned: readonly SeenMember[],
  ready: readonly string[],
): Problem {
  const isMember = concerned.some(({ record }) => record.name === name);
  const near = nearestName(name, ready) ?? ready[0];
  return new Problem(
    isMember
      ? `the canary ${quote(name)} does not report, or runs no service`
      : `no member that is meant is named ${quote(name)}`,
    { hint: near === undefined ? "httpcfg fleet status" : `httpcfg fleet apply --canary ${near}` },
  );
}
