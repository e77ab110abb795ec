// Goal: no change is lost or made twice, and no document is taken for another.
// Method: many writers on one store in memory, answers that are lost, and damage.
import { rolloutRecord } from "../../support/fleet/samples.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { Problem } from "../../../mod/base/problem.ts";
import { type Change, type Committed, FleetStore } from "../../../mod/fleet/shared/fleet_store.ts";
import { StoreFault } from "../../../mod/fleet/shared/key_store.ts";
import { KEPT_REVISIONS, SNAPSHOT_EVERY } from "../../../mod/fleet/shared/revisions.ts";
import { adding, sharedDocument } from "../../support/fleet/documents.ts";
import { MemoryStore } from "../../support/fleet/memory_store.ts";

const AT = "2026-11-28T01:00:00.000Z";

function commit(
  fleet: FleetStore,
  edit: Change["edit"],
  more: Partial<Change> = {},
): Promise<Committed> {
  return fleet.commit({ edit, by: "root@web1", what: "a test", at: AT, ...more });
}

/** Returns a fleet with `count` revisions, each of which adds an address. */
async function fleetWith(count: number): Promise<{ keys: MemoryStore; fleet: FleetStore }> {
  const keys = new MemoryStore();
  const fleet = new FleetStore(keys, "/f/");
  for (let i = 1; i <= count; i++) await commit(fleet, adding(addressOf(i)));
  return { keys, fleet };
}

function addressOf(number: number): string {
  return `10.${number >> 16}.${number >> 8 & 255}.${number & 255}`;
}

/** Another program that knows nothing yet. */
function another(keys: MemoryStore): FleetStore {
  return new FleetStore(keys.connect(), "/f/");
}

Deno.test("the first revision begins a history and, if that is asked for, is the target", async () => {
  const { keys, fleet } = await fleetWith(0);
  const result = await commit(fleet, () => sharedDocument(["::1"]), { alsoTarget: true });
  assertEquals([result.changed, result.revision, result.before], [true, 1, null]);
  const view = await another(keys).readView();
  assertEquals([view.head?.revision, view.head?.by, view.head?.patch], [1, "root@web1", null]);
  assertEquals(view.target, { revision: 1, groups: {} });
  assert(view.epoch !== null);
  await commit(fleet, adding("::2"));
  const later = await another(keys).readView();
  assertEquals([later.epoch, later.target], [view.epoch, view.target]);
});

Deno.test("a change that changes nothing, and one that cannot be made, write nothing", async () => {
  const { keys, fleet } = await fleetWith(2);
  const names = keys.keyNames;
  const same = await commit(fleet, (document) => ({ ...document!, registrations: undefined }));
  assertEquals([same.changed, same.problem, same.revision], [false, null, 2]);
  const problem = new Problem("no such entry");
  assertEquals((await commit(fleet, () => problem)).problem, problem);
  assertEquals(keys.keyNames, names);
});

Deno.test("of 100 changes at the same time, none is lost", async () => {
  const { keys } = await fleetWith(1);
  const changes = Array.from({ length: 100 }, (_, i) => {
    return commit(another(keys), adding(addressOf(i + 2)));
  });
  const results = await Promise.all(changes);
  const numbers = results.map(({ revision }) => revision).toSorted((a, b) => a! - b!);
  assertEquals(numbers, Array.from({ length: 100 }, (_, i) => i + 2));
  const document = await another(keys).documentOf(101);
  assertEquals(document.ipListen.length, 101);
  assertEquals(new Set(document.ipListen).size, 101);
});

Deno.test("a change whose answer is lost is made once", async () => {
  for (const loss of ["after", "before"] as const) {
    const { keys, fleet } = await fleetWith(2);
    keys.loseAnswer(loss);
    const result = await commit(fleet, adding("::1"));
    assertEquals([result.changed, result.revision], [true, 3], loss);
    const document = await another(keys).documentOf(3);
    assertEquals(document.ipListen.filter((address) => address === "::1"), ["::1"]);
    assertEquals((await fleet.readView()).head?.revision, 3);
  }
});

Deno.test("a store that stays away after a lost answer leaves it uncertain", async () => {
  const { keys, fleet } = await fleetWith(2);
  keys.loseAnswer();
  keys.latency = (what) => {
    if (what === "commit") queueMicrotask(() => queueMicrotask(() => keys.down()));
    return Promise.resolve();
  };
  const fault = await assertRejects(() => commit(fleet, adding("::1")), StoreFault);
  assertEquals(fault.isUncertain, true);
});

