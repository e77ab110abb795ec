// Story: the kernel is the authority on what can be bound, whatever the list of interfaces says. Plan,
// reload, status, explain, verify and the event log give the same cause.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readEvents } from "../../../mod/telemetry/events/event_log.ts";
import { type NetNamespace, testInNamespace } from "../../support/spaces/net_namespace.ts";
import { PORT, spaceDocument, SpaceService } from "../../support/spaces/space_service.ts";
import { waitFor } from "../../support/wait.ts";

const ABSENT = "no interface of this machine has the address";

testInNamespace(
  "an address that a route makes local is served, with no interface",
  async (space) => {
    await space.ip("route add local 198.18.0.0/16 dev lo");
    await using service = await SpaceService.make(space, { list: ["198.18.7.7", "127.0.0.1"] });
    const plan = await service.run("plan");
    assertEquals(plan.status, 2, "sockets would open");
    assertMatch(plan.out, new RegExp(`open +198\\.18\\.7\\.7:${PORT}`));
    await service.do("net start w3svc");
    assertEquals((await space.get("198.18.7.7", PORT)).body, "one");
    assertEquals((await space.get("198.18.7.8", PORT)).body, null);
    await service.do("verify");
    assertStringIncludes((await service.do(`explain 198.18.7.7:${PORT}`)).out, 'by site "one"');

    await space.ip("route del local 198.18.0.0/16 dev lo");
    await service.untilListening("127.0.0.1");
    await waitFor(async () => (await service.states()).includes("198.18.7.7 wait"), "it waits");
    assertEquals(
      (await service.run(`explain 198.18.7.7:${PORT}`)).out,
      `Not served: 198.18.7.7: ${ABSENT}\n`,
    );
    await service.do("verify");
    await space.ip("route add local 198.18.7.7 dev lo");
    await service.untilListening("127.0.0.1", "198.18.7.7");
  },
);

testInNamespace(
  "an address in a listed block that only a site names is served if local",
  async (space) => {
    await space.ip("route add local 198.18.0.0/16 dev lo");
    await space.ip("-6 route add local 2001:db8:7::/48 dev lo");
    await using service = await SpaceService.start(space, {
      list: ["198.18.0.0/15", "2001:db8::/32"],
      sites: [[`198.18.1.1:${PORT}:`, `[2001:db8:7::1]:${PORT}:`], [`198.19.1.1:${PORT}:`]],
    });
    // For IPv6 the kernel asks the interfaces, not the routes.
    await service.untilListening("198.18.1.1");
    assertEquals((await space.get("198.18.1.1", PORT)).body, "one");
    assertEquals((await service.endpoint("2001:db8:7::1"))?.cause, ABSENT);
    await service.system("sysctl", "-qw", "net.ipv6.ip_nonlocal_bind=1");
    await service.untilListening("198.18.1.1", "2001:db8:7::1");
    const { sites } = await service.status();
    assertEquals(sites.map(({ state }) => state), ["started", "stopped"]);
  },
);

testInNamespace("net.ipv4.ip_nonlocal_bind is the kernel's word too", async (space) => {
  await using service = await SpaceService.start(space, { list: ["192.0.2.77", "127.0.0.1"] });
  await service.untilListening("127.0.0.1");
  await service.system("sysctl", "-qw", "net.ipv4.ip_nonlocal_bind=1");
  await service.untilListening("127.0.0.1", "192.0.2.77");
  await service.system("sysctl", "-qw", "net.ipv4.ip_nonlocal_bind=0");
  await service.untilListening("127.0.0.1");
});

