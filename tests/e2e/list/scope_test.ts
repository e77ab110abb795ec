// Story: an address is its bytes and its scope. The same link-local address is on several interfaces,
// interfaces come and go under one name, and people write one address in many ways.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type NetNamespace, testInNamespace } from "../../support/spaces/net_namespace.ts";
import { PORT, spaceDocument, SpaceService } from "../../support/spaces/space_service.ts";
import { waitFor } from "../../support/wait.ts";

const LL = "fe80::1234";

/** Both interfaces of the pair get the same link-local address, and no other. */
async function withTwins(space: NetNamespace): Promise<void> {
  for (const name of ["v0", "v1"]) await twin(space, name);
}

async function twin(space: NetNamespace, name: string): Promise<void> {
  await space.ip(`link set ${name} addrgenmode none`);
  await space.ip(`-6 addr flush dev ${name} scope link`);
  await space.ip(`addr add ${LL}/64 dev ${name} nodad`);
}

testInNamespace(
  "an interface made again with the same name and address is served again",
  async (space) => {
    await withTwins(space);
    await using service = await SpaceService.start(space, { list: [`${LL}%v0`, "127.0.0.1"] });
    await service.untilListening("127.0.0.1", `${LL}%v0`);
    const before = await indexOf(service, "v0");
    // Within one look: every name and every address is as before, only the index is not.
    await service.system(
      ...["sh", "-ec"],
      `ip link del v0; ip link add v0 type veth peer name v1
     for i in v0 v1; do
       ip link set $i addrgenmode none; ip link set $i up; ip addr add ${LL}/64 dev $i nodad
     done`,
    );
    assert(await indexOf(service, "v0") !== before);
    await waitFor(async () => (await space.get(`${LL}%v0`, PORT)).body === "one", "the new v0");
    assertEquals(await service.listening(), ["127.0.0.1", `${LL}%v0`], "none of the old interface");
    assertEquals(await service.states(), ["127.0.0.1 open", `${LL}%v0 open`]);
    assertStringIncludes((await service.do(`explain '[${LL}%v0]:${PORT}'`)).out, 'by site "one"');
    await service.do("plan");
    await service.do("verify");
  },
);

testInNamespace("an interface that is gone takes its socket with it", async (space) => {
  await withTwins(space);
  await using service = await SpaceService.start(space, { list: [LL, "127.0.0.1"] });
  await service.untilListening("127.0.0.1", `${LL}%v0`, `${LL}%v1`);
  await space.ip("link del v0"); // and v1 with it
  await service.untilListening("127.0.0.1");
  await waitFor(async () => (await service.states()).includes(`${LL} wait`), "the address waits");
  assertEquals((await service.endpoint(LL))?.cause, "no interface of this machine has the address");
});

testInNamespace(
  "a site bound to a link-local address responds, also behind a wildcard",
  async (space) => {
    await withTwins(space);
    for (const list of [[], ["v0"], [LL], ["::", "0.0.0.0"]]) {
      await using service = await SpaceService.start(space, {
        list,
        sites: [[`[${LL}%v0]:${PORT}:`]],
      });
      assertEquals((await space.get(`${LL}%v0`, PORT)).body, "one", `[${list}]`);
      assertEquals((await service.run("verify")).status, 0, `[${list}]`);
    }
  },
);

testInNamespace(
  "two sites on the same link-local address of two interfaces are told apart",
  async (space) => {
    await withTwins(space);
    const sites = [[`[${LL}%v0]:${PORT}:`], [`[${LL}%v1]:${PORT}:`], [`:${PORT}:`]];
    for (const list of [[], ["v0", "v1", "lo"]]) {
      await using service = await SpaceService.start(space, { list, sites });
      assertEquals((await space.get(`${LL}%v0`, PORT)).body, "one", `[${list}]`);
      assertEquals((await space.get(`${LL}%v1`, PORT)).body, "two", `[${list}]`);
      assertEquals((await space.get("127.0.0.1", PORT)).body, "three", `[${list}]`);
      for (const [zone, site] of [["v0", "one"], ["v1", "two"]]) {
        const { out } = await service.do(`explain '[${LL}%${zone}]:${PORT}'`);
        assertStringIncludes(out, `by site "${site}"`);
      }
      await service.do("verify");
    }
  },
);

testInNamespace(
  "a site bound to a link-local address without a zone is on every interface",
  async (space) => {
    await withTwins(space);
    await using service = await SpaceService.start(space, {
      list: ["v0", "v1"],
      sites: [[`[${LL}]:${PORT}:`], [`[${LL}%v1]:${PORT}:`]],
    });
    assertEquals((await space.get(`${LL}%v0`, PORT)).body, "one");
    assertEquals(
      (await space.get(`${LL}%v1`, PORT)).body,
      "two",
      "the one that names the interface",
    );
    const asked = await service.run(`explain '[${LL}]:${PORT}'`);
    assertEquals(asked.status, 2);
    assertStringIncludes(asked.err, "several interfaces have the address");
  },
);

