// Goal: a roll-out ends whoever drives it, and wherever drivers and members are killed: all members run one
// revision, the new one or the old one. Method: members without machines on a store in memory.
import { assert, assertEquals } from "@std/assert";
import { isProblem } from "../../../mod/base/problem.ts";
import { beginRollout } from "../../../mod/fleet/rollout/begin.ts";
import { driveRollout } from "../../../mod/fleet/rollout/driver.ts";
import { isInProgress, targetRevision } from "../../../mod/fleet/rollout/wanted_revision.ts";
import { FleetStore } from "../../../mod/fleet/shared/fleet_store.ts";
import type { Outcome, RolloutRecord } from "../../../mod/fleet/shared/records.ts";
import { adding } from "../../support/fleet/documents.ts";
import { FakeMember } from "../../support/fleet/fake_member.ts";
import { MemoryStore } from "../../support/fleet/memory_store.ts";
import { waitFor } from "../../support/wait.ts";

const AUTHOR = { by: "root@web1", what: "a test", at: "2026-01-02T03:04:05.000Z" };
const NEVER = new AbortController().signal;

interface Fleet extends AsyncDisposable {
  readonly keys: MemoryStore;
  readonly store: FleetStore;
  readonly members: Map<string, FakeMember>;
}

/** Makes a fleet that runs revision 1 and has a revision 2. */
async function fleetOf(
  count: number,
  outcomeOf: (name: string, revision: number) => Outcome = () => "applied",
): Promise<Fleet> {
  const keys = new MemoryStore();
  const store = new FleetStore(keys, "/httpcfg/");
  await store.commit({ ...AUTHOR, edit: adding("10.0.0.1"), alsoTarget: true });
  await store.commit({ ...AUTHOR, edit: adding("10.0.0.2") });
  const members = new Map<string, FakeMember>();
  for (let i = 0; i < count; i++) {
    const name = `web${i}`;
    const member = new FakeMember(name, keys, {
      outcomeOf: (revision) => outcomeOf(name, revision),
    });
    members.set(name, await member.start(1));
  }
  await waitFor(async () => (await store.members()).every(({ state }) => state !== null), "states");
  return {
    keys,
    store,
    members,
    async [Symbol.asyncDispose](): Promise<void> {
      for (const member of members.values()) await member[Symbol.asyncDispose]();
    },
  };
}

async function begin(
  { store }: Fleet,
  more: Partial<RolloutRecord> = {},
): Promise<void> {
  const view = await store.readView();
  const begun = beginRollout({
    id: "0123456789abcdef",
    revision: 2,
    group: null,
    canaries: 1,
    waitSeconds: 0,
    confirmSeconds: null,
    ...AUTHOR,
  }, { ...view, members: await store.members() });
  assert(!isProblem(begun), "a roll-out");
  assert(await store.replaceRollout({ ...begun, applySeconds: 30, ...more }, 0));
}

Deno.test("a driver brings a revision to all members, and makes it their target", async () => {
  await using fleet = await fleetOf(7);
  await begin(fleet);
  assertEquals(await driveRollout(fleet.store, { name: "a", signal: NEVER }), "ended");
  const { rollout, target, driver } = await fleet.store.readView();
  assertEquals([rollout?.phase, target, driver], ["done", { revision: 2, groups: {} }, null]);
  assertEquals([...fleet.members.values()].map(({ applied }) => applied), Array(7).fill(2));
});

Deno.test("a driver brings all members back if one fails, and the others never change", async () => {
  await using fleet = await fleetOf(7, (name, revision) => {
    return name === "web1" && revision === 2 ? "failed" : "applied";
  });
  await begin(fleet);
  assertEquals(await driveRollout(fleet.store, { name: "a", signal: NEVER }), "ended");
  const { rollout, target } = await fleet.store.readView();
  assertEquals([rollout?.phase, rollout?.released, target?.revision], ["returned", 2, 1]);
  assertEquals(rollout?.causes, [
    "web1 runs revision 2 with faults: it is failed, as it was told",
  ]);
  assertEquals([...fleet.members.values()].map(({ applied }) => applied), Array(7).fill(1));
});