Deno.test("every revision can be made, by who knows the one before and by who knows none", async () => {
  const count = 2 * SNAPSHOT_EVERY + 3;
  const { keys, fleet } = await fleetWith(count);
  const fresh = another(keys);
  for (const revision of [1, 2, SNAPSHOT_EVERY - 1, SNAPSHOT_EVERY, SNAPSHOT_EVERY + 1, count]) {
    const document = await fresh.documentOf(revision);
    assertEquals(document.ipListen.length, revision);
    assertEquals(await another(keys).documentOf(revision), document);
  }
  const member = keys.connect();
  const follower = new FleetStore(member, "/f/");
  await follower.know(count - 1, await fleet.documentOf(count - 1));
  await follower.readView();
  const before = member.requests.reads;
  assertEquals((await follower.documentOf(count)).ipListen.length, count);
  assertEquals(member.requests.reads, before, "one that is one behind needs no read");
});

Deno.test("a document that is known of another history is not taken for this one", async () => {
  const { keys } = await fleetWith(3);
  const follower = another(keys);
  await follower.know(2, sharedDocument(["192.0.2.1"]));
  await follower.readView();
  assertEquals((await follower.documentOf(3)).ipListen, [1, 2, 3].map(addressOf));
  await follower.know(3, sharedDocument(["192.0.2.1"]));
  assertEquals((await follower.documentOf(3)).ipListen, [1, 2, 3].map(addressOf));
});

Deno.test("a large change is written as a whole document, in pieces that split no character", async () => {
  const { keys, fleet } = await fleetWith(1);
  const metabase = { "/LM": { Note: "a\u{1f600}é".repeat(100_000) } };
  await commit(fleet, (document) => ({ ...document!, metabase }));
  const { head } = await fleet.readView();
  assertEquals([head?.patch, head?.snapshot.revision, head?.snapshot.pieces], [null, 2, 4]);
  assertEquals((await another(keys).documentOf(2)).metabase, metabase);
  await commit(fleet, adding("::1"));
  assertEquals((await fleet.readView()).head?.snapshot, head?.snapshot);
  assertEquals((await another(keys).documentOf(3)).metabase, metabase);
});

Deno.test("a change of one site writes that site and not the others", async () => {
  const site = (id: number) => ({
    ...sharedDocument([]).sites[0]!,
    id,
    name: `site ${id} ${"x".repeat(100)}`,
  });
  const keys = new MemoryStore();
  const fleet = new FleetStore(keys, "/f/");
  const sites = Array.from({ length: 1000 }, (_, i) => site(i + 1));
  await commit(fleet, () => sharedDocument([], { sites }));
  await commit(fleet, (document) => ({
    ...document!,
    sites: document!.sites.map((site) => site.id === 500 ? { ...site, name: "new" } : site),
  }));
  const stored = keys.get(fleet.layout.head)!;
  assert(stored.length < 2000, `${stored.length} characters`);
});

Deno.test("old revisions are removed; those that are kept, or run somewhere, can be made", async () => {
  const oldest = SNAPSHOT_EVERY + 10;
  const { keys, fleet } = await fleetWith(oldest);
  const target = { revision: oldest, groups: {} };
  keys.put(fleet.layout.target, JSON.stringify(target));
  const more = KEPT_REVISIONS + 3 * SNAPSHOT_EVERY;
  for (let i = oldest + 1; i <= more; i++) await commit(fleet, adding(addressOf(i)));
  assertEquals((await another(keys).documentOf(oldest)).ipListen.length, oldest);
  await assertRejects(() => another(keys).documentOf(1), Fault, "does not have it");
  keys.put(fleet.layout.target, JSON.stringify({ revision: more, groups: {} }));
  for (let i = more + 1; i <= more + SNAPSHOT_EVERY; i++) {
    await commit(fleet, adding(addressOf(i)));
  }
  const last = more + SNAPSHOT_EVERY;
  const numbers = keys.keyNames.filter((key) => key.startsWith(fleet.layout.revisions));
  assert(numbers.length >= KEPT_REVISIONS, `${numbers.length} are left`);
  assert(numbers.length <= KEPT_REVISIONS + 2 * SNAPSHOT_EVERY, `${numbers.length} are left`);
  assertEquals((await another(keys).documentOf(last - KEPT_REVISIONS + 1)).version, 2);
  const history = await fleet.history(70);
  assertEquals(
    history.map(({ revision }) => revision),
    Array.from({ length: 70 }, (_, i) => last - i),
  );
});