testInNamespace(
  "another program on a link-local address is seen, on its interface alone",
  async (space) => {
    await withTwins(space);
    await using service = await SpaceService.make(space, { list: [`${LL}%v0`, `${LL}%v1`] });
    const pid = await service.listen(`${LL}%v1`);
    const plan = await service.run("plan");
    assertEquals(plan.status, 1);
    assertMatch(plan.out, new RegExp(`open +\\[${LL}%v0\\]:${PORT}`));
    assertMatch(plan.out, new RegExp(`refused +\\[${LL}%v1\\]:${PORT} .*pid ${pid}`));
    await service.do("net start w3svc");
    assertMatch((await service.endpoint(`${LL}%v1`))?.cause ?? "", new RegExp(`pid ${pid}`));
    assertEquals((await service.endpoint(`${LL}%v0`))?.state, "open");
    const explained = await service.run(`explain '[${LL}%v1]:${PORT}'`);
    assertMatch(explained.out, new RegExp(`Served by deno \\(pid ${pid}, .*, not httpcfg`));
    const who = await service.do(`who '[${LL}%v1]:${PORT}' --format json`);
    assertEquals(JSON.parse(who.out).holders.map((one: { pid: number }) => one.pid), [pid]);
    const other = await service.do(`who '[${LL}%v0]:${PORT}' --format json`);
    assertEquals(JSON.parse(other.out).holders.map((one: { pid: number }) => one.pid), [
      service.program.servicePid(),
    ]);
    const verified = await service.run("verify");
    assertEquals(verified.status, 1);
    assertMatch(
      verified.out,
      new RegExp(`FAILED +\\[${LL}%v1\\]:${PORT} +httpcfg +deno \\(pid ${pid}`),
    );
  },
);

testInNamespace("net start says which program holds the only link-local address", async (space) => {
  await withTwins(space);
  await using service = await SpaceService.make(space, { list: [`${LL}%v0`] });
  const pid = await service.listen(`${LL}%v0`);
  const { status, err } = await service.run("net start w3svc");
  assert(status !== 0);
  assertStringIncludes(err, `[${LL}%v0]:${PORT}`);
  assertStringIncludes(err, `pid ${pid}`);
});

testInNamespace("an index as a zone is stored as a name, or refused", async (space) => {
  await withTwins(space);
  await using service = await SpaceService.make(space);
  const index = await indexOf(service, "v1");
  await service.do(`set iplisten -i ${LL}%${index}`);
  await service.do(`set iplisten -i '!fe80::99%${index}'`);
  assertEquals((await service.do("query iplisten")).out, `IP :${LL}%v1\nIP :!fe80::99%v1\n`);
  assertEquals((await service.run(`set iplisten -i ${LL}%v1`)).status, 183);
  await service.do(`site add zoned --bind '[${LL}%${index}]:81:' --respond x`);
  await service.do(`set urlacl -u 'http://[${LL}%${index}]:82/' -a 'D:(A;;GX;;;WD)'`);
  const shown = (await service.do("config show")).out;
  assertStringIncludes(shown, `"[${LL}%v1]:81:"`);
  assertStringIncludes(shown, `http://[${LL}%v1]:82/`);
  const refused = [
    `set iplisten -i ${LL}%99`,
    `site add other --bind '[${LL}%99]:83:' --respond x`,
    `netsh http add iplisten ipaddress=${LL}%99`,
    "adsutil SET W3SVC/1/ServerBindings '[fe80::1%99]:84:'",
  ];
  for (const line of refused) {
    const { status, out, err } = await service.run(line);
    assert(status !== 0, line);
    assertStringIncludes(out + err, "no interface with the index 99", line);
  }
  assertEquals((await service.do("config show")).out, shown, "nothing changed");
  await service.do(`delete iplisten -i ${LL}%${index}`);
});

testInNamespace(
  "a link-local zone may be an alternative name, and survives a new name",
  async (space) => {
    await withTwins(space);
    await space.ip("link property add dev v0 altname uplink");
    await using service = await SpaceService.start(space, {
      list: [`${LL}%uplink`, "127.0.0.1"],
      sites: [[`[${LL}%uplink]:${PORT}:`]],
    });
    assertEquals((await space.get(`${LL}%v0`, PORT)).body, "one");
    assertEquals((await service.run("verify")).status, 0);
    await space.ip("link set v0 down");
    await space.ip("link set v0 name w0");
    await space.ip("link set w0 up");
    await space.ip(`addr replace ${LL}/64 dev w0 nodad`);
    await waitFor(async () => (await space.get(`${LL}%w0`, PORT)).body === "one", "w0");
    const isOpen = async (): Promise<boolean> => {
      return (await service.endpoint(`${LL}%w0`))?.state === "open";
    };
    await waitFor(isOpen, "the new name in the status");
  },
);

