/**
 * What a member does about what the store has. Pure.
 *
 * A store that has lost something never makes a member change: it holds what it has until the store
 * has caught up with what the member has seen.
 *
 * @module
 */
import { quote } from "../../base/fault.ts";
import { wantedRevision } from "../rollout/wanted_revision.ts";
import type { RevisionRecord, RolloutRecord, TargetRecord } from "../shared/records.ts";
import type { HighestSeen, LastGood } from "./last_good_record.ts";

/** What of the view of a store decides. */
export interface DecidingView {
  readonly epoch: string | null;
  readonly head: RevisionRecord | null;
  readonly target: TargetRecord | null;
  readonly rollout: RolloutRecord | null;
  /** Keys whose values nobody can understand. */
  readonly garbage: readonly string[];
}

/** What to do, and which revision the store wants; null if it cannot say. */
type Decision =
  /** Nothing changes; `problem` is a sentence without a full stop. */
  | { readonly kind: "hold"; readonly problem: string; readonly wanted: null }
  | { readonly kind: "follow"; readonly wanted: number; readonly highest: HighestSeen }
  | { readonly kind: "settled"; readonly wanted: number; readonly highest: HighestSeen };

/** Decides what the member with `lastGood` does about `view`. */
export function decide(
  view: DecidingView,
  member: { readonly name: string; readonly group: string | null },
  lastGood: LastGood,
): Decision {
  const { head } = view;
  const problem = doubtAbout(view, lastGood);
  if (problem !== null || head === null) {
    return { kind: "hold", problem: problem ?? LOST_DOCUMENT, wanted: null };
  }
  const wanted = wantedRevision(view, member);
  if (wanted === null) {
    const problem = "the store does not say which revision to run: its target is missing";
    return { kind: "hold", problem, wanted: null };
  }
  if (wanted > head.revision) {
    const problem = `the store wants revision ${wanted}, and its newest is ${head.revision}`;
    return { kind: "hold", problem, wanted: null };
  }
  const highest = { revision: head.revision, hash: head.hash };
  return { kind: wanted === lastGood.revision ? "settled" : "follow", wanted, highest };
}

const LOST_DOCUMENT = "the store has lost the shared document";

/** Returns why the store is not to be believed; null if it is. */
function doubtAbout(
  { epoch, head, garbage }: DecidingView,
  { epoch: knownEpoch, highest }: LastGood,
): string | null {
  const [unclear] = garbage.filter((key) => DECIDING_KEY.test(key));
  if (unclear !== undefined) return `the store has something unusable under ${quote(unclear)}`;
  if (epoch === null || head === null) return LOST_DOCUMENT;
  if (epoch !== knownEpoch) return "the store has the document of another fleet";
  if (head.revision < highest.revision) {
    return `the store went back from revision ${highest.revision} to ${head.revision}`;
  }
  if (head.revision === highest.revision && head.hash !== highest.hash) {
    return `the store has another revision ${head.revision} than before`;
  }
  return null;
}

/** The keys that decide which document a member runs (`shared/layout.ts`). */
const DECIDING_KEY = /shared\/(?:document\/|rollout\/(?:target|current)$)/;
