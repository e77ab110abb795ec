// Goal: workers follow the machine as one process does. Method: a network namespace whose addresses
// come and go, link-local addresses, both families, and a thousand addresses.
import { assert, assertEquals } from "@std/assert";
import { get } from "../../support/http_client.ts";
import { testInNamespace } from "../../support/spaces/net_namespace.ts";
import { PORT, spaceDocument, SpaceService } from "../../support/spaces/space_service.ts";
import { waitFor } from "../../support/wait.ts";
import { WorkerService } from "../../support/workers/worker_service.ts";

/** Each address is that often in the table of sockets: once for each worker. */
function twice(...addresses: readonly string[]): string[] {
  return addresses.flatMap((address) => [address, address]);
}

testInNamespace("addresses come and go under two workers", async (space) => {
  await space.ip("addr add 10.7.0.1/24 dev v0");
  await using service = await SpaceService.make(space);
  const document = spaceDocument({ list: ["10.7.0.1", "10.7.0.2", "127.0.0.1"] });
  await service.store({ ...document, settings: { ...document.settings, Workers: 2 } });
  await service.do("net start w3svc");
  await service.untilListening(...twice("10.7.0.1", "127.0.0.1"));
  assertEquals((await service.endpoint("10.7.0.2"))?.state, "wait");
  for (let round = 0; round < 3; round++) {
    await space.ip("addr add 10.7.0.2/24 dev v0");
    await service.untilListening(...twice("10.7.0.1", "10.7.0.2", "127.0.0.1"));
    assertEquals((await space.get("10.7.0.2", PORT)).body, "one");
    await service.do("verify");
    await space.ip("addr del 10.7.0.2/24 dev v0");
    await service.untilListening(...twice("10.7.0.1", "127.0.0.1"));
  }
  assertEquals((await space.get("10.7.0.1", PORT)).body, "one");
});

testInNamespace("a link-local address on two interfaces, and its zones", async (space) => {
  for (const name of ["v0", "v1"]) {
    await space.ip(`link set ${name} addrgenmode none`);
    await space.ip(`-6 addr flush dev ${name} scope link`);
    await space.ip(`addr add fe80::1234/64 dev ${name} nodad`);
  }
  await using service = await SpaceService.make(space);
  const document = spaceDocument({
    list: ["fe80::1234", "127.0.0.1", "::1"],
    sites: [[`[fe80::1234%v0]:${PORT}:`, `127.0.0.1:${PORT}:`], [
      `[fe80::1234%v1]:${PORT}:`,
      `[::1]:${PORT}:`,
    ]],
  });
  await service.store({ ...document, settings: { ...document.settings, Workers: 2 } });
  await service.do("net start w3svc");
  await service.untilListening(...twice("127.0.0.1", "::1", "fe80::1234%v0", "fe80::1234%v1"));
  for (let i = 0; i < 6; i++) { // both workers
    assertEquals((await space.get("fe80::1234%v0", PORT)).body, "one");
    assertEquals((await space.get("fe80::1234%v1", PORT)).body, "two");
    assertEquals((await space.get("127.0.0.1", PORT)).body, "one");
    assertEquals((await space.get("::1", PORT)).body, "two");
  }
  await service.do("verify");
  await space.ip("link set v0 down");
  await space.ip("link set v0 name w0");
  await space.ip("link set w0 up");
  await waitFor(async () => (await service.run("plan")).status === 0, "the new name");
});

Deno.test({
  name: "a thousand addresses are opened, kept and closed in all workers",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    const list = Array.from(
      { length: 1000 },
      (_, i) => `127.1.${Math.floor(i / 250)}.${1 + i % 250}`,
    );
    await using service = await WorkerService.start({ list });
    const { port } = service;
    await service.settled(2);
    const count = async (): Promise<number> => {
      const { out } = await service.program.shell(`ss -Hltn 'sport = :${port}' | wc -l`);
      return Number(out);
    };
    assertEquals(await count(), 2000);
    for (const ip of [list[0]!, list[499]!, list[999]!]) {
      assertEquals((await get(ip, port)).body, "site 1");
    }
    const [killed] = await service.pids();
    await service.kill(killed!);
    await waitFor(async () => !(await service.pids()).includes(killed!), "the end of one");
    await service.settled(2);
    assertEquals(await count(), 2000);
    await service.resize(1);
    assertEquals(await count(), 1000);
    await service.resize(2);
    assertEquals(await count(), 2000);
    await service.edit((document) => ({ ...document, ipListen: list.slice(0, 10) }));
    const events = await service.reload();
    assertEquals(
      events.filter((one) => one.kind === "change" && one.change === "closed").length,
      990,
    );
    assertEquals(await count(), 20);
    assert((await service.status()).endpoints.every(({ state }) => state === "open"));
  },
});