testInNamespace("a new name of an interface keeps the sockets, and is shown", async (space) => {
  await withTwins(space);
  await using service = await SpaceService.start(space, { list: [LL, "127.0.0.1"] });
  await service.untilListening("127.0.0.1", `${LL}%v0`, `${LL}%v1`);
  await space.ip("link set v1 down");
  await space.ip("link set v1 name w1");
  await space.ip("link set w1 up");
  await space.ip(`addr replace ${LL}/64 dev w1 nodad`);
  await service.untilListening("127.0.0.1", `${LL}%v0`, `${LL}%w1`);
  await waitFor(async () => {
    return (await service.states()).join() === `127.0.0.1 open,${LL}%v0 open,${LL}%w1 open`;
  }, "the new name in the status");
  await service.do("verify");
});

testInNamespace("only ::ffff:0:0/96 is IPv4", async (space) => {
  await space.ip("addr add 10.9.1.1/24 dev v0");
  await space.ip("-6 addr add ::10.9.1.1/128 dev v0 nodad");
  await using service = await SpaceService.start(space, { list: ["::10.9.1.1"] });
  await service.untilListening("::a09:101");
  assertEquals((await space.get("::a09:101", PORT)).body, "one");
  assertEquals((await space.get("10.9.1.1", PORT)).body, null);
  await service.do("set iplisten -i ::ffff:10.9.1.1");
  assertEquals((await service.do("query iplisten")).out, "IP :10.9.1.1\nIP :::a09:101\n");
});

testInNamespace("who and explain take every spelling of an address", async (space) => {
  await withTwins(space);
  await space.ip("addr add 10.9.1.1/24 dev v0");
  await space.ip("-6 addr add 2001:db8::5/64 dev v0 nodad");
  await using service = await SpaceService.start(space, {
    list: ["10.9.1.1", "2001:db8::5", `${LL}%v0`],
  });
  const index = await indexOf(service, "v0");
  const spellings: Readonly<Record<string, readonly string[]>> = {
    "10.9.1.1": ["10.9.1.1", "[::ffff:10.9.1.1]", "[::FFFF:a09:101]", "[0:0:0:0:0:ffff:10.9.1.1]"],
    "[2001:db8::5]": ["[2001:db8::5]", "[2001:DB8:0:0::0005]", "[2001:db8:0:0:0:0:0.0.0.5]"],
    [`[${LL}%v0]`]: [`[${LL}%v0]`, `[FE80:0:0:0::1234%v0]`, `[${LL}%${index}]`],
  };
  for (const [canonical, texts] of Object.entries(spellings)) {
    for (const text of texts) {
      const who = await service.do(`who '${text}:${PORT}'`);
      assertStringIncludes(who.out, `on ${canonical}:${PORT}`);
      const explained = await service.do(`explain '${text}:${PORT}' --format json`);
      assertEquals(JSON.parse(explained.out).socket, `${canonical}:${PORT}`, text);
    }
  }
  const urls = [
    `http://[${LL}%25v0]:${PORT}/`,
    `http://[${LL}%v0]:${PORT}/a?b`,
    `http://[${LL}%25${index}]:${PORT}`,
  ];
  for (const url of [...urls, `http://[::ffff:10.9.1.1]:${PORT}/`]) {
    assertStringIncludes((await service.do(`explain '${url}'`)).out, 'Served by site "one"', url);
  }
});

testInNamespace(
  "logs show the zone of a link-local address, also behind a wildcard",
  async (space) => {
    await withTwins(space);
    await space.ip("addr del fe80::1234/64 dev v1");
    await space.ip("addr add fe80::77/64 dev v1 nodad");
    for (const list of [[], [`${LL}%v0`]]) {
      await using service = await SpaceService.start(space, { list });
      assertEquals((await space.get(`${LL}%v0`, PORT)).body, "one");
      await service.do("netsh http flush logbuffer");
      const folder = `${service.program.home}/log`;
      const text = await service.system("sh", "-c", `cat ${folder}/W3SVC1/*.log`);
      assertMatch(text, new RegExp(` ${LL}%v0 GET / .* ${LL}%v0 `), `[${list}]`);
    }
  },
);

