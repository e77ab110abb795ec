// Goal: the roles of etcd that the documentation prints let a machine do what it needs and no more.
// Method: a cluster with users, and a machine that tries everything.
import { nodeState, rolloutRecord } from "../../support/fleet/samples.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { openEtcd } from "../../../mod/fleet/etcd/etcd_store.ts";
import { FleetStore } from "../../../mod/fleet/shared/fleet_store.ts";
import { StoreFault } from "../../../mod/fleet/shared/key_store.ts";
import type { Answer } from "../../../mod/fleet/shared/records.ts";
import { adding } from "../../support/fleet/documents.ts";
import { type Etcd, ETCD_TOOLS, startEtcd } from "../../support/fleet/etcd.ts";
import { testWith } from "../../support/tools.ts";

/** The commands of the documentation, without `etcdctl`. */
const ROLES = `
role add fleet-admin
role grant-permission fleet-admin --prefix readwrite /httpcfg/
role add web1
role grant-permission web1 --prefix read /httpcfg/shared/
role grant-permission web1 --prefix read /httpcfg/revision/
role grant-permission web1 --prefix read /httpcfg/snapshot/
role grant-permission web1 --prefix read /httpcfg/node/
role grant-permission web1 --prefix readwrite /httpcfg/node/web1/
role grant-permission web1 --prefix readwrite /httpcfg/shared/rollout/
`;
const AT = "2026-11-28T01:00:00.000Z";
const CHANGE = { by: "root@web1", what: "a test", at: AT };
const ANSWER: Answer = { isGood: true, lines: [], more: 0, risks: [], problem: null };

/** Returns the fleets of an administrator, and of the machine web1. */
async function startWithRoles(): Promise<
  { readonly etcd: Etcd; readonly admin: FleetStore; readonly web1: FleetStore }
> {
  const etcd = await startEtcd();
  for (const line of ROLES.trim().split("\n")) await etcd.ctl(...line.split(" "));
  const [adminAddress, hostAddress] = [
    await etcd.addUser("fleet-admin"),
    await etcd.addUser("web1"),
  ];
  await etcd.enableUsers();
  const admin = new FleetStore(await openEtcd(adminAddress), "/httpcfg/");
  const web1 = new FleetStore(await openEtcd(hostAddress), "/httpcfg/");
  return { etcd, admin, web1 };
}

testWith(
  ETCD_TOOLS,
  "a machine does all that it needs, and cannot do what it does not",
  async () => {
    const { etcd, admin, web1 } = await startWithRoles();
    await using _ = etcd;
    await admin.commit({ ...CHANGE, edit: adding("::1"), alsoTarget: true });
    const { keys, layout } = web1;

    const lease = await keys.grantLease(60);
    await web1.putMember({ name: "web1", id: nodeState().id, group: null, joinedAt: AT });
    await web1.putState("web1", nodeState(), lease);
    await web1.putAnswer("web1", "0123456789abcdef", ANSWER, lease);
    assertEquals(await keys.keepAlive(lease), true);
    const { head } = await web1.readView();
    assertEquals((await web1.documentOf(head!.revision)).ipListen, ["::1"]);
    assertEquals((await web1.history()).length, 1);
    // As the driver of a roll-out whose administrator has gone.
    assertEquals(await web1.takeDriver("web1", lease), true);
    assertEquals((await web1.members()).map(({ record }) => record.name), ["web1"]);
    assertEquals(await web1.replaceRollout(rolloutRecord(), 0), true);
    const ended = new AbortController();
    const seen: string[] = [];
    for await (const report of web1.observe(ended.signal)) {
      seen.push(report.kind);
      if (seen.length === 1) await admin.commit({ ...CHANGE, edit: adding("::2") });
      if (seen.length === 2) ended.abort();
    }
    assertEquals(seen, ["view", "view"]);

    const denied: Readonly<Record<string, () => Promise<unknown>>> = {
      "the document": () => web1.commit({ ...CHANGE, edit: adding("::3") }),
      "a revision": () => put(layout.revision(1)),
      "a whole document": () => put(`${layout.snapshot(1)}x`),
      "a question": () => put(layout.question("0123456789abcdef")),
      "the state of another": () => web1.putState("web2", nodeState(), lease),
      "an answer of another": () => web1.putAnswer("web2", "0123456789abcdef", ANSWER, lease),
      "the record of another": () => web1.removeMember("web10"),
      "a key of others": () => put("/other/key"),
      "to read what is of others": () => keys.read({ prefix: "/other/" }),
      "to read all": () => keys.read({ prefix: "/" }),
    };
    async function put(key: string): Promise<void> {
      await keys.commit({ when: [], then: [{ kind: "put", key, value: "x" }] });
    }
    for (const [what, attempt] of Object.entries(denied)) {
      const fault = await assertRejects(attempt, StoreFault, undefined, what);
      assertEquals([fault.failure, fault.isUncertain], ["denied", false], what);
    }
    assertEquals((await admin.readView()).head?.revision, 2);

    await admin.ask({ kind: "verify" }, ["web1"], { timeoutMs: 100 });
    await admin.removeMember("web1");
    assertEquals(await admin.members(), []);
    await assertRejects(() => admin.keys.read({ prefix: "/other/" }), StoreFault);
    admin.keys.close();
    keys.close();
  },
);
