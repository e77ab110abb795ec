// Story: three machines with different addresses have one list and its sites. Whatever happens to the
// store, to the machine of the administrator or to one of them, no socket of another is lost: a client
// connects to all of them all the time.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  canSetClock,
  type FleetHost,
  type FleetNetwork,
  testInFleet,
} from "../../support/fleet/fleet_network.ts";
import { kill } from "../../support/program.ts";
import { waitFor } from "../../support/wait.ts";

/** What a member reports. */
interface State {
  readonly outcome: string;
}

/** Seconds for which the store has no quorum. */
const WITHOUT_QUORUM_SECONDS = 60;

testInFleet("one list for three machines, whatever fails", async (network, t) => {
  const [web1, web2, web3] = network.hosts as [FleetHost, FleetHost, FleetHost];
  const step = async (name: string, fn: () => Promise<void>): Promise<void> => {
    const isDone = await t.step(name, async () => {
      await fn();
      await network.allServed();
    });
    if (!isDone) throw new Error(`the story ends with the step "${name}"`);
  };

  // All that web2 writes has this time; nothing may depend on it.
  if (canSetClock()) web2.setClock(1);

  await step("they join: the first has stored the list, the others take it", async () => {
    await web1.do("set iplisten -i 10.0.0.0/16");
    await web1.do("site set W3SVC/1 --respond one");
    for (const host of network.hosts) await host.do("net start w3svc");
    for (const host of network.hosts) {
      await host.do(`fleet join ${network.urls} --name ${host.name}`);
      await untilListening(host, "10.0.0.0/16", [8080]);
    }
    assertEquals(await network.get("10.0.3.2:8080"), "one");
    await network.watch(...placesOf(network.hosts, 8080));
  });

  await step("a plan says what a change does on each, and applying it does that", async () => {
    await web1.do(`fleet site add api --bind :8081: --respond api`);
    const plan = await web2.do("fleet plan --wait 60s", 2);
    for (const place of ["10.0.1.1:8081", "10.0.2.1:8081", "10.0.3.2:8081"]) {
      assertStringIncludes(plan.out, place);
    }
    await web3.do("fleet apply --wait 1s");
    for (const host of network.hosts) await untilListening(host, "10.0.0.0/16", [8080, 8081]);
    assertEquals(await network.get("10.0.2.2:8081"), "api");
    await network.watch(...placesOf(network.hosts, 8081));
    await network.host("web1").do("fleet status");
    await web1.do("fleet verify");
  });

  await step("a canary that fails: it returns, and no other machine has changed", async () => {
    const other = await web2.listen("10.0.2.1", 8082);
    await web1.do(`fleet site add late --bind :8082: --respond late`);
    const plan = await web1.do("fleet plan --wait 60s", 1);
    assertMatch(plan.out + plan.err, /web2.*(?:10\.0\.2\.1:8082|held|deno)/);
    const { err, out } = await web1.do("fleet apply --canary web2 --wait 1s --yes", 1);
    assertStringIncludes(out + err, "web2");
    for (const host of network.hosts) {
      const own = (await host.listening()).filter((place) => place.endsWith(":8082"));
      assertEquals(own, host === web2 ? ["10.0.2.1:8082"] : [], host.name);
    }
    kill(other, "SIGKILL");
    await other.status;
  });

  await step("the same with a free port, confirmed", async () => {
    await web1.do("fleet apply --canary web2 --wait 1s --confirm 5m");
    for (const host of network.hosts) await untilListening(host, "10.0.0.0/16", [8080, 8081, 8082]);
    await web3.do("fleet confirm");
    await network.watch(...placesOf(network.hosts, 8082));
    const { out } = await web1.do("fleet status --format json");
    const { members } = JSON.parse(out) as { members: { name: string; state: State }[] };
    assertEquals(members.map(({ name, state }) => `${name} ${state.outcome}`), [
      "web1 applied",
      "web2 applied",
      "web3 applied",
    ]);
  });

  await step("a change that would lock one machine out is named, and refused", async () => {
    await web1.do("fleet set iplisten -i 10.0.1.0/24");
    await web1.do("fleet set iplisten -i 10.0.2.0/24");
    await web1.do("fleet delete iplisten -i 10.0.0.0/16");
    const plan = await web1.do("fleet plan --wait 60s", 1);
    assertMatch(plan.out + plan.err, /web3/);
    assert(!/warning:.*web[12]/.test(plan.err), plan.err);
    await web1.do("fleet apply", 1);
    const { out } = await web1.do("fleet history --format json");
    const { revisions } = JSON.parse(out) as { revisions: { revision: number }[] };
    await web1.do(`fleet rollback ${revisions[0]!.revision - 3}`);
    await web1.do("fleet plan --wait 60s");
  });

  await step("drift by hand is reported, and given up", async () => {
    await web3.do("set iplisten -i 127.0.0.1");
    await web3.do("reload --yes");
    await waitFor(async () => (await web1.run("fleet drift")).status === 1, "drift");
    const { out } = await web1.do("fleet drift", 1);
    assertMatch(out, /web3.*127\.0\.0\.1/s);
    assert(!/web[12] /.test(out), out);
    await web3.do("fleet follow --all --yes");
    await waitFor(async () => (await web1.run("fleet drift")).status === 0, "no drift");
  });

  await step("a member of the store is killed: changes go on", async () => {
    await network.killMembers(0);
    await changed(network, web1, 8083);
    await network.startStore();
    await untilReached(network.hosts);
  });

  await step("the store has no quorum for a minute", async () => {
    await network.killMembers(1, 2);
    // This is the time that the story is about, not a condition.
    const minute = new Promise((resolve) => setTimeout(resolve, WITHOUT_QUORUM_SECONDS * 1000));
    await waitFor(
      async () => {
        return JSON.parse((await web2.do("status --format json")).out).fleet.isStoreUp === false;
      },
      "a member that notices",
      120_000,
    );
    const set = await web1.do("fleet set iplisten -i 10.5.0.0/16", 1);
    assertMatch(set.err, /^error: .*\nhint: /m);
    await minute;
    await network.allServed();
    await network.startStore();
    await untilReached(network.hosts);
    await changed(network, web3, 8084);
  });

  await step("the administrator's command is killed in the middle: the members go on", async () => {
    await web1.do(`fleet site add orphan --bind :8085: --respond orphan`);
    const apply = web1.spawn("fleet apply --canary web1 --wait 3s --yes");
    await waitFor(async () => (await web1.listening()).includes("10.0.1.1:8085"), "the canary");
    kill(apply, "SIGKILL");
    for (const host of network.hosts) await untilListening(host, "10.0.0.0/16", [8085]);
    await waitFor(async () => await phase(web2) === "done", "the end of the roll-out");
  });

  await step("a machine is killed in the middle: what has changed returns", async () => {
    await web1.do(`fleet site add dying --bind :8086: --respond dying`);
    await network.forget(...[8080, 8081, 8082].flatMap((port) => placesOf([web3], port)));
    const apply = web1.spawn("fleet apply --canary web3 --wait 20s --yes");
    await waitFor(async () => (await web3.listening()).includes("10.0.3.1:8086"), "the canary");
    await web3.killService();
    const { success } = await apply.status;
    assertEquals(success, false);
    for (const host of [web1, web2]) {
      assert(!(await host.listening()).some((place) => place.endsWith(":8086")), host.name);
    }
    // It starts with what it had, and goes back as the others have.
    await web3.do("net start w3svc");
    await waitFor(async () => {
      const own = await web3.listening();
      return own.includes("10.0.3.1:8080") && !own.includes("10.0.3.1:8086");
    }, "web3 as it was");
    await network.watch(...[8080, 8081, 8082].flatMap((port) => placesOf([web3], port)));
    await web1.do("fleet apply --wait 1s --yes");
  });

  await step("all data of the store is lost: a machine gives it what it had", async () => {
    await network.loseStore();
    await waitFor(async () => {
      const { fleet } = JSON.parse((await web2.do("status --format json")).out);
      return fleet.outcome === "held";
    }, "a member that holds");
    await network.allServed();
    await web2.do(`fleet join ${network.urls} --name web2`);
    await untilReached(network.hosts);
    await changed(network, web1, 8087);
  });
});

