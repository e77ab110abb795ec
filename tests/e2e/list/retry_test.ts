// Story: another program has the port. It is tried again and again, and nobody has to notice when the
// program ends; and no view ever names a process that has ended.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { testInNamespace } from "../../support/spaces/net_namespace.ts";
import { PORT, spaceDocument, SpaceService } from "../../support/spaces/space_service.ts";
import { waitFor } from "../../support/wait.ts";

/** So long that only a command can make the service look. */
const NEVER_MS = 3_600_000;

testInNamespace("a port that was held is opened when its holder ends", async (space) => {
  await using service = await SpaceService.make(space, { list: ["127.0.0.1", "127.0.0.2"] });
  const pid = await service.listen("127.0.0.2");
  await service.do("net start w3svc");
  assertMatch((await service.endpoint("127.0.0.2"))?.cause ?? "", new RegExp(`pid ${pid}`));
  await service.endOthers();
  await waitFor(async () => (await space.get("127.0.0.2", PORT)).body === "one", "the port");
  assertEquals(await service.states(), ["127.0.0.1 open", "127.0.0.2 open"]);
});

testInNamespace("the only site starts by itself when its port is free", async (space) => {
  await using service = await SpaceService.make(space, {
    list: ["127.0.0.1", "127.0.0.2"],
    sites: [["127.0.0.1:8081:"], [`127.0.0.2:${PORT}:`]],
  });
  const pid = await service.listen("127.0.0.2");
  assertEquals((await service.run("net start w3svc")).status, 2, "its port is held");
  const { sites } = await service.status();
  assertEquals(sites.map(({ state }) => state), ["started", "stopped"]);
  assertStringIncludes(sites[1]?.reason ?? "", `pid ${pid}`);
  await service.endOthers();
  await waitFor(async () => (await space.get("127.0.0.2", PORT)).body === "two", "the site");
  await service.do("verify");
});

testInNamespace(
  "status names no process that has ended, however long it is to the next look",
  async (space) => {
    await using service = await SpaceService.make(space, {
      list: ["127.0.0.1", "127.0.0.2", "127.0.0.3"],
      lookMs: NEVER_MS,
    });
    const first = await service.listen("127.0.0.2");
    const second = await service.listen("127.0.0.3");
    await service.do("net start w3svc");
    const text = (await service.do("status")).out;
    assertStringIncludes(text, `pid ${first}`);
    assertStringIncludes(text, `pid ${second}`);
    await service.endOthers();
    const third = await service.listen("127.0.0.3");
    const { endpoints } = await service.status();
    assertEquals(endpoints.map(({ ip, state }) => `${ip} ${state}`), [
      "127.0.0.1 open",
      "127.0.0.2 open",
      "127.0.0.3 refused",
    ]);
    const { cause } = endpoints[2]!;
    assertStringIncludes(cause ?? "", `pid ${third}`);
    assert(!cause?.includes(`pid ${second}`));
    assertEquals(await service.listening(), ["127.0.0.1", "127.0.0.2", "127.0.0.3"]);
  },
);

testInNamespace("a wildcard of another program is waited out on every address", async (space) => {
  await space.ip("addr add 10.9.0.1/24 dev v0");
  await space.ip("-6 addr add fd09::1/64 dev v0 nodad");
  await using service = await SpaceService.make(space, {
    list: ["10.9.0.1", "fd09::1", "127.0.0.1"],
    sites: [[`:${PORT}:`], ["127.0.0.1:8081:"]],
  });
  const pid = await service.listen("::");
  assertEquals((await service.run("net start w3svc")).status, 2, "its port is held");
  const causes = (await service.status()).endpoints.filter(({ port }) => port === PORT)
    .map(({ cause }) => cause ?? "");
  assertEquals(causes.map((cause) => cause.includes(`pid ${pid}`)), [true, true, true]);
  await service.endOthers();
  await service.untilListening("10.9.0.1", "127.0.0.1", "fd09::1");
});

testInNamespace(
  "a wildcard of ours is opened when the last single address is free",
  async (space) => {
    await using service = await SpaceService.make(space, { sites: [[`:${PORT}:`], [":8081:"]] });
    await service.listen("127.0.0.9");
    assertEquals((await service.run("net start w3svc")).status, 2, "its port is held");
    assertEquals((await service.endpoint("::"))?.state, "refused");
    await service.endOthers();
    await service.untilListening("::");
  },
);

testInNamespace("a stop and a start at once meet no socket of our own", async (space) => {
  await using service = await SpaceService.start(space, { list: ["127.0.0.1", "127.0.0.2"] });
  await space.keep("127.0.0.1", PORT);
  for (let round = 0; round < 5; round++) {
    await service.do("net stop w3svc");
    await service.do("net start w3svc");
    assertEquals(await service.states(), ["127.0.0.1 open", "127.0.0.2 open"]);
  }
  // From a wildcard to its addresses and back, each time with the old socket in the way.
  for (const list of [[], ["127.0.0.1"], [], ["127.0.0.2"]]) {
    await service.store(spaceDocument({ list }));
    await service.do("reload --yes");
    const wanted = list.length === 0 ? ["::"] : list;
    assertEquals(await service.listening(), wanted);
  }
});

testInNamespace("a privileged port of another user's service is tried again too", async (space) => {
  await using service = await SpaceService.make(space, {
    list: ["127.0.0.1"],
    sites: [["127.0.0.1:80:"], ["127.0.0.1:8081:"]],
  });
  const pid = await service.listen("127.0.0.1", 80);
  assertEquals((await service.run("net start w3svc")).status, 2, "its port is held");
  assertStringIncludes((await service.status()).sites[0]?.reason ?? "", `pid ${pid}`);
  await service.endOthers();
  await waitFor(async () => (await space.get("127.0.0.1", 80)).body === "one", "port 80");
});