testInNamespace(
  "an address that IPv6 still checks waits, with that as its cause everywhere",
  async (space) => {
    // Six probes, one a second: long enough to look at.
    await slowDetection(space);
    await using service = await SpaceService.make(space, { list: ["fd09::9", "127.0.0.1"] });
    await space.ip("-6 addr add fd09::9/64 dev v0");
    const cause = "IPv6 duplicate address detection has not finished";
    const plan = await service.run("plan");
    assertMatch(plan.out, new RegExp(`wait +\\[fd09::9\\]:${PORT} +http +${cause}`));
    await service.do("net start w3svc");
    assertEquals((await service.endpoint("fd09::9"))?.cause, cause);
    assertStringIncludes((await service.run(`explain '[fd09::9]:${PORT}'`)).out, cause);
    assertStringIncludes((await service.run("reload --strict")).err, cause);
    assertEquals((await service.run("verify")).status, 0);
    const events = await readEvents(`${service.program.home}/log`, 20);
    assert(
      events.some((event) =>
        JSON.stringify(event).includes(`fd09::9]:${PORT}`) && JSON.stringify(event).includes(cause)
      ),
      "the event",
    );
    await service.untilListening("127.0.0.1", "fd09::9");
    assertEquals((await space.get("fd09::9", PORT)).body, "one");
  },
);

testInNamespace(
  "a site whose only address is being checked says so, and starts by itself",
  async (space) => {
    await slowDetection(space);
    await using service = await SpaceService.make(space, {
      list: ["v0", "lo"],
      sites: [[`[fd09::9]:${PORT}:`], [`127.0.0.1:${PORT}:`]],
    });
    await space.ip("-6 addr add fd09::9/64 dev v0");
    await service.do("net start w3svc");
    const reason = `[fd09::9]:${PORT}: IPv6 duplicate address detection has not finished`;
    assertEquals((await service.status()).sites[0]?.reason, reason);
    assertEquals((await service.run("plan")).status, 1, "a site has no socket");
    assertEquals((await service.run("reload")).status, 0, "it waits for a named address");
    assertEquals((await service.run("verify")).status, 1, "a site has no socket");
    await waitFor(async () => (await space.get("fd09::9", PORT)).body === "one", "the site");
    await service.do("verify");
  },
);

testInNamespace("an address that another machine has is not served, and says so", async (space) => {
  await space.ip("-6 addr add fd09::9/64 dev v1 nodad");
  await using service = await SpaceService.start(space, { list: ["v0", "127.0.0.1"] });
  await space.ip("-6 addr add fd09::9/64 dev v0"); // v1 answers the probe
  await waitFor(async () => {
    return (await service.system("ip", "-6", "addr", "show", "dev", "v0")).includes("dadfailed");
  }, "the kernel to find the other machine");
  await space.ip("-6 addr del fd09::9/64 dev v1");
  const cause = "another machine has the address: IPv6 duplicate address detection failed";
  await waitFor(async () => (await service.endpoint("fd09::9"))?.cause === cause, "the cause");
  assertStringIncludes((await service.run("plan")).out, cause);
  assertStringIncludes((await service.run(`explain '[fd09::9]:${PORT}'`)).out, cause);
});

testInNamespace(
  "multicast and broadcast are refused as entries, and waited for if stored",
  async (space) => {
    await space.ip("addr add 10.9.0.1/24 dev v0");
    await space.ip("addr add 10.9.1.255/16 dev v0"); // no broadcast address of its network
    await using service = await SpaceService.make(space);
    const refused: Readonly<Record<string, string>> = {
      "10.9.0.255": "the broadcast address of 10.9.0.0/24",
      "10.9.255.255": "the broadcast address of 10.9.0.0/16",
      "127.255.255.255": "the broadcast address of 127.0.0.0/8",
      "255.255.255.255": "the broadcast address",
      "224.0.0.1": "a multicast address",
      "ff02::1": "a multicast address",
      "239.0.0.0/8": "a multicast block",
      "ff00::/8": "a multicast block",
    };
    for (const [entry, reason] of Object.entries(refused)) {
      for (const line of [`set iplisten -i ${entry}`, `netsh http add iplisten ${entry}`]) {
        const { status, err } = await service.run(line);
        assert(status !== 0, line);
        assertStringIncludes(err, `Cannot add "${entry}": ${reason}`, line);
        assertMatch(err, /^hint: /m, line);
      }
    }
    await service.do("set iplisten -i 10.9.1.255");
    await service.do("set iplisten -i 0.0.0.0");
    await service.do("set iplisten -i ::");
    // An entry from before the machine had the network: the kernel would bind it, in vain.
    await service.store(spaceDocument({ list: ["10.9.0.1", "10.9.0.255"] }));
    await service.do("net start w3svc");
    await service.untilListening("10.9.0.1");
    const cause = "it is the broadcast address of 10.9.0.0/24";
    assertEquals((await service.endpoint("10.9.0.255"))?.cause, cause);
    assertStringIncludes((await service.run("plan")).out, cause);
    await service.do("verify");
  },
);

