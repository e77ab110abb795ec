/**
 * Tests of the agent of a member, with a store in memory and a machine without sockets.
 *
 * @module
 */
import { rolloutRecord } from "../../support/fleet/samples.ts";
import { assert, assertEquals } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { type AgentTimes, FleetAgent } from "../../../mod/fleet/member/agent.ts";
import type { MemberEvent } from "../../../mod/fleet/member/member_status.ts";
import type { Membership } from "../../../mod/fleet/member/membership.ts";
import { sharedOf } from "../../../mod/fleet/member/merge.ts";
import { FleetStore } from "../../../mod/fleet/shared/fleet_store.ts";
import type { NodeState } from "../../../mod/fleet/shared/records.ts";
import type { SharedDocument } from "../../../mod/fleet/shared/shared_document.ts";
import { FakeMachine } from "../../support/fleet/fake_machine.ts";
import { MemoryStore } from "../../support/fleet/memory_store.ts";
import { waitFor } from "../../support/wait.ts";

const EPOCH = "0123456789abcdef";
const NOW = "2026-11-28T00:00:00.000Z";
/** So short that no test waits for them. */
const TIMES: AgentTimes = {
  leaseSeconds: 30,
  keepAliveMs: 5,
  debounceMs: 1,
  lookMs: 5,
  verifyMs: 10,
  retryMs: 10,
  takeOverMs: [1, 2],
};
const MEMBERSHIP: Membership = {
  name: "web1",
  id: "00000000deadbeef",
  group: null,
  joinedAt: NOW,
  prefix: "/httpcfg/",
  store: { urls: ["http://127.0.0.1:2379"] },
};

function eventually(condition: () => boolean): Promise<void> {
  return waitFor(condition, "the agent", 8_000);
}

/** A fleet with one member, whose agent runs until it is disposed of. */
class Fleet implements AsyncDisposable {
  readonly memory = new MemoryStore();
  /** The connection of the agent. */
  readonly own = this.memory.connect();
  readonly store = new FleetStore(this.memory, "/httpcfg/");
  machine = new FakeMachine(null);
  readonly events: MemberEvent[] = [];
  drives = 0;
  agent!: FleetAgent;
  #end = new AbortController();
  #running: Promise<void> = Promise.resolve();

  /** Makes a fleet whose revision 1 is the built-in document, and a member that runs it. */
  static async open(before: (fleet: Fleet) => void = () => {}): Promise<Fleet> {
    const fleet = new Fleet();
    await fleet.commit((document) => document);
    const { head } = await fleet.store.readView();
    fleet.machine.lastGood = {
      epoch: EPOCH,
      revision: 1,
      highest: { revision: 1, hash: head!.hash },
      document: sharedOf(DEFAULT_DOCUMENT),
    };
    before(fleet);
    fleet.start();
    return fleet;
  }

