// Story: the list is a set and an exclusion always wins, on whatever interface the address is. Lists
// that were stored when the order mattered are used with a warning.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { testInNamespace } from "../../support/spaces/net_namespace.ts";
import { PORT, spaceDocument, SpaceService } from "../../support/spaces/space_service.ts";

testInNamespace("an exclusion wins in every order", async (space) => {
  for (const ip of ["10.9.0.1", "10.9.0.66"]) await space.ip(`addr add ${ip}/24 dev v0`);
  const list = ["10.9.0.0/24", "!10.9.0.66", "127.0.0.1"];
  for (const order of [list, list.toReversed()]) {
    await using service = await SpaceService.make(space);
    for (const entry of order) await service.do(`set iplisten -i '${entry}'`);
    await service.do("net start w3svc");
    await service.untilListening("10.9.0.1", "127.0.0.1");
    assertEquals(
      (await service.do("query iplisten")).out,
      "IP :10.9.0.0/24\nIP :127.0.0.1\nIP :!10.9.0.66\n",
    );
  }
  await using service = await SpaceService.start(space, { list });
  await service.untilListening("10.9.0.1", "127.0.0.1");
  const explained = await service.run(`explain 10.9.0.66:${PORT}`);
  assertStringIncludes(explained.out, 'excluded from the IP inclusion list by "!10.9.0.66"');
  await service.do("verify");
});

testInNamespace("an address on two interfaces is excluded by either", async (space) => {
  await space.ip("addr add 10.9.0.1/24 dev v0");
  for (const name of ["v0", "v1"]) await space.ip(`addr add 10.9.0.66/24 dev ${name}`);
  for (const exclusion of ["!v0", "!v1", "!v[01]"]) {
    await using service = await SpaceService.start(space, {
      list: ["10.9.0.0/24", exclusion, "lo", "!::"],
    });
    const wanted = exclusion === "!v1" ? ["10.9.0.1", "127.0.0.1"] : ["127.0.0.1"];
    assertEquals(await service.listening(), wanted, exclusion);
    assertEquals((await service.run(`explain 10.9.0.66:${PORT}`)).status, 1, exclusion);
    await service.do("verify");
    // It is served as soon as no excluded interface has it.
    if (exclusion !== "!v1") continue;
    await space.ip("addr del 10.9.0.66/24 dev v1");
    await service.untilListening("10.9.0.1", "10.9.0.66", "127.0.0.1");
    await space.ip("addr add 10.9.0.66/24 dev v1");
    await service.untilListening("10.9.0.1", "127.0.0.1");
  }
});

testInNamespace("exclusions alone leave every other address, of any family", async (space) => {
  await space.ip("addr add 10.9.0.1/24 dev v0");
  await space.ip("link set v0 addrgenmode none");
  await space.ip("link set v1 addrgenmode none");
  for (const name of ["v0", "v1"]) await space.ip(`-6 addr flush dev ${name}`);
  await space.ip("-6 addr add fd09::1/64 dev v0 nodad");
  await using service = await SpaceService.start(space, { list: ["!10.9.0.1"] });
  await service.untilListening("127.0.0.1", "::1", "fd09::1");
  await service.do("set iplisten --except fd09::/16 --except lo");
  assertEquals((await service.run("reload --yes")).status, 1, "the site has no socket");
  await service.untilListening();
  assertEquals((await service.run("verify")).status, 1, "the site has no socket");
});

testInNamespace(
  "a stored list whose order mattered is used as a set, with a warning",
  async (space) => {
    for (const ip of ["10.9.0.1", "10.9.0.66"]) await space.ip(`addr add ${ip}/24 dev v0`);
    await using service = await SpaceService.make(space);
    const list = ["10.9.0.0/24", "!10.9.0.66", "!10.9.0.77"];
    const old = { ...spaceDocument({ list }), version: 1 };
    await service.store(old);
    const warning = /^warning: .*version 1.*no longer served: 10\.9\.0\.66, 10\.9\.0\.77$/m;
    for (const line of ["query iplisten", "plan", "config show", "netsh http show iplisten"]) {
      assertMatch((await service.run(line)).err, warning, line);
    }
    assertEquals(JSON.parse(await Deno.readTextFile(service.program.config)).version, 1);
    const changed = await service.do("set iplisten -i 127.0.0.1");
    assertMatch(changed.err, warning);
    const stored = JSON.parse(await Deno.readTextFile(service.program.config));
    assertEquals([stored.version, stored.ipListen], [2, [
      "10.9.0.0/24",
      "127.0.0.1",
      "!10.9.0.66",
      "!10.9.0.77",
    ]]);
    assertEquals((await service.do("query iplisten")).err, "", "the warning has ended");
    const kept = await Deno.readTextFile(`${service.program.config}.version-1`);
    assertEquals(JSON.parse(kept).ipListen, list);
    // A list whose order made no difference says nothing.
    await service.store({ ...old, ipListen: list.toReversed() });
    assertEquals((await service.do("query iplisten")).err, "");
    // A file of version 1 that is imported warns too.
    const file = `${service.program.home}/old.json`;
    await Deno.writeTextFile(file, JSON.stringify(old));
    assertMatch((await service.do(`config import ${file}`)).err, warning);
  },
);

