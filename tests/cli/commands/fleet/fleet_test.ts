// Goal: what the commands of a fleet do where the store or a member is not as it should be.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { FleetStore } from "../../../../mod/fleet/shared/fleet_store.ts";
import { commandHome } from "../../../support/command_home.ts";
import { sharedDocument } from "../../../support/fleet/documents.ts";
import { FakeMember } from "../../../support/fleet/fake_member.ts";
import { MemoryStore } from "../../../support/fleet/memory_store.ts";
import { rolloutRecord } from "../../../support/fleet/samples.ts";

const WHERE = "--store http://10.0.0.9:2379";

/** Makes the store of a fleet whose newest revision is not rolled out. */
async function madeStore(): Promise<MemoryStore> {
  const keys = new MemoryStore();
  const store = new FleetStore(keys, "/httpcfg/");
  const author = { by: "root@web1", what: "a test", at: "2026-01-02T03:04:05.000Z" };
  await store.commit({ ...author, edit: () => sharedDocument(["10.0.0.1"]), alsoTarget: true });
  await store.commit({ ...author, edit: () => sharedDocument(["10.0.0.2"]) });
  return keys;
}

for (const line of ["status", "query iplisten", "set iplisten -i 10.0.0.7", "plan", "apply"]) {
  Deno.test(`fleet ${line} says why the store cannot be used`, async () => {
    await using home = await commandHome();
    const keys = await madeStore();
    keys.down();
    const { status, out, note } = await home.run(`fleet ${line} ${WHERE}`, { keys });
    assertEquals([status, out], [1, ""]);
    assertStringIncludes(note, "error: Cannot reach the store in memory: connection refused");
  });
}

Deno.test("fleet apply does not begin while a member is silent, without --yes", async () => {
  await using home = await commandHome();
  const keys = await madeStore();
  await using _member = await new FakeMember("web1", keys, { answer: () => null }).start(1);
  const refused = await home.run(`fleet plan --wait 1s ${WHERE}`, { keys });
  assertEquals(refused.status, 1);
  assertStringIncludes(refused.note, "warning: web1 does not answer\n");
});

Deno.test("fleet plan names the member that a change would lock out", async () => {
  await using home = await commandHome();
  const keys = await madeStore();
  const risks = ["no address is left on which this session could go on"];
  await using _first = await new FakeMember("web1", keys).start(1);
  await using _other = await new FakeMember("web2", keys, { answer: () => ({ risks }) }).start(1);
  const planned = await home.run(`fleet plan ${WHERE}`, { keys });
  assertEquals([planned.status, planned.note], [1, `warning: web2: ${risks[0]}\n`]);
  const applied = await home.run(`fleet apply --format json ${WHERE}`, { keys });
  assertEquals([applied.status, applied.out], [1, ""]);
  const agreed = await home.run(`fleet apply --yes --wait 0s --format json ${WHERE}`, { keys });
  const { changed, phase, waves } = JSON.parse(agreed.out);
  assertEquals([agreed.status, changed, phase, waves], [0, true, "done", [["web1"], ["web2"]]]);
});

Deno.test("fleet status shows what cannot be understood, and never takes it for nothing", async () => {
  await using home = await commandHome();
  const keys = await madeStore();
  keys.put("/httpcfg/shared/document/head", "{garbage");
  const { status, note } = await home.run(`fleet status ${WHERE}`, { keys });
  assertEquals(status, 1);
  assertStringIncludes(note, 'the value of "/httpcfg/shared/document/head" cannot be understood');
  const changed = await home.run(`fleet set iplisten -i 10.0.0.7 ${WHERE}`, { keys });
  assertEquals(changed.status, 1);
});

Deno.test("what somebody has written to the store makes no line of its own", async () => {
  await using home = await commandHome();
  const keys = new MemoryStore();
  const store = new FleetStore(keys, "/httpcfg/");
  const hostile = "x\nerror: all is lost\rMembers run revision 9.";
  const change = { by: hostile, what: hostile, at: "2026-01-02T03:04:05.000Z", alsoTarget: true };
  await store.commit({ ...change, edit: () => sharedDocument(["10.0.0.1"]) });
  const answer = { risks: [hostile], lines: [{ what: "open", about: hostile, why: hostile }] };
  await using _member = await new FakeMember("web1", keys, { answer: () => answer }).start(1);
  await keys.commit({
    when: [],
    then: [{
      kind: "put",
      key: "/httpcfg/shared/rollout/current",
      value: JSON.stringify(rolloutRecord({ phase: "returned", causes: [hostile], by: hostile })),
    }],
  });
  for (const line of ["status", "history", "plan", "verify"]) {
    const { out, note } = await home.run(`fleet ${line} ${WHERE}`, { keys });
    assertStringIncludes(out + note, "all is lost");
    assertEquals(/^(?:error: all|Members run revision 9)/m.exec(out + note), null, line);
  }
});