testInNamespace("certificates of a link-local address follow its interface", async (space) => {
  await withTwins(space);
  await space.ip("link property add dev v0 altname uplink");
  await using service = await SpaceService.make(space, { list: [LL], sites: [[":8081:"]] });
  const hashes: string[] = [];
  for (const name of ["a.test", "b.test"]) {
    hashes.push((await service.do(`cert create --self-signed --name ${name}`)).out.trim());
  }
  await service.do(`site add secure --bind-tls ':8443:' --respond secure`);
  await service.do(`set ssl -i '[${LL}%uplink]:8443' -h ${hashes[0]}`);
  await service.do(`set ssl -i '[${LL}]:8443' -h ${hashes[1]}`);
  await service.do("net start w3svc");
  for (const [zone, name] of [["v0", "a.test"], ["v1", "b.test"]]) {
    const command =
      `openssl s_client -connect '[${LL}%${zone}]:8443' </dev/null 2>&1 | grep -m1 subject`;
    assertStringIncludes(await service.system("sh", "-c", command), name!);
  }
  await service.do("verify");
});

testInNamespace(
  "certificates tell the same address of two interfaces apart, also behind an empty list",
  async (space) => {
    await withTwins(space);
    await using service = await SpaceService.make(space, { sites: [[":8081:"]] });
    await service.do(`site add secure --bind-tls ':8443:' --respond secure`);
    for (const [zone, name] of [["v0", "a.test"], ["v1", "b.test"]]) {
      const hash = (await service.do(`cert create --self-signed --name ${name}`)).out.trim();
      await service.do(`set ssl -i '[${LL}%25${zone}]:8443' -h ${hash}`);
    }
    await service.do("net start w3svc");
    for (const [zone, name] of [["v0", "a.test"], ["v1", "b.test"]]) {
      const command =
        `openssl s_client -connect '[${LL}%${zone}]:8443' </dev/null 2>&1 | grep -m1 subject`;
      assertStringIncludes(await service.system("sh", "-c", command), name!);
    }
  },
);

testInNamespace(
  "an interface that is gone is waited for by every view, and has a name",
  async (space) => {
    await withTwins(space);
    await using service = await SpaceService.start(space, {
      list: [`${LL}%v0`, "127.0.0.1"],
      sites: [[`:${PORT}:`], [`[${LL}%v0]:8081:`]],
    });
    await space.ip("link del v0");
    await service.untilListening("127.0.0.1");
    const cause = "this machine has no interface named v0";
    await waitFor(async () => (await service.endpoint(`${LL}%v0`))?.cause === cause, "the cause");
    assertStringIncludes((await service.run("plan")).out, cause);
    assertStringIncludes((await service.run(`explain '[${LL}%v0]:8081'`)).out, cause);
    assertStringIncludes((await service.run("reload --strict")).err, cause);
    const typed = await service.run("set iplisten -i fe80::9%nosuch");
    assertEquals(typed.status, 1);
    assertStringIncludes(typed.err, "no interface named nosuch");
  },
);

testInNamespace("clients that send the zone in the Host field get an answer", async (space) => {
  await withTwins(space);
  await using service = await SpaceService.start(space, { sites: [[`[${LL}%v0]:${PORT}:`]] });
  for (const host of [`[${LL}%v0]:${PORT}`, `[${LL}%25v0]`]) {
    const url = `http://[${LL}%v0]:${PORT}/`;
    assertEquals(await service.system("curl", "-gs", "-H", `Host: ${host}`, url), "one", host);
  }
});

testInNamespace(
  "an index in the document that nobody has keeps no other change back",
  async (space) => {
    await withTwins(space);
    await using service = await SpaceService.make(space, { list: [`${LL}%99`, "10.9.0.1"] });
    await service.do("set iplisten -i 127.0.0.1");
    await service.do("delete iplisten -i 10.9.0.1");
    assertEquals((await service.do("query iplisten")).out, `IP :127.0.0.1\nIP :${LL}%99\n`);
    await service.do(`delete iplisten -i ${LL}%99`);
    // One that somebody has is a name to every command.
    const index = await indexOf(service, "v1");
    await service.store(spaceDocument({ list: [`${LL}%${index}`] }));
    assertEquals((await service.run(`set iplisten -i ${LL}%v1`)).status, 183);
    await service.do(`delete iplisten -i ${LL}%v1`);
    assertStringIncludes((await service.run("query iplisten")).out, "completed with 1168");
  },
);

testInNamespace("a label of an address is not its interface", async (space) => {
  for (const label of ["v0-web", "v0:1", "v0x"]) {
    await space.ip(`addr add 10.9.0.${label.length}/24 dev v0 label ${label}`);
    await using service = await SpaceService.start(space, { list: ["0.0.0.0", "!v0"] });
    await service.untilListening("127.0.0.1");
    await service.do("verify");
  }
});

async function indexOf(service: SpaceService, name: string): Promise<string> {
  return /^(\d+):/.exec(await service.system("ip", "-o", "link", "show", name))![1]!;
}