testInNamespace(
  "the service warns when it starts with a list whose order mattered",
  async (space) => {
    await space.ip("addr add 10.9.0.66/24 dev v0");
    await using service = await SpaceService.make(space);
    await service.store({
      ...spaceDocument({ list: ["lo", "v0", "!10.9.0.66", "!::"] }),
      version: 1,
    });
    const { err } = await service.do("net start w3svc");
    assertMatch(err, /no longer served: 10\.9\.0\.66/);
    await service.untilListening("127.0.0.1");
  },
);

testInNamespace("--except is the exclusion, in set and in delete", async (space) => {
  await using service = await SpaceService.make(space);
  await service.do("set iplisten -i 10.0.0.0/8 --except 10.0.0.5 --except eth* --later");
  assertEquals(
    (await service.do("query iplisten")).out,
    "IP :10.0.0.0/8\nIP :!10.0.0.5\nIP :!eth*\n",
  );
  await service.do("delete iplisten --except 10.0.0.5");
  assertEquals((await service.do("query iplisten")).out, "IP :10.0.0.0/8\nIP :!eth*\n");
  const twice = await service.run("set iplisten --except '!10.0.0.5'");
  assertEquals(twice.status, 1);
  assertStringIncludes(twice.err, "hint: httpcfg set iplisten -i '!10.0.0.5'");
  assertEquals((await service.run("set iplisten --before 1 -i 10.0.0.6")).status, 2, "it is gone");
  assert(!(await service.do("set iplisten --help")).out.includes("--before"));
});

testInNamespace(
  "the lists of two machines that mean the same are the same document",
  async (space) => {
    await using service = await SpaceService.make(space);
    await using other = await SpaceService.make(space);
    const entries = ["eth0", "!fd00::/8", "10.0.0.5", "::1", "10.0.0.0/8", "fe80::1%v0", "0.0.0.0"];
    for (const entry of entries) await service.do(`set iplisten --later -i '${entry}'`);
    for (const entry of entries.toReversed()) await other.do(`set iplisten --later -i '${entry}'`);
    const exported = (await service.do("config export")).out;
    assertEquals((await other.do("config export")).out, exported);
    const file = `${service.program.home}/shuffled.json`;
    const document = JSON.parse(exported);
    await Deno.writeTextFile(file, JSON.stringify({ ...document, ipListen: entries }));
    assertStringIncludes((await service.do(`config import ${file}`)).err, "unchanged");
  },
);

testInNamespace(
  "a document in other spellings comes back from the history whole",
  async (space) => {
    for (const ip of ["10.9.0.1", "10.9.0.2"]) await space.ip(`addr add ${ip}/24 dev v0`);
    await using service = await SpaceService.make(space);
    const list = ["10.9.0.0/24", "!10.9.0.2/32", "0:0::1", "127.0.0.1/32"];
    await service.store(spaceDocument({ list }));
    await service.do("net start w3svc");
    await service.do("set iplisten -i 127.0.0.9");
    const back = await service.do("rollback 1");
    assertEquals(back.out, '- ipListen: "127.0.0.9"\n');
    const wanted = "IP :10.9.0.0/24\nIP :127.0.0.1\nIP :::1\nIP :!10.9.0.2\n";
    assertEquals((await service.do("query iplisten")).out, wanted);
    await service.do("reload --yes");
    await service.untilListening("10.9.0.1", "127.0.0.1", "::1");
  },
);

testInNamespace(
  "a list of version 1 comes back from the history with its warning",
  async (space) => {
    await space.ip("addr add 10.9.0.66/24 dev v0");
    await using service = await SpaceService.make(space);
    await service.store({ ...spaceDocument({ list: ["v0", "!10.9.0.66"] }), version: 1 });
    await service.do("set iplisten -i 127.0.0.1"); // version 1 of the history is the document found
    const { out, err } = await service.do("rollback 1");
    assertMatch(err, /no longer served: 10\.9\.0\.66/);
    assertEquals(out, '- ipListen: "127.0.0.1"\n');
  },
);

testInNamespace("reload says that no site is served while W3SVC is stopped", async (space) => {
  await using service = await SpaceService.start(space, { list: ["127.0.0.1"] });
  await service.do("net stop w3svc");
  const { err } = await service.do("reload");
  assertStringIncludes(
    err,
    "warning: no site is served: the Web service is stopped\nhint: httpcfg net start w3svc",
  );
});
