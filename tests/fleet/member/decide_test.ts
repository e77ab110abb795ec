/**
 * Tests of what a member does about what the store has.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { decide, type DecidingView } from "../../../mod/fleet/member/decide.ts";
import type { LastGood } from "../../../mod/fleet/member/last_good_record.ts";
import { sharedOf } from "../../../mod/fleet/member/merge.ts";
import type { RevisionRecord, RolloutRecord } from "../../../mod/fleet/shared/records.ts";

const LAST: LastGood = {
  epoch: "e1",
  revision: 4,
  highest: { revision: 5, hash: hashOf(5) },
  document: sharedOf(DEFAULT_DOCUMENT),
};

function hashOf(revision: number, letter = "a"): string {
  return `${revision}`.padStart(64, letter);
}

function head(revision: number, hash = hashOf(revision)): RevisionRecord {
  return {
    revision,
    id: "id",
    at: "2026-11-28T00:00:00.000Z",
    by: "root@web1",
    what: "set iplisten",
    hash,
    patch: { fields: [] },
    snapshot: { revision: 1, id: "00000000", pieces: 1 },
  };
}

function view(fields: Partial<DecidingView>): DecidingView {
  const target = { revision: 4, groups: {} };
  return { epoch: "e1", head: head(5), target, rollout: null, garbage: [], ...fields };
}

const ROLLOUT: RolloutRecord = {
  id: "r",
  phase: "running",
  revision: 5,
  group: null,
  waves: [["web1"], ["web2"]],
  released: 1,
  waitSeconds: 5,
  applySeconds: 60,
  confirmSeconds: null,
  at: "2026-11-28T00:00:00.000Z",
  by: "root@web1",
  causes: [],
};

const HELD: readonly (readonly [name: string, view: Partial<DecidingView>, problem: string])[] = [
  [
    "an empty store",
    { epoch: null, head: null, target: null },
    "the store has lost the shared document",
  ],
  ["no head", { head: null }, "the store has lost the shared document"],
  ["no epoch", { epoch: null }, "the store has lost the shared document"],
  ["another epoch", { epoch: "e2" }, "the store has the document of another fleet"],
  ["an older head", { head: head(3) }, "the store went back from revision 5 to 3"],
  [
    "another document under the highest number",
    { head: head(5, hashOf(5, "b")) },
    "the store has another revision 5 than before",
  ],
  [
    "no target",
    { target: null },
    "the store does not say which revision to run: its target is missing",
  ],
  [
    "a target that is not there",
    { target: { revision: 9, groups: {} } },
    "the store wants revision 9, and its newest is 5",
  ],
  [
    "garbage under the head",
    { garbage: ["/httpcfg/shared/document/head"], head: null },
    'the store has something unusable under "/httpcfg/shared/document/head"',
  ],
  [
    "garbage under the target",
    { garbage: ["/httpcfg/shared/rollout/target"], target: null },
    'the store has something unusable under "/httpcfg/shared/rollout/target"',
  ],
];

for (const [name, fields, problem] of HELD) {
  Deno.test(`decide: holds for ${name}`, () => {
    const decision = decide(view(fields), { name: "web1", group: null }, LAST);
    assertEquals(decision, { kind: "hold", problem, wanted: null });
  });
}

const highest = { revision: 5, hash: hashOf(5) };
const GOES_ON: readonly (readonly [
  name: string,
  view: Partial<DecidingView>,
  member: string,
  decision: unknown,
])[] = [
  ["nothing to do", {}, "web1", { kind: "settled", wanted: 4, highest }],
  [
    "another target",
    { target: { revision: 5, groups: {} } },
    "web1",
    { kind: "follow", wanted: 5, highest },
  ],
  [
    "an older target, as of a roll-back",
    { target: { revision: 2, groups: {} } },
    "web1",
    { kind: "follow", wanted: 2, highest },
  ],
  [
    "the target of its group",
    { target: { revision: 4, groups: { edge: 3 } } },
    "web1",
    { kind: "follow", wanted: 3, highest },
  ],
  ["a released wave", { rollout: ROLLOUT }, "web1", { kind: "follow", wanted: 5, highest }],
  ["a wave that waits", { rollout: ROLLOUT }, "web2", { kind: "settled", wanted: 4, highest }],
  [
    "a higher head",
    { head: head(7) },
    "web1",
    { kind: "settled", wanted: 4, highest: { revision: 7, hash: hashOf(7) } },
  ],
  [
    "garbage that decides nothing",
    { garbage: ["/httpcfg/shared/question/x", "/httpcfg/shared/rollout/driver"] },
    "web1",
    { kind: "settled", wanted: 4, highest },
  ],
];

for (const [name, fields, member, expected] of GOES_ON) {
  Deno.test(`decide: goes on with ${name}`, () => {
    assertEquals(decide(view(fields), { name: member, group: "edge" }, LAST) as unknown, expected);
  });
}
