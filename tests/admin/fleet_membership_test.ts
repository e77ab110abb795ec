// Goal: a machine joins, follows and leaves a fleet without losing what is its own, and puts back what
// the store has lost. Method: machines that are folders without a service, and a store in memory.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { AdminIo } from "../../mod/admin/admin_io.ts";
import {
  type FleetMembershipResult,
  followShared,
  joinFleet,
  leaveFleet,
} from "../../mod/admin/fleet_membership.ts";
import { Fault } from "../../mod/base/fault.ts";
import type { ConfigDocument, SiteRecord } from "../../mod/config/document/document.ts";
import { readLastGood } from "../../mod/fleet/member/last_good.ts";
import { readMembership } from "../../mod/fleet/member/membership.ts";
import { FleetStore } from "../../mod/fleet/shared/fleet_store.ts";
import { DEFAULT_PREFIX } from "../../mod/fleet/shared/layout.ts";
import { adding } from "../support/fleet/documents.ts";
import { administratorOf } from "../support/fleet/member_home.ts";
import { MemoryStore } from "../support/fleet/memory_store.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";

const ADDRESS = { urls: ["http://10.0.0.9:2379"] };
const AT = "2026-11-28T00:00:00.000Z";

/** A machine without a service. */
class Machine implements AsyncDisposable {
  readonly io: AdminIo;
  readonly keys: MemoryStore;
  readonly fleet: FleetStore;
  readonly name: string;
  readonly #folder: TempFolder;

  private constructor(name: string, keys: MemoryStore, folder: TempFolder) {
    this.name = name;
    this.#folder = folder;
    this.io = administratorOf(folder.path);
    this.keys = keys;
    this.fleet = new FleetStore(keys, DEFAULT_PREFIX);
  }

  /** Makes a machine with a connection of its own to a store, and a list if one is given. */
  static async make(name: string, keys: MemoryStore, list?: readonly string[]): Promise<Machine> {
    const machine = new Machine(name, keys.connect(), await tempFolder());
    if (list !== undefined) await machine.edit({ ipListen: list });
    return machine;
  }

  async edit(change: Partial<ConfigDocument>): Promise<void> {
    await this.io.store.update((document) => ({ ...document, ...change }));
  }

  join(
    more: Partial<Parameters<typeof joinFleet>[1]> = {},
  ): Promise<FleetMembershipResult> {
    return joinFleet(this.io, {
      ...{ store: this.fleet, address: ADDRESS, name: this.name, group: null, by: "root@test" },
      ...more,
    });
  }

  follow(...words: readonly string[]): Promise<FleetMembershipResult> {
    return followShared(this.io, words.length === 0 ? null : words);
  }

  leave(): Promise<FleetMembershipResult> {
    return leaveFleet(this.io, () => Promise.resolve(this.fleet));
  }

  async list(): Promise<readonly string[]> {
    return (await this.io.store.read()).ipListen;
  }

