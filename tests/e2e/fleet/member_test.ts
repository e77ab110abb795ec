// Story: a machine joins a fleet, and follows it from then on. Whatever becomes of the store, nothing
// that listens is closed.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openEtcd } from "../../../mod/fleet/etcd/etcd_store.ts";
import { FleetStore } from "../../../mod/fleet/shared/fleet_store.ts";
import type { SharedDocument } from "../../../mod/fleet/shared/shared_document.ts";
import type { FleetStatus } from "../../../mod/fleet/member/member_status.ts";
import { ControlClient } from "../../../mod/host/control/control_client.ts";
import { type Etcd, ETCD_TOOLS, startEtcd } from "../../support/fleet/etcd.ts";
import { administratorOf, follow, joinAs, leave } from "../../support/fleet/member_home.ts";
import { get, isRefused } from "../../support/http_client.ts";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";

/** A service with one site at 127.0.0.2, and the port of that. */
async function serving(program: Program): Promise<number> {
  const port = freePort();
  await program.do("site remove W3SVC/1");
  await program.do(`site add one --bind :${port}: --respond one`);
  await program.do("set iplisten -i 127.0.0.2");
  return port;
}

/** The administrator of the fleet: commits a change, and rolls it out at once. */
async function commit(
  etcd: Etcd,
  edit: (document: SharedDocument) => SharedDocument,
): Promise<void> {
  const store = new FleetStore(await openEtcd(etcd.address), "/httpcfg/");
  const { problem } = await store.commit({
    edit: (document) => edit(document!),
    by: "root@admin",
    what: "fleet set iplisten",
    at: "2026-11-28T00:00:00.000Z",
    alsoTarget: true,
  });
  store.keys.close();
  assertEquals(problem, null);
}

async function fleetOf(program: Program): Promise<FleetStatus | undefined> {
  const control = new ControlClient(`${program.home}/run`);
  return (await control.ask({ op: "status", brief: true }))?.fleet;
}

async function until(
  program: Program,
  isSo: (status: FleetStatus) => boolean,
  what: string,
): Promise<FleetStatus> {
  let last: FleetStatus | undefined;
  try {
    await waitFor(async () => {
      last = await fleetOf(program);
      return last !== undefined && isSo(last);
    }, what);
  } catch (error) {
    throw new Error(`${what}: ${JSON.stringify(last)}`, { cause: error });
  }
  return last!;
}

/** A client that connects all the time, and counts the times that nobody answers. */
class Client implements AsyncDisposable {
  lost = 0;
  answers = 0;
  #isEnding = false;
  readonly #done: Promise<void>;

  constructor(port: number) {
    this.#done = this.#run(port);
  }

  async #run(port: number): Promise<void> {
    while (!this.#isEnding) {
      const { status } = await get("127.0.0.2", port).catch(() => ({ status: 0 }));
      if (status === 200) this.answers++;
      else this.lost++;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    await this.#done;
  }
}

testWith(ETCD_TOOLS, "a machine joins, follows, differs, follows again and leaves", async () => {
  await using etcd = await startEtcd();
  await using program = await Program.make();
  const port = await serving(program);
  await program.serve();
  const io = administratorOf(program.home);
  const joined = await joinAs(io, etcd.address, "web1");
  assertEquals([joined.problem, joined.made, joined.revision], [null, "fleet", 1]);
  assertEquals((await Deno.stat(`${program.config}.fleet`)).mode! & 0o777, 0o600);
  await until(program, ({ outcome, isStoreUp }) => outcome === "applied" && isStoreUp, "joined");

  await commit(etcd, (document) => ({ ...document, ipListen: ["127.0.0.2", "127.0.0.3"] }));
  await until(program, ({ revision }) => revision === 2, "revision 2");
  assertEquals((await get("127.0.0.3", port)).body, "one");
  const { out } = await program.do("history");
  assertStringIncludes(out, "fleet revision 2 by root@admin");

  await program.do("set iplisten -i 127.0.0.9");
  await program.do("reload");
  await commit(etcd, (document) => ({ ...document, ipListen: ["127.0.0.2"] }));
  const differing = await until(program, ({ revision }) => revision === 3, "revision 3");
  assertEquals(differing.overrides, ["ipListen[127.0.0.9]"]);
  assertEquals((await get("127.0.0.9", port)).body, "one");
  assert(await isRefused("127.0.0.3", port));

  const given = await follow(io, "ipListen");
  assertEquals([given.problem, given.overrides], [null, []]);
  assert(await isRefused("127.0.0.9", port));
  assertEquals((await get("127.0.0.2", port)).body, "one");

  assertEquals((await leave(io)).problem, null);
  await waitFor(async () => (await fleetOf(program)) === undefined, "the end of the membership");
  assertEquals(await etcd.ctl("get", "--prefix", "--keys-only", "/httpcfg/node/"), "");
  assertEquals((await get("127.0.0.2", port)).body, "one");
});

testWith(
  ETCD_TOOLS,
  "a revision that cannot be used changes nothing, and is followed later",
  async () => {
    await using etcd = await startEtcd();
    await using program = await Program.make();
    const port = await serving(program);
    await program.serve();
    await joinAs(administratorOf(program.home), etcd.address, "web1");
    const taken = freePort();
    {
      using _holder = Deno.listen({ hostname: "127.0.0.2", port: taken });
      await commit(etcd, (document) => ({
        ...document,
        sites: document.sites.map((site) => ({ ...site, bindings: [`:${taken}:`] })),
      }));
      const refused = await until(program, ({ outcome }) => outcome === "refused", "the refusal");
      assertEquals(refused.revision, 1);
      assertStringIncludes(refused.problems.join(), `Cannot listen on "127.0.0.2:${taken}"`);
      assertEquals((await get("127.0.0.2", port)).body, "one");
      assertStringIncludes(await Deno.readTextFile(program.config), `:${port}:`);
    }
    await until(program, ({ revision }) => revision === 2, "revision 2 when the port is free");
    assertEquals((await get("127.0.0.2", taken)).body, "one");
  },
);

testWith(ETCD_TOOLS, "a store that is lost, empty or away closes nothing", async () => {
  await using etcd = await startEtcd();
  await using program = await Program.make();
  const port = await serving(program);
  const served = await program.serve();
  const io = administratorOf(program.home);
  await joinAs(io, etcd.address, "web1");
  await until(program, ({ isStoreUp }) => isStoreUp, "the store");
  {
    await using client = new Client(port);
    await etcd.members[0]!.kill();
    await until(program, ({ isStoreUp }) => !isStoreUp, "the loss of the store");
    await etcd.loseEverything();
    const held = await until(program, ({ outcome }) => outcome === "held", "an empty store");
    assertEquals(held.problems, ["the store has lost the shared document"]);
    assertEquals(held.revision, 1);
    // Whoever joins again puts the document back.
    const again = await joinAs(io, etcd.address, "web1");
    assertEquals([again.problem, again.made, again.revision], [null, "repair", 2]);
    await until(program, ({ outcome, revision }) => outcome === "applied" && revision === 2, "2");
    await waitFor(() => client.answers > 10, "answers");
    assertEquals(client.lost, 0);
  }
  await etcd.members[0]!.kill();
  served.signal("SIGTERM");
  assertEquals(await served.ended, 0);
  await program.serve();
  assertEquals((await get("127.0.0.2", port)).body, "one");
  const alone = await until(program, ({ reason }) => reason !== null, "a start without a store");
  assertEquals([alone.outcome, alone.revision], ["applied", 2]);
});