Deno.test("two drivers do not drive at the same time", async () => {
  await using fleet = await fleetOf(2);
  await begin(fleet, { phase: "confirming", released: 2, confirmSeconds: 600 });
  const end = new AbortController();
  const first = driveRollout(fleet.store, { name: "a", signal: end.signal });
  await waitFor(async () => (await fleet.store.readView()).driver === "a", "the first driver");
  assertEquals(await driveRollout(fleet.store, { name: "b", signal: NEVER }), "taken");
  end.abort();
  assertEquals(await first, "stopped");
  assertEquals((await fleet.store.readView()).driver, null);
});

Deno.test("there is nothing to drive without a roll-out", async () => {
  await using fleet = await fleetOf(1);
  assertEquals(await driveRollout(fleet.store, { name: "a", signal: NEVER }), "ended");
});

Deno.test("a driver goes on when the store is there again", async () => {
  await using fleet = await fleetOf(3);
  await begin(fleet, { waitSeconds: 0.3 });
  const keys = fleet.keys.connect();
  const driving = driveRollout(new FleetStore(keys, "/httpcfg/"), { name: "a", signal: NEVER });
  await waitFor(async () => (await fleet.store.readView()).rollout?.released === 1, "the canary");
  keys.down();
  keys.up();
  assertEquals(await driving, "ended");
  assertEquals((await fleet.store.readView()).rollout?.phase, "done");
});

/** Returns numbers from 0 to 1 that depend on the seed alone. */
function randomOf(seed: number): () => number {
  let state = seed * 2_654_435_761 >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Drives with one driver after the other, each killed without a word somewhere. */
async function driveWithCrashes(fleet: Fleet, random: () => number): Promise<void> {
  for (let count = 0;; count++) {
    const keys = fleet.keys.connect();
    const granted: string[] = [];
    const grant = keys.grantLease.bind(keys);
    keys.grantLease = async (seconds, signal) => {
      granted.push(await grant(seconds, signal));
      return granted.at(-1)!;
    };
    let steps = count > 6 ? Infinity : Math.floor(random() * 12);
    const end = new AbortController();
    keys.latency = () => {
      if (steps-- > 0) return Promise.resolve();
      keys.down("killed");
      end.abort();
      return Promise.resolve();
    };
    const driving = driveRollout(new FleetStore(keys, "/httpcfg/"), {
      name: `driver ${count}`,
      signal: end.signal,
    });
    await driving.catch(() => {}); // it was killed
    for (const lease of granted) fleet.keys.endLease(lease);
    const { rollout } = await fleet.store.readView();
    if (rollout !== null && !isInProgress(rollout)) return;
  }
}

for (let seed = 1; seed <= 24; seed++) {
  Deno.test(`a roll-out ends in spite of what is killed, number ${seed}`, async () => {
    const random = randomOf(seed);
    const bad = random() < 0.5 ? `web${Math.floor(random() * 8)}` : "";
    const how: Outcome = random() < 0.5 ? "refused" : "failed";
    await using fleet = await fleetOf(8, (name, revision) => {
      return name === bad && revision === 2 ? how : "applied";
    });
    await begin(fleet, { waitSeconds: 0.02, applySeconds: 0.5 });
    const driving = driveWithCrashes(fleet, random);
    const killed = `web${Math.floor(random() * 8)}`;
    const isKilled = random() < 0.5;
    if (isKilled) {
      const member = fleet.members.get(killed)!;
      await member[Symbol.asyncDispose]();
      fleet.members.delete(killed);
      if (random() < 0.5) {
        const again = new FakeMember(killed, fleet.keys);
        fleet.members.set(killed, await again.start(member.applied));
      }
    }
    await driving;
    const { rollout, target } = await fleet.store.readView();
    assert(rollout?.phase === "done" || rollout?.phase === "returned", rollout?.phase);
    const wanted = targetRevision(target, null);
    assertEquals(wanted, rollout.phase === "done" ? 2 : 1);
    await waitFor(() => {
      return [...fleet.members.values()].every(({ name, applied }) => {
        return applied === wanted || (name === bad && rollout.phase === "done");
      });
    }, "all members to run one revision");
  });
}
