// Goal: every turn that a roll-out can take, as a table: what is stored, what the members report, for how
// long it has been so, and what is done next.
import { rolloutRecord } from "../../support/fleet/samples.ts";
import { assertEquals } from "@std/assert";
import {
  isWell,
  nextStep,
  type SeenFor,
  type SeenMember,
  type SeenRollout,
} from "../../../mod/fleet/rollout/next_step.ts";
import type { RolloutRecord, TargetRecord } from "../../../mod/fleet/shared/records.ts";

const ID = "r";
const RUNNING = rolloutRecord({ id: ID, revision: 7, waves: [["a"], ["b", "c"]] });
const TARGET = { revision: 6, groups: { edge: 4 } };
const ALL = { ...RUNNING, released: 2 };

type State = NonNullable<SeenMember["state"]>;
const OLD: State = { applied: 6, wanted: 6, rollout: ID, outcome: "applied", problems: [] };
const NEW: State = { applied: 7, wanted: 7, rollout: ID, outcome: "applied", problems: [] };
const REFUSED: State = {
  applied: 6,
  wanted: 7,
  rollout: ID,
  outcome: "refused",
  problems: ["no certificate"],
};
const FAILED: State = {
  applied: 7,
  wanted: 7,
  rollout: ID,
  outcome: "failed",
  problems: ["port 80 is held"],
};

interface Case {
  readonly about: string;
  readonly record?: Partial<RolloutRecord>;
  /** The states of a, b and c; undefined for one that has left. */
  readonly states: readonly (State | null | undefined)[];
  readonly time?: Partial<SeenFor>;
  /** What is stored, or the milliseconds to wait, or null for the end. */
  readonly wanted: Partial<RolloutRecord> | number | null;
  readonly target?: TargetRecord;
}

const CASES: readonly Case[] = [
  {
    about: "begins with the canary",
    record: { released: 0 },
    states: [OLD, OLD, OLD],
    wanted: { released: 1 },
  },
  { about: "waits for the canary", states: [OLD, OLD, OLD], wanted: 65_000 },
  { about: "waits while the canary is well", states: [NEW, OLD, OLD], wanted: 5000 },
  {
    about: "takes no report of an earlier roll-out of the revision for a refusal",
    states: [{ ...REFUSED, rollout: "earlier" }, OLD, OLD],
    time: { sameMs: 1000 },
    wanted: 64_000,
  },
  {
    about: "takes no report of an earlier roll-out of the revision for success",
    states: [{ ...NEW, rollout: null }, OLD, OLD],
    time: { wellMs: 5000, sameMs: 1000 },
    wanted: 64_000,
  },
  {
    about: "does not take what a member ran before it was told for its way back",
    record: { phase: "returning" },
    states: [{ ...OLD, rollout: null }, OLD, OLD],
    wanted: 60_000,
  },
  { about: "waits for the rest", states: [NEW, OLD, OLD], time: { wellMs: 3000 }, wanted: 2000 },
  {
    about: "goes on to the next wave",
    states: [NEW, OLD, OLD],
    time: { wellMs: 5000 },
    wanted: { released: 2 },
  },
  {
    about: "a canary refuses",
    states: [REFUSED, OLD, OLD],
    wanted: { phase: "returning", causes: ["a: no certificate"] },
  },
  {
    about: "a canary finds faults",
    states: [FAILED, OLD, OLD],
    wanted: {
      phase: "returning",
      causes: ["a runs revision 7 with faults: port 80 is held"],
    },
  },
  {
    about: "a canary has applied it and fails during the wait",
    states: [FAILED, OLD, OLD],
    time: { sameMs: 4000 },
    wanted: { phase: "returning", causes: ["a runs revision 7 with faults: port 80 is held"] },
  },
  {
    about: "a report from before is no refusal",
    states: [{ ...REFUSED, wanted: 5 }, OLD, OLD],
    wanted: 65_000,
  },
  {
    about: "a fault from before is no fault of this revision",
    states: [{ ...FAILED, applied: 6, wanted: 6 }, OLD, OLD],
    wanted: 65_000,
  },
  { about: "the canary restarts", states: [null, OLD, OLD], wanted: 10_000 },
  {
    about: "the canary does not come back",
    states: [null, OLD, OLD],
    time: { silentMs: 10_000, sameMs: 12_000 },
    wanted: { phase: "returning", causes: ["a does not report any more"] },
  },
  {
    about: "the report is late",
    states: [OLD, OLD, OLD],
    time: { sameMs: 65_000 },
    wanted: { phase: "returning", causes: ["a does not run revision 7 after 60 s"] },
  },
  {
    about: "the report is late, and says why",
    states: [{ ...OLD, outcome: "held", problems: ["the store went back"] }, OLD, OLD],
    time: { sameMs: 65_000 },
    wanted: {
      phase: "returning",
      causes: ["a does not run revision 7 after 60 s: the store went back"],
    },
  },
  {
    about: "well at the last moment is in time",
    states: [NEW, OLD, OLD],
    time: { sameMs: 64_999, wellMs: 10 },
    wanted: 4990,
  },
  { about: "a canary that has left holds nothing up", states: [undefined, OLD, OLD], wanted: 5000 },
  {
    about: "an earlier wave fails while a later one changes",
    record: ALL,
    states: [FAILED, NEW, OLD],
    wanted: { phase: "returning", causes: ["a runs revision 7 with faults: port 80 is held"] },
  },
  {
    about: "all have it",
    record: ALL,
    states: [NEW, NEW, NEW],
    time: { wellMs: 5000 },
    wanted: { phase: "done" },
    target: { revision: 7, groups: {} },
  },
  {
    about: "all of a group have it",
    record: { ...ALL, group: "edge" },
    states: [NEW, NEW, NEW],
    time: { wellMs: 5000 },
    wanted: { phase: "done" },
    target: { revision: 6, groups: { edge: 7 } },
  },
  {
    about: "all have it, and it is to be confirmed",
    record: { ...ALL, confirmSeconds: 600 },
    states: [NEW, NEW, NEW],
    time: { wellMs: 5000 },
    wanted: { phase: "confirming" },
  },
  {
    about: "nobody is in a wave",
    record: { waves: [], released: 0 },
    states: [],
    time: { wellMs: 5000 },
    wanted: { phase: "done" },
    target: { revision: 7, groups: {} },
  },
  {
    about: "waits to be confirmed",
    record: { ...ALL, phase: "confirming", confirmSeconds: 600 },
    states: [NEW, NEW, NEW],
    time: { sameMs: 1000 },
    wanted: 599_000,
  },
  {
    about: "is not confirmed",
    record: { ...ALL, phase: "confirming", confirmSeconds: 600 },
    states: [NEW, NEW, NEW],
    time: { sameMs: 600_000 },
    wanted: { phase: "returning", causes: ["nobody has confirmed it within 600 s"] },
  },
  {
    about: "fails while it waits to be confirmed",
    record: { ...ALL, phase: "confirming", confirmSeconds: 600 },
    states: [NEW, FAILED, NEW],
    wanted: { phase: "returning", causes: ["b runs revision 7 with faults: port 80 is held"] },
  },
  {
    about: "is out of reach while it waits to be confirmed",
    record: { ...ALL, phase: "confirming", confirmSeconds: 600 },
    states: [NEW, null, NEW],
    time: { silentMs: 10_000 },
    wanted: { phase: "returning", causes: ["b does not report any more"] },
  },
  {
    about: "waits for those that go back",
    record: { phase: "returning" },
    states: [NEW, OLD, OLD],
    wanted: 60_000,
  },
  {
    about: "all have gone back",
    record: { phase: "returning", causes: ["why"] },
    states: [OLD, OLD, OLD],
    wanted: { phase: "returned", causes: ["why"] },
  },
  {
    about: "one that refused runs what it ran",
    record: { phase: "returning" },
    states: [{ ...REFUSED, wanted: 6 }, OLD, OLD],
    wanted: { phase: "returned" },
  },
  {
    about: "waits for one that refused to report that it goes back",
    record: { phase: "returning" },
    states: [REFUSED, OLD, OLD],
    wanted: 60_000,
  },
  {
    about: "returns although nobody has changed",
    record: { phase: "returning", released: 0 },
    states: [OLD, OLD, OLD],
    wanted: { phase: "returned" },
  },
  {
    about: "one does not go back",
    record: { phase: "returning", causes: ["why"] },
    states: [{ ...FAILED, wanted: 6 }, OLD, OLD],
    time: { sameMs: 60_000 },
    wanted: { phase: "stuck", causes: ["why", "a has not gone back: port 80 is held"] },
  },
  {
    about: "one that should go back is off",
    record: { phase: "returning", causes: ["why"] },
    states: [null, OLD, OLD],
    time: { silentMs: 10_000 },
    wanted: {
      phase: "returned",
      causes: ["why", "a does not report: it goes back when it is there again"],
    },
  },
  { about: "is done", record: { phase: "done" }, states: [NEW, NEW, NEW], wanted: null },
  { about: "has returned", record: { phase: "returned" }, states: [OLD, OLD, OLD], wanted: null },
  { about: "is stuck", record: { phase: "stuck" }, states: [OLD, OLD, OLD], wanted: null },
];