/** Adds a site on `port` to the fleet, and waits until every machine has it. */
async function changed(network: FleetNetwork, by: FleetHost, port: number): Promise<void> {
  await by.do(`fleet site add s${port} --bind :${port}: --respond s${port}`);
  await by.do("fleet apply --wait 1s");
  for (const host of network.hosts) await untilListening(host, "10.0.0.0/16", [port]);
  for (const host of network.hosts) {
    assertEquals(await network.get(`${host.addresses[0]}:${port}`), `s${port}`);
  }
}

/** Returns how far the roll-out is; the command fails while not all members are as they should be. */
async function phase(host: FleetHost): Promise<string | undefined> {
  const { out } = await host.run("fleet status --format json");
  return (JSON.parse(out) as { rollout: { phase: string } | null }).rollout?.phase;
}

/** Waits until all machines have found the store again: they come back at different times. */
async function untilReached(hosts: readonly FleetHost[]): Promise<void> {
  for (const host of hosts) {
    await waitFor(async () => {
      const { fleet } = JSON.parse((await host.do("status --format json")).out);
      return fleet.isStoreUp === true && fleet.outcome === "applied";
    }, `the store on ${host.name}`);
  }
}

/** Waits until a machine listens on these ports of its own addresses. */
async function untilListening(
  host: FleetHost,
  list: string,
  ports: readonly number[],
): Promise<void> {
  const wanted = ports.flatMap((port) => placesOf([host], port));
  await waitFor(async () => {
    const has = new Set(await host.listening());
    return wanted.every((place) => has.has(place));
  }, `${wanted.join(" ")} on ${host.name}, by the list ${list}`);
}

function placesOf(hosts: readonly FleetHost[], port: number): string[] {
  return hosts.flatMap(({ addresses }) => addresses.map((ip) => `${ip}:${port}`));
}