Deno.test("what is damaged is a fault, and nothing is made of it", async () => {
  const damages: readonly (readonly [string, (keys: MemoryStore, fleet: FleetStore) => void])[] = [
    ["a patch that is gone", (keys, { layout }) => keys.remove(layout.revision(2))],
    ["a patch of garbage", (keys, { layout }) => keys.put(layout.revision(2), "{")],
    ["a patch of another", (keys, { layout }) => {
      const record = JSON.parse(keys.get(layout.revision(2))!);
      const patch = { fields: [["sites", { value: [] }]] };
      keys.put(layout.revision(2), JSON.stringify({ ...record, patch }));
    }],
    ["a piece that is gone", (keys, { layout }) => {
      keys.remove(keys.keyNames.find((key) => key.startsWith(layout.snapshots))!);
    }],
    ["a piece of garbage", (keys, { layout }) => {
      keys.put(keys.keyNames.find((key) => key.startsWith(layout.snapshots))!, "{");
    }],
  ];
  for (const [title, damage] of damages) {
    const { keys, fleet } = await fleetWith(4);
    damage(keys, fleet);
    await assertRejects(() => another(keys).documentOf(4), Fault, "Cannot read revision", title);
    await assertRejects(() => commit(another(keys), adding("::1")), Fault, undefined, title);
  }
});

Deno.test("a document that is lost is not an empty one; a member that has it repairs the store", async () => {
  const losses: readonly (readonly [string, (keys: MemoryStore, fleet: FleetStore) => void])[] = [
    ["no head", (keys, { layout }) => keys.remove(layout.head)],
    ["a head of garbage", (keys, { layout }) => keys.put(layout.head, "?")],
    ["an epoch of garbage", (keys, { layout }) => keys.put(layout.epoch, "?")],
  ];
  for (const [title, lose] of losses) {
    const { keys, fleet } = await fleetWith(5);
    const { epoch } = await fleet.readView();
    lose(keys, fleet);
    const result = await commit(another(keys), adding("::1"));
    assert(result.problem !== null, title);
    const good = sharedDocument(["192.0.2.7"]);
    const repaired = await commit(another(keys), () => good, { epoch: epoch!, atLeast: 9 });
    assertEquals([repaired.problem, repaired.revision], [null, 9], title);
    const view = await another(keys).readView();
    assertEquals([view.epoch, view.head?.revision, view.garbage], [epoch, 9, []], title);
    assertEquals(await another(keys).documentOf(9), good);
  }
});

Deno.test("a store that went back is repaired beyond what was seen, and goes on", async () => {
  const { keys, fleet } = await fleetWith(3);
  const saved = keys.save();
  const { epoch } = await fleet.readView();
  await commit(fleet, adding("::1"));
  const good = await fleet.documentOf(4);
  keys.goBack(saved);
  await commit(another(keys), () => good, { epoch: epoch!, atLeast: 5 });
  await commit(another(keys), adding("::2"));
  assertEquals((await another(keys).documentOf(6)).ipListen, [...good.ipListen, "::2"].sort());
  assertEquals((await fleet.history()).map(({ revision }) => revision), [6, 5, 3, 2, 1]);
  const refused = await commit(fleet, adding("::3"), { epoch: "0".repeat(32) });
  assertEquals(refused.problem?.reason, "the store has the document of another fleet");
});

Deno.test("observe() reports each change, and that the store is away", async () => {
  const { keys, fleet } = await fleetWith(1);
  const ended = new AbortController();
  const seen: (number | string | null)[] = [];
  for await (const report of fleet.observe(ended.signal)) {
    seen.push(report.kind === "view" ? report.view.head?.revision ?? null : report.reason);
    if (seen.length === 1) await commit(another(keys), adding("::1"));
    if (seen.length === 2) keys.down("connection refused");
    if (seen.length === 3) {
      await commit(another(keys), adding("::2"));
      keys.up();
    }
    if (seen.length === 4) keys.goBack();
    if (seen.length === 5) ended.abort();
  }
  assertEquals(seen, [1, 2, "connection refused", 3, null]);
});

Deno.test("two drivers: the second waits for the lease of the first", async () => {
  const { keys, fleet } = await fleetWith(1);
  const [first, second] = [await keys.grantLease(10), await keys.grantLease(10)];
  assertEquals(await fleet.takeDriver("web1", first), true);
  assertEquals(await fleet.takeDriver("web2", second), false);
  keys.endLease(first);
  assertEquals(await another(keys).takeDriver("web2", second), true);
  assertEquals((await fleet.readView()).driver, "web2");
});

Deno.test("replaceRollout() replaces what was read, also if its answer is lost", async () => {
  const { keys, fleet } = await fleetWith(1);
  const record = rolloutRecord();
  const changedOf = async (): Promise<number> => {
    return (await fleet.readView()).changed.get(fleet.layout.rollout) ?? 0;
  };
  assertEquals(await fleet.replaceRollout(record, 0), true);
  assertEquals(await another(keys).replaceRollout(record, 0), false);
  const target = { revision: 1, groups: {} };
  const also = { target, changed: 0 };
  keys.loseAnswer();
  assertEquals(
    await fleet.replaceRollout({ ...record, phase: "done" }, await changedOf(), also),
    true,
  );
  assertEquals((await fleet.readView()).target, target);
  assertEquals(await fleet.replaceRollout(record, await changedOf(), also), false);
  assertEquals((await fleet.readView()).rollout?.phase, "done");
});
