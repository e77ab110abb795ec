// Goal: whom a new roll-out includes, and why one cannot begin.
import { assert, assertEquals } from "@std/assert";
import { isProblem } from "../../../mod/base/problem.ts";
import { beginRollout, type RolloutOrder } from "../../../mod/fleet/rollout/begin.ts";
import type { SeenMember } from "../../../mod/fleet/rollout/next_step.ts";
import type { Outcome, RolloutRecord } from "../../../mod/fleet/shared/records.ts";

const ORDER: RolloutOrder = {
  id: "r",
  revision: 7,
  group: null,
  canaries: 1,
  waitSeconds: 5,
  confirmSeconds: null,
  at: "2026-01-02T03:04:05.000Z",
  by: "root@web1",
};
const TARGET = { revision: 6, groups: {} };

function member(name: string, outcome: Outcome | null, group: string | null = null): SeenMember {
  const state = outcome === null ? null : {
    applied: 6,
    wanted: 6,
    rollout: null,
    outcome,
    problems: [],
  };
  return { record: { name, group }, state };
}

const MEMBERS = [member("c", "applied"), member("a", null), member("b", "stopped")];

Deno.test("a roll-out includes the members that report and run a service", () => {
  const begun = beginRollout(ORDER, { target: TARGET, rollout: null, members: MEMBERS });
  assert(!isProblem(begun));
  assertEquals([begun.waves, begun.released, begun.phase], [[["c"]], 0, "running"]);
});

Deno.test("a roll-out to a group includes nobody else", () => {
  const members = [...MEMBERS, member("e", "applied", "edge"), member("d", "failed", "edge")];
  const order = { ...ORDER, group: "edge" };
  const begun = beginRollout(order, { target: TARGET, rollout: null, members });
  assert(!isProblem(begun));
  assertEquals(begun.waves, [["d"], ["e"]]);
});

const DONE = beginRollout(ORDER, { target: TARGET, rollout: null, members: MEMBERS });

for (
  const [about, order, before, reason] of [
    [
      "while another is in progress",
      {},
      { rollout: DONE as RolloutRecord },
      "revision 7 is being rolled out by root@web1",
    ],
    ["where all have it", { revision: 6 }, {}, "every member should run revision 6 already"],
    ["to a group of nobody", { group: "egde" }, {}, 'no member is in the group "egde"'],
    [
      "with a canary that is off",
      { canaries: ["a"] },
      {},
      'the canary "a" does not report, or runs no service',
    ],
    ["with an unknown canary", { canaries: ["x"] }, {}, 'no member that is meant is named "x"'],
  ] as const
) {
  Deno.test(`a roll-out does not begin ${about}`, () => {
    const state = { target: TARGET, rollout: null, members: MEMBERS, ...before };
    const begun = beginRollout({ ...ORDER, ...order }, state);
    assertEquals(isProblem(begun) ? begun.reason : begun, reason);
  });
}

Deno.test("a roll-out begins again where a group is behind, or the last one has ended", () => {
  const groups = { target: { revision: 7, groups: { edge: 6 } }, members: MEMBERS };
  const ended = { ...DONE as RolloutRecord, phase: "returned" as const };
  assert(!isProblem(beginRollout(ORDER, { ...groups, rollout: ended })));
});