  /** Commits an address for all, and lets everybody run it. */
  async share(address: string): Promise<void> {
    const change = { edit: adding(address), by: "root@test", what: "test", at: AT };
    assertEquals((await this.fleet.commit({ ...change, alsoTarget: true })).problem, null);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** What of a result says how it went. */
function outcomeOf(
  { problem, changed, made, revision, overrides }: FleetMembershipResult,
): unknown {
  return { problem: problem?.reason ?? null, changed, made, revision, overrides };
}

function joined(
  revision: number,
  made: FleetMembershipResult["made"],
  overrides: readonly string[] = [],
): unknown {
  return { problem: null, changed: true, made, revision, overrides };
}

function site(id: number, name: string): SiteRecord {
  const content = { kind: "respond", text: name } as const;
  return { id, name, bindings: [`:80:${name}`], secureBindings: [], autoStart: true, content };
}

Deno.test("the first machine makes the fleet of what it has", async () => {
  const store = new MemoryStore();
  await using first = await Machine.make("web1", store, ["10.0.0.1"]);
  assertEquals(outcomeOf(await first.join({ group: "canary" })), joined(1, "fleet"));
  const { epoch, head, target } = await first.fleet.readView();
  assertEquals([head?.revision, target?.revision], [1, 1]);
  const membership = await readMembership(first.io.paths);
  const { name, group, prefix, joinedAt, store: address } = membership!;
  assertEquals([name, group, prefix, joinedAt, address], [
    "web1",
    "canary",
    DEFAULT_PREFIX,
    AT,
    ADDRESS,
  ]);
  const lastGood = await readLastGood(first.io.paths, membership!);
  assertEquals([lastGood?.epoch, lastGood?.revision], [epoch, 1]);
  assertEquals((await first.fleet.members()).map(({ record }) => record?.name), ["web1"]);
  // Again: nothing is new, and the machine stays the one that it was.
  assertEquals(outcomeOf(await first.join({ group: "canary" })), joined(1, "nothing"));
  assertEquals((await readMembership(first.io.paths))?.id, membership!.id);
});

Deno.test("whoever joins takes what is shared, and keeps what is its own", async () => {
  const store = new MemoryStore();
  await using first = await Machine.make("web1", store, ["10.0.0.1", "10.0.0.2"]);
  await first.join();
  const cases: readonly (readonly [string[] | undefined, string[], string[]])[] = [
    [undefined, ["10.0.0.1", "10.0.0.2"], []],
    [["10.0.0.1"], ["10.0.0.1", "10.0.0.2"], []],
    [["10.0.0.7"], ["10.0.0.1", "10.0.0.2", "10.0.0.7"], ["ipListen[10.0.0.7]"]],
  ];
  for (const [i, [before, after, overrides]] of cases.entries()) {
    await using machine = await Machine.make(`other${i}`, store, before);
    assertEquals(outcomeOf(await machine.join()), joined(1, "nothing", overrides));
    assertEquals((await machine.list()).toSorted(), after);
  }
});

Deno.test("a site with the id of a shared one stays, and that is said", async () => {
  const store = new MemoryStore();
  await using first = await Machine.make("web1", store);
  await first.edit({ sites: [site(5, "shared")] });
  await first.join();
  await using second = await Machine.make("web2", store);
  await second.edit({ sites: [site(5, "own")] });
  const { notices, overrides } = await second.join();
  assertEquals((await second.io.store.read()).sites.map(({ name }) => name), ["own"]);
  assertEquals(overrides, ["sites[W3SVC/5]"]);
  assertStringIncludes(notices.map(({ text }) => text).join(), "a shared site is not here");
});

Deno.test("a name that is taken is refused, unless the machine replaces the other", async () => {
  const store = new MemoryStore();
  await using first = await Machine.make("web1", store, ["10.0.0.1"]);
  await first.join();
  await using second = await Machine.make("web1", store, ["10.0.0.7"]);
  const refused = await second.join();
  assertStringIncludes(refused.problem!.reason, 'another machine that is called "web1"');
  assertEquals(refused.problem!.hint, "httpcfg fleet status");
  assertEquals([await readMembership(second.io.paths), await second.list()], [null, ["10.0.0.7"]]);
  assertEquals((await second.join({ replaces: true })).problem, null);
  const [member] = await second.fleet.members();
  assertEquals(member!.record?.id, (await readMembership(second.io.paths))!.id);
});

Deno.test("a member stays the one that it is", async () => {
  const store = new MemoryStore();
  await using machine = await Machine.make("web1", store);
  await machine.join();
  const { problem } = await machine.join({ name: "web2" });
  assertStringIncludes(problem!.reason, 'this machine is "web1" of a fleet already');
  assertEquals(
    problem!.hint,
    "httpcfg fleet leave\nhttpcfg fleet join http://10.0.0.9:2379 --name web1",
  );
});

Deno.test("the store of another fleet is not followed by a member", async () => {
  await using machine = await Machine.make("web1", new MemoryStore(), ["10.0.0.1"]);
  await machine.join();
  const other = new MemoryStore();
  await using stranger = await Machine.make("db1", other, ["10.0.0.9"]);
  await stranger.join();
  const { problem } = await machine.join({ store: stranger.fleet });
  assertEquals(problem!.reason, "the store has the document of another fleet");
  assertEquals(problem!.hint, "httpcfg fleet leave");
  assertEquals(await machine.list(), ["10.0.0.1"]);
});

Deno.test("a member puts back what the store has lost", async () => {
  const lost: Record<string, (store: MemoryStore, fleet: FleetStore) => void> = {
    everything: (store) => store.goBack(),
    "the head": (store, { layout }) => store.remove(layout.head),
    "the target": (store, { layout }) => store.remove(layout.target),
    "a head that is garbage": (store, { layout }) => store.put(layout.head, "garbage"),
  };
  for (const [what, lose] of Object.entries(lost)) {
    const store = new MemoryStore();
    await using machine = await Machine.make("web1", store, ["10.0.0.1"]);
    await machine.join();
    const { epoch } = await machine.fleet.readView();
    lose(store, machine.fleet);
    await using fresh = await Machine.make("web2", store);
    if (what !== "everything") { // an empty store is that of a new fleet
      const { problem } = await fresh.join();
      assertStringIncludes(problem!.reason, "the store has lost a part of the fleet", what);
    }
    assertEquals(outcomeOf(await machine.join()), joined(2, "repair"), what);
    const view = await machine.fleet.readView();
    assertEquals([view.epoch, view.head?.revision, view.target?.revision], [epoch, 2, 2], what);
    assertEquals(outcomeOf(await fresh.join()), joined(2, "nothing"), what);
    assertEquals(await fresh.list(), ["10.0.0.1"], what);
  }
});

Deno.test("a store that went back gets a number that nobody has seen", async () => {
  const store = new MemoryStore();
  await using machine = await Machine.make("web1", store, ["10.0.0.1"]);
  await machine.join();
  const saved = store.save();
  await machine.share("10.0.0.2");
  await machine.share("10.0.0.3");
  assertEquals(outcomeOf(await machine.join()), joined(3, "nothing"));
  store.goBack(saved);
  assertEquals(outcomeOf(await machine.join()), joined(4, "repair"));
  assertEquals(await machine.list(), ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
});

Deno.test("what is a machine's own is given up one by one, or all at once", async () => {
  const store = new MemoryStore();
  await using first = await Machine.make("web1", store, ["10.0.0.1"]);
  await first.join();
  const own = ["ipListen[10.0.0.7]", "ipListen[10.0.0.8]"];
  const cases: readonly (readonly [string[], string[], string[]])[] = [
    [["ipListen[10.0.0.7]"], ["10.0.0.1", "10.0.0.8"], [own[1]!]],
    [["ipListen"], ["10.0.0.1"], []],
    [[], ["10.0.0.1"], []],
  ];
  for (const [i, [words, list, overrides]] of cases.entries()) {
    await using machine = await Machine.make(`other${i}`, store, ["10.0.0.7", "10.0.0.8"]);
    assertEquals((await machine.join()).overrides.toSorted(), own);
    assertEquals(outcomeOf(await machine.follow(...words)), joined(1, "nothing", overrides));
    assertEquals((await machine.list()).toSorted(), list);
    const { problem } = await machine.follow("sites");
    assertEquals(problem!.reason, '"sites" does not differ from the shared document here');
    assertEquals(problem!.hint, "httpcfg fleet drift");
  }
});

Deno.test("a machine that is in no fleet has nothing to follow, and nothing to leave", async () => {
  await using machine = await Machine.make("web1", new MemoryStore());
  for (const { problem, changed } of [await machine.follow(), await machine.leave()]) {
    assertEquals([problem!.reason, problem!.isSo, changed], [
      "this machine is in no fleet",
      true,
      false,
    ]);
  }
});

Deno.test("whoever leaves keeps the document, and is gone from the fleet", async () => {
  const store = new MemoryStore();
  await using machine = await Machine.make("web1", store, ["10.0.0.1"]);
  await machine.join();
  const result = await machine.leave();
  assertEquals([result.problem, result.changed, result.notices], [null, true, []]);
  assertEquals([await readMembership(machine.io.paths), await machine.list()], [null, [
    "10.0.0.1",
  ]]);
  assertEquals(await machine.fleet.members(), []);
});

Deno.test("without its store a machine can leave and follow, but not join", async () => {
  const store = new MemoryStore();
  await using first = await Machine.make("web1", store, ["10.0.0.1"]);
  await first.join();
  await using member = await Machine.make("web2", store, ["10.0.0.7"]);
  await member.join();
  await using fresh = await Machine.make("web3", store, ["10.0.0.8"]);
  for (const { keys } of [member, fresh]) keys.down("no route");

  await assertRejects(() => fresh.join(), Fault, "no route");
  assertEquals([await readMembership(fresh.io.paths), await fresh.list()], [null, ["10.0.0.8"]]);
  assertEquals(outcomeOf(await member.follow()), joined(1, "nothing"));
  assertEquals(await member.list(), ["10.0.0.1"]);
  const { problem, changed, notices } = await member.leave();
  assertEquals([problem, changed, notices.length], [null, true, 1]);
  assertStringIncludes(notices[0]!.text, "the fleet was not told that web2 has left");
  assert((await first.fleet.members()).some(({ record }) => record?.name === "web2"));
});