  /** Starts the agent, as a process that begins. */
  start(): void {
    const store = new FleetStore(this.own, "/httpcfg/");
    this.#end = new AbortController();
    this.agent = new FleetAgent({
      store,
      membership: MEMBERSHIP,
      machine: this.machine,
      onEvent: (event) => this.events.push(event),
      drive: () => {
        this.drives++;
        return Promise.resolve();
      },
      times: TIMES,
    });
    this.#running = this.agent.run(this.#end.signal);
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  /** Commits a revision, and rolls it out at once. */
  async commit(edit: (document: SharedDocument) => SharedDocument): Promise<void> {
    const { problem } = await this.store.commit({
      edit: (document) => edit(document ?? sharedOf(DEFAULT_DOCUMENT)),
      by: "root@admin",
      what: "set iplisten",
      at: NOW,
      epoch: EPOCH,
      alsoTarget: true,
    });
    assertEquals(problem, null);
  }

  listen(...ipListen: readonly string[]): Promise<void> {
    return this.commit((document) => ({ ...document, ipListen }));
  }

  /** The list that the machine has. */
  get list(): readonly string[] {
    return this.machine.document.ipListen;
  }

  get state(): NodeState | null {
    const text = this.memory.get("/httpcfg/node/web1/state");
    return text === null ? null : JSON.parse(text);
  }

  /** Waits until the agent has published a state. */
  async published(isSo: (state: NodeState) => boolean): Promise<NodeState> {
    await eventually(() => this.state !== null && isSo(this.state));
    return this.state!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

Deno.test("agent: a revision is applied, remembered and published", async () => {
  await using fleet = await Fleet.open();
  await fleet.listen("10.0.0.1");
  const state = await fleet.published(({ applied }) => applied === 2);
  assertEquals(fleet.list, ["10.0.0.1"]);
  assertEquals(fleet.machine.applied, [{ revision: 2, by: "root@admin" }]);
  await eventually(() => fleet.machine.lastGood?.revision === 2);
  assertEquals(fleet.machine.lastGood?.document.ipListen, ["10.0.0.1"]);
  assertEquals([state.outcome, state.wanted, state.problems], ["applied", 2, []]);
  assertEquals(state.endpoints, [{ endpoint: "10.0.0.1:80", state: "open" }]);
  assertEquals(fleet.events, [{ kind: "applied", revision: 2, by: "root@admin" }]);
  const [member] = await fleet.store.members();
  assertEquals(member?.record.id, MEMBERSHIP.id);
});

Deno.test("agent: what differs here stays, and is published", async () => {
  await using fleet = await Fleet.open();
  fleet.machine.document = { ...DEFAULT_DOCUMENT, ipListen: ["10.0.0.9"] };
  await fleet.listen("10.0.0.1");
  const state = await fleet.published(({ applied }) => applied === 2);
  assertEquals(fleet.list, ["10.0.0.1", "10.0.0.9"]);
  assertEquals(state.overrides, ["ipListen[10.0.0.9]"]);
});

for (const isStored of [true, false]) {
  const when = isStored ? "behind" : "before";
  Deno.test(`agent: a machine that failed ${when} storing a revision has nothing of its own`, async () => {
    await using fleet = await Fleet.open();
    fleet.machine.document = { ...DEFAULT_DOCUMENT, ipListen: ["10.0.0.9"] };
    await fleet.listen("10.0.0.1");
    await fleet.published(({ applied }) => applied === 2);
    await fleet.stop();
    // It fails while it applies a revision that it is not to run when it is there again.
    const { machine } = fleet;
    const started = { ...machine.lastGood!.document, ipListen: ["10.0.0.2"] };
    machine.lastGood = { ...machine.lastGood!, applying: started };
    if (isStored) machine.document = { ...machine.document, ipListen: ["10.0.0.2", "10.0.0.9"] };
    fleet.start();
    await eventually(() => fleet.machine.lastGood?.applying === undefined);
    assertEquals(fleet.machine.lastGood?.revision, 2);
    assertEquals(fleet.list, ["10.0.0.1", "10.0.0.9"]);
    const state = await fleet.published(({ overrides }) => overrides.length === 1);
    assertEquals(state.overrides, ["ipListen[10.0.0.9]"]);
  });
}

Deno.test("agent: that a revision is being applied is on the disk before anything changes", async () => {
  await using fleet = await Fleet.open();
  const { machine } = fleet;
  const seen: unknown[] = [];
  const apply = machine.apply.bind(machine);
  machine.apply = (...args): Promise<void> => {
    seen.push(machine.lastGood?.revision, machine.lastGood?.applying?.ipListen);
    return apply(...args);
  };
  await fleet.listen("10.0.0.1");
  await eventually(() => machine.lastGood?.revision === 2);
  assertEquals(seen, [1, ["10.0.0.1"]]);
});

Deno.test("agent: a store that is down at the start is waited for", async () => {
  await using fleet = await Fleet.open(({ own }) => own.down());
  await fleet.listen("10.0.0.1");
  await eventually(() => fleet.agent.status.reason === "connection refused");
  assertEquals([fleet.agent.status.outcome, fleet.agent.status.revision], ["applied", 1]);
  assertEquals(fleet.machine.attempts, 0);
  fleet.own.up();
  await eventually(() => fleet.list.includes("10.0.0.1"));
  assertEquals(fleet.agent.status.isStoreUp, true);
});

Deno.test("agent: a store that goes down changes nothing; what it missed is followed", async () => {
  await using fleet = await Fleet.open();
  await fleet.listen("10.0.0.1");
  await fleet.published(({ applied }) => applied === 2);
  fleet.own.down();
  await fleet.listen("10.0.0.2");
  await eventually(() => !fleet.agent.status.isStoreUp);
  assertEquals(fleet.list, ["10.0.0.1"]);
  fleet.own.up();
  await fleet.published(({ applied }) => applied === 3);
  assertEquals(fleet.events.map(({ kind }) => kind), ["applied", "lost", "back", "applied"]);
});

Deno.test("agent: an empty store closes nothing, and is followed again when it is repaired", async () => {
  await using fleet = await Fleet.open();
  await fleet.listen("10.0.0.1");
  await fleet.published(({ applied }) => applied === 2);
  fleet.memory.goBack();
  await eventually(() => fleet.agent.status.outcome === "held");
  assertEquals(fleet.list, ["10.0.0.1"]);
  assertEquals(fleet.agent.status.problems, ["the store has lost the shared document"]);
  assertEquals(
    fleet.agent.status.hint,
    "httpcfg fleet join http://127.0.0.1:2379 --name web1",
  );
  const { document } = fleet.machine.lastGood!;
  await fleet.store.commit({
    edit: () => document,
    by: "root@web2",
    what: "join",
    at: NOW,
    epoch: EPOCH,
    atLeast: 3,
    alsoTarget: true,
  });
  const state = await fleet.published(({ applied }) => applied === 3);
  assertEquals(state.outcome, "applied");
  assertEquals(fleet.list, ["10.0.0.1"]);
  // The store had lost the member, too.
  assertEquals((await fleet.store.members()).map(({ record }) => record.name), ["web1"]);
});

Deno.test("agent: a store that went back is not followed until it has caught up", async () => {
  await using fleet = await Fleet.open();
  const saved = fleet.memory.save();
  await fleet.listen("10.0.0.1");
  await fleet.published(({ applied }) => applied === 2);
  fleet.memory.goBack(saved);
  await eventually(() => fleet.agent.status.outcome === "held");
  assertEquals(fleet.agent.status.problems, ["the store went back from revision 2 to 1"]);
  // Another revision with a number that was used is another document.
  await fleet.listen("10.0.0.66");
  await eventually(() => fleet.agent.status.problems[0]?.includes("another revision 2") ?? false);
  assertEquals(fleet.list, ["10.0.0.1"]);
  await fleet.listen("10.0.0.67");
  await fleet.published(({ applied }) => applied === 3);
  assertEquals(fleet.list, ["10.0.0.67"]);
});

Deno.test("agent: a member that was off while the store went back notices it", async () => {
  await using fleet = await Fleet.open();
  const saved = fleet.memory.save();
  await fleet.listen("10.0.0.1");
  await fleet.published(({ applied }) => applied === 2);
  await eventually(() => fleet.machine.lastGood?.revision === 2);
  await fleet.stop();
  fleet.memory.goBack(saved);
  fleet.start();
  await eventually(() => fleet.agent.status.outcome === "held");
  assertEquals(fleet.list, ["10.0.0.1"]);
});

const GARBAGE: readonly (readonly [key: string, value: string])[] = [
  ["shared/document/head", "garbage"],
  ["shared/document/epoch", "\u0000"],
  ["shared/rollout/target", '{"revision":"two"}'],
  ["shared/rollout/target", '{"revision":99,"groups":{}}'],
  ["shared/rollout/current", "[]"],
];

for (const [key, value] of GARBAGE) {
  Deno.test(`agent: ${JSON.stringify(value)} under ${key} changes nothing`, async () => {
    await using fleet = await Fleet.open();
    await fleet.listen("10.0.0.1");
    await fleet.published(({ applied }) => applied === 2);
    fleet.memory.put(`/httpcfg/${key}`, value);
    await eventually(() => fleet.agent.status.outcome === "held");
    assertEquals(fleet.list, ["10.0.0.1"]);
    assertEquals(fleet.machine.attempts, 1);
  });
}

Deno.test("agent: a document that is not what was written is not used", async () => {
  await using fleet = await Fleet.open();
  fleet.own.down();
  await fleet.listen("10.0.0.1");
  const head = JSON.parse(fleet.memory.get("/httpcfg/shared/document/head")!);
  const wrong = { ...head, hash: "0".repeat(64) };
  fleet.memory.put("/httpcfg/shared/document/head", JSON.stringify(wrong));
  fleet.own.up();
  await eventually(() => fleet.agent.status.outcome === "held");
  assertEquals(fleet.list, []);
  assertEquals(fleet.machine.attempts, 0);
});

Deno.test("agent: a document that cannot be used is refused once, and again after a change", async () => {
  await using fleet = await Fleet.open(({ machine }) => machine.refusal = "Cannot bind");
  await fleet.listen("10.0.0.1");
  const state = await fleet.published(({ outcome }) => outcome === "refused");
  assertEquals(state.problems, ["cannot use revision 2: Cannot bind"]);
  assertEquals([state.applied, state.wanted], [1, 2]);
  // What it could not use is not tried again by itself.
  await fleet.published(({ outcome }) => outcome === "refused");
  assertEquals(fleet.machine.attempts, 1);
  assertEquals(fleet.list, []);
  fleet.machine.refusal = null;
  await fleet.published(({ applied }) => applied === 2);
  assertEquals(fleet.events.map(({ kind }) => kind), ["refused", "applied"]);
});

Deno.test("agent: a refused revision that is taken back is forgotten", async () => {
  await using fleet = await Fleet.open(({ machine }) => machine.refusal = "Cannot bind");
  await fleet.listen("10.0.0.1");
  await fleet.published(({ outcome }) => outcome === "refused");
  fleet.memory.put("/httpcfg/shared/rollout/target", '{"revision":1,"groups":{}}');
  const state = await fleet.published(({ outcome }) => outcome === "applied");
  assertEquals([state.applied, state.wanted, state.problems], [1, 1, []]);
});

Deno.test("agent: faults that verify finds are published until they have gone", async () => {
  await using fleet = await Fleet.open(({ machine }) => machine.faults = ["no answer"]);
  await fleet.listen("10.0.0.1");
  const state = await fleet.published(({ outcome }) => outcome === "failed");
  assertEquals(state.problems, ["no answer"]);
  fleet.machine.faults = [];
  await fleet.published(({ outcome, applied }) => outcome === "applied" && applied === 2);
});

Deno.test("agent: a machine whose service is stopped says so", async () => {
  await using fleet = await Fleet.open(({ machine }) => machine.isListening = false);
  await fleet.published(({ outcome }) => outcome === "stopped");
});

Deno.test("agent: what is not confirmed yet is waited for", async () => {
  await using fleet = await Fleet.open(({ machine }) =>
    machine.busy = "waits for an administrator"
  );
  await fleet.listen("10.0.0.1");
  const state = await fleet.published(({ wanted }) => wanted === 2);
  assertEquals(state.problems, ["waits for an administrator"]);
  await fleet.listen("10.0.0.2");
  assertEquals(fleet.machine.attempts, 0);
  fleet.machine.free();
  await fleet.published(({ applied }) => applied === 3);
  assertEquals(fleet.machine.applied.map(({ revision }) => revision), [3]);
});

Deno.test("agent: a memory that is damaged holds the machine as it is", async () => {
  await using fleet = await Fleet.open(({ machine }) => {
    machine.damage = new Fault('Cannot use "config.json.fleet-last": not JSON', { hint: "x" });
  });
  await fleet.listen("10.0.0.1");
  const state = await fleet.published(({ outcome }) => outcome === "held");
  assertEquals(state.problems, ['Cannot use "config.json.fleet-last": not JSON']);
  assertEquals(fleet.list, []);
});

Deno.test("agent: a lease that ends is replaced, and so is the state", async () => {
  await using fleet = await Fleet.open();
  await fleet.published(({ outcome }) => outcome === "applied");
  for (const lease of fleet.memory.leases) fleet.memory.endLease(lease);
  assertEquals(fleet.state, null);
  await fleet.published(({ outcome }) => outcome === "applied");
});

Deno.test("agent: another machine with its name keeps its state", async () => {
  await using fleet = await Fleet.open(({ memory }) => {
    const record = { name: "web1", id: "ffffffffffffffff", group: null, joinedAt: NOW };
    memory.put("/httpcfg/node/web1/member", JSON.stringify(record));
  });
  await eventually(() => fleet.agent.status.problems.length > 0);
  assertEquals(fleet.agent.status.problems, ["another machine has its name in the fleet"]);
});

Deno.test("agent: questions are answered, each once", async () => {
  await using fleet = await Fleet.open();
  fleet.machine.document = { ...DEFAULT_DOCUMENT, settings: { MaxConnections: 7 } };
  const ask = async (question: Parameters<FleetStore["ask"]>[0]) => {
    return (await fleet.store.ask(question, ["web1"], { timeoutMs: 10_000 })).get("web1");
  };
  const patch = { fields: [["ipListen", { value: ["10.0.0.5"] }]] } as const;
  assertEquals((await ask({ kind: "plan", revision: 1, patch: { ...patch } as never }))?.lines, [
    { what: "open", about: "10.0.0.5:80", why: "included" },
  ]);
  assertEquals(fleet.list, []);
  assertEquals((await ask({ kind: "verify" }))?.isGood, true);
  assertEquals((await ask({ kind: "who", port: 80 }))?.lines[0]?.about, "127.0.0.1:80");
  const drift = await ask({ kind: "drift" });
  assertEquals(drift?.isGood, false);
  assertEquals(drift?.lines, [{
    what: "local",
    about: "settings.MaxConnections",
    why: "7, which the fleet does not have",
  }]);
  const unknown = await ask({ kind: "plan", revision: 9, patch: null });
  assert(unknown?.problem?.startsWith("Cannot read revision 9"));
});

Deno.test("agent: a plan of what cannot be used says why", async () => {
  await using fleet = await Fleet.open();
  const value = [{
    key: "0.0.0.0:443",
    appId: "{00000000-0000-0000-0000-000000000000}",
    certName: "www",
    certCheckMode: 0,
    revocationFreshnessTime: 0,
    urlRetrievalTimeout: 0,
    flags: 0,
  }];
  const question = { kind: "plan", revision: 1, patch: { fields: [["ssl", { value }]] } } as const;
  const answers = await fleet.store.ask(question as never, ["web1"], { timeoutMs: 10_000 });
  assert(answers.get("web1")?.problem?.includes('no certificate "www"'));
});

Deno.test("agent: a roll-out that nobody drives is driven", async () => {
  await using fleet = await Fleet.open(({ memory }) => {
    memory.put("/httpcfg/shared/rollout/current", JSON.stringify(rolloutRecord()));
  });
  await eventually(() => fleet.drives > 0);
  fleet.memory.put("/httpcfg/shared/rollout/driver", "admin");
});