testInNamespace("all of 127/8 is local on Linux, one address of it elsewhere", async (space) => {
  await using service = await SpaceService.start(space, { list: ["127.3.2.1", "10.9.0.1"] });
  await service.untilListening("127.3.2.1");
  await space.ip("addr add 10.9.0.0/31 dev v0");
  await space.ip("addr add 10.9.0.1/31 dev v1"); // a /31 has no broadcast address
  await service.untilListening("10.9.0.1", "127.3.2.1");
});

testInNamespace(
  "an interface that is down keeps its IPv4 addresses and loses IPv6",
  async (space) => {
    await space.ip("addr add 10.9.0.1/24 dev v0");
    await space.ip("-6 addr add fd09::5/64 dev v0 nodad");
    await using service = await SpaceService.start(space, { list: ["v0/stable", "127.0.0.1"] });
    await waitFor(async () => (await service.listening()).includes("fd09::5"), "fd09::5");
    await space.ip("link set v0 down");
    await service.untilListening("10.9.0.1", "127.0.0.1");
    await service.do("verify");
  },
);

testInNamespace("where :: takes no IPv4, IPv4 gets a socket of its own", async (space) => {
  await setKernel(space, "net.ipv6.bindv6only=1");
  await space.ip("addr add 10.9.0.1/24 dev v0");
  await using service = await SpaceService.start(space);
  assertEquals(await service.listening(), ["0.0.0.0", "::"]);
  assertEquals((await space.get("10.9.0.1", PORT)).body, "one");
  await service.do("verify");
});

testInNamespace("another program on :: that takes no IPv4 leaves IPv4 free", async (space) => {
  await space.ip("addr add 10.9.0.1/24 dev v0");
  await setKernel(space, "net.ipv6.bindv6only=1");
  await using service = await SpaceService.make(space, { list: ["10.9.0.1"] });
  await service.listen("::");
  await setKernel(space, "net.ipv6.bindv6only=0");
  assertMatch((await service.run("plan")).out, new RegExp(`open +10\\.9\\.0\\.1:${PORT}`));
  assertEquals((await service.run(`who 10.9.0.1:${PORT}`)).status, 1, "nothing keeps it");
  assertStringIncludes((await service.do(`who ${PORT}`)).out, "every IPv6 address");
  await service.do("net start w3svc");
  assertEquals((await space.get("10.9.0.1", PORT)).body, "one");
  await service.do("verify");
});

testInNamespace("the broadcast address is the configured one", async (space) => {
  await space.ip("addr add 10.8.0.1/24 brd 10.8.0.200 dev v0");
  await using service = await SpaceService.make(space);
  const { status, err } = await service.run("set iplisten -i 10.8.0.200");
  assertEquals(status, 1);
  assertStringIncludes(err, "the broadcast address of 10.8.0.0/24");
});

async function slowDetection(space: NetNamespace): Promise<void> {
  await setKernel(space, "net.ipv6.conf.v0.dad_transmits=6");
}

async function setKernel(space: NetNamespace, setting: string): Promise<void> {
  const args = ["netns", "exec", space.name, "sysctl", "-qw", setting];
  assertEquals((await new Deno.Command("ip", { args }).output()).success, true);
}
