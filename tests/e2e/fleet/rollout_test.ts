// Story: three services in a fleet get a change wave by wave. A canary that fails brings it back, an
// administrator confirms or cancels, and one whose machine dies in the middle leaves it to the members.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openEtcd } from "../../../mod/fleet/etcd/etcd_store.ts";
import { FleetStore } from "../../../mod/fleet/shared/fleet_store.ts";
import { sharedDocument } from "../../support/fleet/documents.ts";
import { type Etcd, ETCD_TOOLS, startEtcd } from "../../support/fleet/etcd.ts";
import { get, isRefused } from "../../support/http_client.ts";
import { freePort } from "../../support/ports.ts";
import { CALL, Program } from "../../support/program.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";

const HOSTS = ["127.0.0.2", "127.0.0.3", "127.0.0.4"] as const;

/** A fleet of three services, each with an address of its own, and one site that all have. */
class Fleet implements AsyncDisposable {
  private constructor(
    readonly store: FleetStore,
    readonly programs: readonly Program[],
    readonly stack: AsyncDisposableStack,
  ) {}

  static async make(): Promise<Fleet> {
    const stack = new AsyncDisposableStack();
    const etcd: Etcd = stack.use(await startEtcd());
    const keys = stack.adopt(await openEtcd(etcd.address), (keys) => keys.close());
    const store = new FleetStore(keys, "/httpcfg/");
    const first = { by: "root@admin", what: "a test", at: "2026-01-02T03:04:05.000Z" };
    const port = freePort();
    const [site] = sharedDocument([]).sites;
    const document = sharedDocument([], { sites: [{ ...site!, bindings: [`:${port}:`] }] });
    await store.commit({ ...first, edit: () => document, alsoTarget: true });
    const programs: Program[] = [];
    for (const [i, host] of HOSTS.entries()) {
      const program = stack.use(await Program.make());
      await program.do(`site set W3SVC/1 --bind :${port}:`);
      await program.do(`set iplisten -i ${host}`);
      await program.serve();
      await program.do(`fleet join ${etcd.urls[0]} --name web${i + 1}`);
      programs.push(program);
    }
    const fleet = new Fleet(store, programs, stack);
    await fleet.until("all members report", async () => {
      const members = await store.members();
      return members.length === 3 && members.every(({ state }) => state?.outcome === "applied");
    });
    return fleet;
  }

  /** The first member, where the administrator is. */
  get admin(): Program {
    return this.programs[0]!;
  }

  until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    return waitFor(isSo, what);
  }

  /** Adds a site on a new port, and returns the port. */
  async addSite(name: string): Promise<number> {
    const port = freePort();
    await this.admin.do(`fleet site add ${name} --bind :${port}: --respond ${name}`);
    return port;
  }

  /** Which hosts respond on a port. */
  async serving(port: number): Promise<readonly string[]> {
    const refused = await Promise.all(HOSTS.map((host) => isRefused(host, port)));
    return HOSTS.filter((_, i) => !refused[i]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.disposeAsync();
  }
}

testWith(ETCD_TOOLS, "a change reaches three services, or returns from all of them", async () => {
  await using fleet = await Fleet.make();
  const { admin, store } = fleet;

  const one = await fleet.addSite("one");
  const planned = await admin.run("fleet plan --wait 60s");
  assertEquals(planned.status, 2, planned.err);
  for (const host of HOSTS) assertStringIncludes(planned.out, `open ${host}:${one} on web`);
  const applied = await admin.run("fleet apply --wait 0s --canary web2");
  assertEquals(applied.status, 0, applied.out + applied.err);
  assertEquals(await fleet.serving(one), HOSTS);
  assertEquals((await get(HOSTS[1], one)).body, "one");

  // Its port is held on the canary.
  const two = await fleet.addSite("two");
  const holder = Deno.listen({ hostname: HOSTS[0], port: two });
  const refused = await admin.run("fleet apply --wait 0s");
  assertEquals(refused.status, 1, refused.out);
  assertStringIncludes(refused.err, "web1");
  const failed = await admin.run("fleet apply --wait 0s --canary web1 --yes");
  assertEquals(failed.status, 1, failed.out);
  assertStringIncludes(failed.out, "has returned");
  const { rollout, target } = await store.readView();
  assertEquals([rollout?.phase, rollout?.released, target?.revision], ["returned", 1, 2]);
  assert(await isRefused(HOSTS[1], two));
  holder.close();

  const cancelled = await admin.run("fleet apply --wait 0s --confirm");
  assertEquals(cancelled.status, 0, cancelled.out + cancelled.err);
  assertEquals(await fleet.serving(two), HOSTS);
  assertEquals((await admin.run("fleet cancel")).status, 0);
  await fleet.until("all to be closed", async () => (await fleet.serving(two)).length === 0);
  assertEquals(await fleet.serving(one), HOSTS);

  await admin.do("fleet apply --wait 0s --confirm 5m");
  await admin.do("fleet confirm");
  assertEquals((await store.readView()).target?.revision, 3);
  assertEquals(await fleet.serving(two), HOSTS);
  assertEquals((await admin.run("fleet status")).status, 0);
});

/** How the command of the administrator ends in the middle, and what it still says. */
const ENDS = [
  ["SIGKILL", "is killed", null],
  ["SIGINT", "gets Ctrl-C", "note: the members go on with the roll-out\n"],
] as const;

for (const [signal, ends, said] of ENDS) {
  testWith(ETCD_TOOLS, `members finish a roll-out whose command ${ends}`, async () => {
    await using fleet = await Fleet.make();
    const { admin, store } = fleet;
    const port = await fleet.addSite("one");
    const [program = "", ...args] = CALL;
    const process = new Deno.Command(program, {
      args: [...args, "fleet", "apply", "--wait", "2s", "--yes"],
      env: { HTTPCFG_HOME: admin.home },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    await fleet.until("the canary", async () => (await store.readView()).rollout?.released === 1);
    process.kill(signal);
    const { success, stderr } = await process.output();
    assert(!success);
    if (said !== null) {
      const err = new TextDecoder().decode(stderr);
      assertStringIncludes(err, said);
      assertStringIncludes(err, "hint: httpcfg fleet status\n");
    }
    await fleet.until("the members to finish", async () => {
      return (await store.readView()).rollout?.phase === "done";
    });
    await fleet.until("all to serve", async () => (await fleet.serving(port)).length === 3);
  });
}
