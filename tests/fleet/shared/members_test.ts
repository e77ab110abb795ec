// Goal: who is a member, how it is, and what it answers is what the store says.
// Method: members on a store in memory, that answer, are silent, or write garbage.
import { nodeState } from "../../support/fleet/samples.ts";
import { assertEquals } from "@std/assert";
import { FleetStore } from "../../../mod/fleet/shared/fleet_store.ts";
import type { Answer, MemberRecord, NodeState } from "../../../mod/fleet/shared/records.ts";
import { MemoryStore } from "../../support/fleet/memory_store.ts";

const AT = "2026-11-28T01:00:00.000Z";

function member(name: string, id = `id of ${name}`): MemberRecord {
  return { name, id, group: null, joinedAt: AT };
}

function state(id: string, applied: number | null): NodeState {
  return nodeState({ id, applied, wanted: applied });
}

function newFleet(): { keys: MemoryStore; fleet: FleetStore } {
  const keys = new MemoryStore();
  return { keys, fleet: new FleetStore(keys, "/f/") };
}

Deno.test("a member is on while its lease lasts, and a member until it is removed", async () => {
  const { keys, fleet } = newFleet();
  const lease = await keys.grantLease(30);
  assertEquals(await fleet.putMember(member("web1")), true);
  await fleet.putState("web1", state("id of web1", 3), lease);
  assertEquals((await fleet.members()).map(({ state }) => state?.applied), [3]);
  keys.endLease(lease);
  assertEquals(await fleet.members(), [{ record: member("web1"), state: null, garbage: null }]);
  await fleet.removeMember("web1");
  assertEquals([await fleet.members(), keys.keyNames], [[], []]);
});

Deno.test("removeMember() leaves a member alone whose name begins the same", async () => {
  const { fleet } = newFleet();
  for (const name of ["web1", "web10", "web1.a"]) await fleet.putMember(member(name));
  await fleet.removeMember("web1");
  assertEquals((await fleet.members()).map(({ record }) => record.name), ["web1.a", "web10"]);
});

Deno.test("a name is that of one machine, unless the other is replaced", async () => {
  const { keys, fleet } = newFleet();
  assertEquals(await fleet.putMember(member("web1", "one")), true);
  assertEquals(await fleet.putMember({ ...member("web1", "one"), group: "edge" }), true);
  assertEquals(await fleet.putMember(member("web1", "two")), false);
  assertEquals(await fleet.putMember(member("web1", "two"), true), true);
  keys.put(fleet.layout.state("web1"), JSON.stringify(state("one", 1)));
  const [web1] = await fleet.members();
  assertEquals(web1?.garbage, "another machine reports its state under this name");
});

Deno.test("a member with garbage is listed as such", async () => {
  const { keys, fleet } = newFleet();
  const { layout } = fleet;
  await fleet.putMember(member("web1"));
  keys.put(layout.state("web1"), "{");
  keys.put(layout.member("web2"), JSON.stringify(member("web3")));
  keys.put(layout.state("web4"), JSON.stringify(state("x", 1)));
  keys.put(`${layout.nodes}/member`, "?");
  assertEquals((await fleet.members()).map(({ record, garbage }) => [record.name, garbage]), [
    ["web1", "its state cannot be understood"],
    ["web2", "its record cannot be understood"],
  ]);
});

Deno.test("observeMembers() reports members and their states, and nothing for an answer", async () => {
  const { keys, fleet } = newFleet();
  const lease = await keys.grantLease(30);
  const ended = new AbortController();
  const seen: string[] = [];
  for await (const report of fleet.observeMembers(ended.signal)) {
    seen.push(
      report.kind === "lost"
        ? report.reason
        : report.members.map(({ record, state }) => `${record.name} ${state?.applied}`).join(),
    );
    if (seen.length === 1) {
      keys.put(fleet.layout.answer("web1", "0123456789abcdef"), "{}");
      await fleet.putMember(member("web2"));
    }
    if (seen.length === 2) await fleet.putMember(member("web1"));
    if (seen.length === 3) await fleet.putState("web2", state("id of web2", 7), lease);
    if (seen.length === 4) keys.down("away");
    if (seen.length === 5) keys.up();
    if (seen.length === 6) keys.endLease(lease);
    if (seen.length === 7) ended.abort();
  }
  assertEquals(seen, [
    "",
    "web2 undefined",
    "web1 undefined,web2 undefined",
    "web1 undefined,web2 7",
    "away",
    "web1 undefined,web2 7",
    "web1 undefined,web2 undefined",
  ]);
});

Deno.test("ask() returns the answers, null of the silent, and removes its question", async () => {
  const { keys, fleet } = newFleet();
  const answer: Answer = { isGood: true, lines: [], more: 0, risks: [], problem: null };
  const ended = new AbortController();
  const members = (async () => {
    for await (const report of new FleetStore(keys.connect(), "/f/").observe(ended.signal)) {
      if (report.kind === "lost") continue;
      for (const id of report.view.questions.keys()) {
        const lease = await keys.grantLease(60);
        await fleet.putAnswer("web1", id, answer, lease);
        keys.put(fleet.layout.answer("web2", id), "garbage");
        await fleet.putAnswer("stranger", id, answer, lease);
      }
    }
  })();
  const names = ["web1", "web2"];
  const all = await fleet.ask({ kind: "verify" }, names, { timeoutMs: 60_000 });
  assertEquals(all.get("web1"), answer);
  assertEquals(all.get("web2")?.problem, "its answer cannot be understood");
  assertEquals([...all.keys()], names);
  const some = await fleet.ask({ kind: "verify" }, ["web1", "web9"], { timeoutMs: 100 });
  assertEquals([...some], [["web1", answer], ["web9", null]]);
  assertEquals((await fleet.readView()).questions.size, 0);
  assertEquals((await fleet.ask({ kind: "verify" }, [], { timeoutMs: 100 })).size, 0);
  ended.abort();
  await members;
});