function seenOf({ record = {}, states }: Case): SeenRollout {
  const members = states.flatMap((state, i): [string, SeenMember][] => {
    const name = "abc"[i]!;
    return state === undefined ? [] : [[name, { record: { name, group: null }, state }]];
  });
  return { record: { ...RUNNING, ...record }, target: TARGET, members: new Map(members) };
}

for (const one of CASES) {
  Deno.test(`a roll-out ${one.about}`, () => {
    const seen = seenOf(one);
    const step = nextStep(seen, { sameMs: 0, wellMs: 0, silentMs: 0, ...one.time });
    if (one.wanted === null) return assertEquals(step, { kind: "end" });
    if (typeof one.wanted === "number") {
      return assertEquals(step, { kind: "wait", ms: one.wanted });
    }
    assertEquals(step, {
      kind: "store",
      record: { ...seen.record, ...one.wanted },
      ...(one.target === undefined ? {} : { target: one.target }),
    });
  });
}

Deno.test("a roll-out is well if every released member runs it, whatever the others do", () => {
  assertEquals(isWell(seenOf({ about: "", states: [NEW, null, REFUSED], wanted: null })), true);
  assertEquals(isWell(seenOf({ about: "", states: [OLD, NEW, NEW], wanted: null })), false);
});

Deno.test("a roll-out names some of many members that fail alike", () => {
  const names = Array.from({ length: 100 }, (_, i) => `web${i}`);
  const record = { ...RUNNING, waves: [names] };
  const members = new Map(names.map((name) => {
    return [name, { record: { name, group: null }, state: REFUSED }];
  }));
  const step = nextStep({ record, target: TARGET, members }, {
    sameMs: 0,
    wellMs: 0,
    silentMs: 0,
  });
  const causes = step.kind === "store" ? step.record.causes : [];
  assertEquals([causes.length, causes.at(-1)], [21, "and 80 more"]);
});
