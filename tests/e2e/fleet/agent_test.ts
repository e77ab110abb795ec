// Story: a service that may not write its document, as an installed one, in a fleet. Root follows the
// fleet for it, in a process of its own. Needs root on Linux.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openEtcd } from "../../../mod/fleet/etcd/etcd_store.ts";
import { FleetStore } from "../../../mod/fleet/shared/fleet_store.ts";
import type { FleetStatus } from "../../../mod/fleet/member/member_status.ts";
import { ControlClient } from "../../../mod/host/control/control_client.ts";
import type { ServiceStatus } from "../../../mod/host/control/status.ts";
import { ETCD_TOOLS, startEtcd } from "../../support/fleet/etcd.ts";
import { get } from "../../support/http_client.ts";
import { OTHER_USER, otherUser } from "../../support/other_user.ts";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";

/** Commits a list, and rolls it out at once. */
async function commit(store: FleetStore, ipListen: readonly string[]): Promise<void> {
  const { problem } = await store.commit({
    edit: (document) => ({ ...document!, ipListen }),
    by: "root@admin",
    what: "fleet set iplisten",
    at: "2026-11-28T00:00:00.000Z",
    alsoTarget: true,
  });
  assertEquals(problem, null);
}

function statusOf({ home }: Program): Promise<ServiceStatus | null> {
  return new ControlClient(`${home}/run`).ask({ op: "status", brief: true });
}

async function until(
  program: Program,
  isSo: (fleet: FleetStatus | undefined) => boolean,
  what: string,
): Promise<void> {
  let last: ServiceStatus | null = null;
  try {
    await waitFor(async () => isSo((last = await statusOf(program))?.fleet), what);
  } catch (error) {
    throw new Error(`${what}: ${JSON.stringify(last)}`, { cause: error });
  }
}

/** Gives the other user what a service writes; the document stays root's, as `service install` has it. */
async function makeFolders({ home }: Program): Promise<void> {
  for (const name of ["run", "log", "history"]) {
    await Deno.mkdir(`${home}/${name}`, { recursive: true });
    await Deno.chown(`${home}/${name}`, OTHER_USER, OTHER_USER);
  }
  await Deno.mkdir(`${home}/certs`, { recursive: true });
}

testWith(
  [...ETCD_TOOLS, "setpriv"],
  "root follows the fleet for a service that may not write its document",
  async () => {
    if (Deno.uid() !== 0) return;
    await using etcd = await startEtcd();
    await using program = await Program.make();
    const port = freePort();
    await program.do("site remove W3SVC/1");
    await program.do(`site add one --bind :${port}: --respond one`);
    await program.do("set iplisten -i 127.0.0.2");
    await makeFolders(program);
    const asUser = await otherUser(program);
    const serving = asUser("serve");
    await waitFor(async () => (await statusOf(program).catch(() => null)) !== null, "the service");
    await waitFor(() => get("127.0.0.2", port).then(() => true, () => false), "the site");

    const joined = await program.do(`fleet join ${etcd.urls[0]} --name web1`);
    assertStringIncludes(joined.err, "warning: nothing follows the fleet on this machine");
    assertStringIncludes(joined.err, "hint: httpcfg fleet agent");
    const alone = await program.run("status");
    assertStringIncludes(alone.out, "nothing follows the fleet on this machine");

    const agent = program.spawn("fleet agent");
    await until(program, (fleet) => fleet?.outcome === "applied", "the agent");
    const second = await program.run("fleet agent");
    assertEquals(second.status, 1);
    assertStringIncludes(second.err, `process ${agent.pid} does so`);

    const store = new FleetStore(await openEtcd(etcd.address), "/httpcfg/");
    await commit(store, ["127.0.0.2", "127.0.0.3"]);
    await until(program, (fleet) => fleet?.revision === 2, "revision 2");
    assertEquals((await get("127.0.0.3", port)).body, "one");
    const { out } = await program.do("status");
    assertStringIncludes(out, "Fleet: web1, revision 2\n");
    assert(!out.includes("nothing follows"), out);
    assertStringIncludes((await program.do("history")).out, "fleet revision 2 by root@admin");

    // The service could not store the earlier document again.
    const unsafe = await program.run("reload --confirm 10m");
    assertEquals(unsafe.status, 1);
    assertStringIncludes(unsafe.err, "error: Cannot apply a change that reverts: ");
    assertStringIncludes(unsafe.err, "permission denied");
    await commit(store, ["127.0.0.2", "127.0.0.4"]);
    await until(program, (fleet) => fleet?.revision === 3, "revision 3");
    assertEquals((await get("127.0.0.4", port)).body, "one");

    agent.signal("SIGTERM");
    assertEquals(await agent.ended, 0);
    await until(program, (fleet) => fleet === undefined, "the end of the agent");
    assertEquals((await get("127.0.0.4", port)).body, "one");
    assertStringIncludes((await program.run("status")).out, "nothing follows the fleet");

    // The service is stopped: a revision is stored, and applied when it starts.
    Deno.kill(program.servicePid()!, "SIGTERM");
    assertEquals((await serving).status, 0);
    const again = program.spawn("fleet agent");
    await commit(store, ["127.0.0.5"]);
    await waitFor(
      async () => (await Deno.readTextFile(program.config)).includes("127.0.0.5"),
      "revision 4 is stored",
    );
    const members = async (): Promise<string | undefined> =>
      (await store.members())[0]?.state?.outcome;
    await waitFor(async () => await members() === "stopped", "the outcome");
    const servingAgain = asUser("serve");
    await until(program, (fleet) => fleet?.outcome === "applied", "the service again");
    assertEquals((await get("127.0.0.5", port)).body, "one");

    await program.do("fleet leave");
    assertEquals(await again.ended, 0);
    assertStringIncludes(again.stderr(), "note: this machine has left its fleet");
    await until(program, (fleet) => fleet === undefined, "the end of the membership");
    store.keys.close();
    Deno.kill(program.servicePid()!, "SIGTERM");
    await servingAgain;
  },
);

testWith(ETCD_TOOLS, "a service that may write its document needs no agent", async () => {
  await using etcd = await startEtcd();
  await using program = await Program.make();
  await program.do("site remove W3SVC/1");
  const none = await program.run("fleet agent");
  assertEquals(none.status, 1);
  assertStringIncludes(none.err, "this machine is in none\nhint: httpcfg help fleet join");
  await program.do(`site add one --bind 127.0.0.2:${freePort()}: --respond one`);
  const served = await program.serve();
  await program.do(`fleet join ${etcd.urls[0]} --name web1`);
  const refused = await program.run("fleet agent");
  assertEquals(refused.status, 1);
  assertStringIncludes(refused.err, `the service, process ${served.pid}, does so by itself`);
  // Without the service there is nobody else.
  served.signal("SIGTERM");
  assertEquals(await served.ended, 0);
  const agent = program.spawn("fleet agent");
  await waitFor(
    () => Deno.stat(`${program.config}.fleet-agent`).then(() => true, () => false),
    "it",
  );
  const running = await program.serve();
  await until(program, (fleet) => fleet?.outcome === "applied", "what the agent says");
  // The service takes over when the agent ends.
  agent.signal("SIGTERM");
  assertEquals(await agent.ended, 0);
  await until(program, (fleet) => fleet?.outcome === "applied", "the service follows");
  const pid = Number(await Deno.readTextFile(`${program.config}.fleet-agent`));
  assertEquals(pid, running.pid);
});
