// Story: entries that people use instead of addresses: patterns, alternative names, stable addresses;
// and what they type when they mean something else.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { testInNamespace } from "../../support/spaces/net_namespace.ts";
import { PORT, SpaceService } from "../../support/spaces/space_service.ts";
import { waitFor } from "../../support/wait.ts";

testInNamespace("a pattern follows the interfaces that match it", async (space) => {
  await space.ip("addr add 10.9.0.1/24 dev v0");
  await space.ip("addr add 10.9.1.1/24 dev v1");
  for (const name of ["v0", "v1"]) await space.ip(`link set ${name} addrgenmode none`);
  for (const name of ["v0", "v1"]) await space.ip(`-6 addr flush dev ${name}`);
  await using service = await SpaceService.start(space, { list: ["v*", "![v]1", "lo", "!::"] });
  await service.untilListening("10.9.0.1", "127.0.0.1");
  await space.ip("link add br-a type bridge");
  await space.ip("addr add 10.9.2.1/24 dev br-a");
  await service.do("set iplisten -i 'br-[a-c]'");
  await service.do("reload --yes");
  await service.untilListening("10.9.0.1", "10.9.2.1", "127.0.0.1");
  await space.ip("link add br-b type bridge");
  await space.ip("addr add 10.9.3.1/24 dev br-b");
  await service.untilListening("10.9.0.1", "10.9.2.1", "10.9.3.1", "127.0.0.1");
  await space.ip("link del br-a");
  await service.untilListening("10.9.0.1", "10.9.3.1", "127.0.0.1");
  await service.do("verify");
});

testInNamespace("an alternative name is a name", async (space) => {
  await space.ip("addr add 10.9.0.1/24 dev v0");
  await space.ip("link set v0 addrgenmode none");
  await space.ip("-6 addr flush dev v0");
  await using service = await SpaceService.start(space, { list: ["127.0.0.1"] });
  const long = "a-very-long-alternative-name-of-an-interface";
  assertEquals((await service.run(`set iplisten -i ${long}`)).status, 1, "no interface has it");
  await space.ip(`link property add dev v0 altname ${long} altname wan0`);
  await service.do(`set iplisten -i ${long}`);
  await service.do("reload --yes");
  await service.untilListening("10.9.0.1", "127.0.0.1");
  await service.do("set iplisten --except 'wan?'");
  await service.do("reload --yes");
  await service.untilListening("127.0.0.1");
  await space.ip("link property del dev v0 altname wan0");
  await service.untilListening("10.9.0.1", "127.0.0.1");
});

testInNamespace("an interface with another name matches nothing, and is shown", async (space) => {
  await space.ip("addr add 10.9.0.1/24 dev v0");
  await using service = await SpaceService.start(space, {
    list: ["v0", "127.0.0.1"],
    sites: [[`:${PORT}:`]],
  });
  await waitFor(async () => (await service.listening()).includes("10.9.0.1"), "10.9.0.1");
  await space.ip("link set v0 down");
  await space.ip("link set v0 name w0");
  await service.untilListening("127.0.0.1");
  const line = 'Entry "v0" matches no interface of this machine';
  assertStringIncludes((await service.run("plan")).out, line);
  assertStringIncludes((await service.run("status")).out, line);
  assertEquals(JSON.parse((await service.run("plan --format json")).out).unmatched, ["v0"]);
  const status = JSON.parse((await service.run("status --format json")).out);
  assertEquals(status.unmatched, ["v0"]);
  await space.ip("link set w0 name v0");
  await service.untilListening("10.9.0.1", "127.0.0.1");
  assert(!(await service.run("plan")).out.includes(line));
});

testInNamespace(
  "IFACE/stable leaves out temporary and deprecated addresses, as they become so",
  async (space) => {
    await space.ip("link set v0 addrgenmode none");
    await space.ip("-6 addr flush dev v0");
    await space.ip("addr add 10.9.0.1/24 dev v0");
    await space.ip("-6 addr add fd09::1/64 dev v0 nodad");
    await space.ip("-6 addr add fd09::2/64 dev v0 nodad preferred_lft 0");
    await using service = await SpaceService.start(space, { list: ["v0/stable", "127.0.0.1"] });
    await service.untilListening("10.9.0.1", "127.0.0.1", "fd09::1");
    await service.do("verify");
    await space.ip("-6 addr change fd09::1/64 dev v0 preferred_lft 0 valid_lft forever");
    await service.untilListening("10.9.0.1", "127.0.0.1");
    await space.ip("-6 addr change fd09::2/64 dev v0 preferred_lft forever valid_lft forever");
    await service.untilListening("10.9.0.1", "127.0.0.1", "fd09::2");

    await service.do("set iplisten --except v0/stable");
    await service.do("set iplisten -i v0");
    await service.do("reload --yes");
    await service.untilListening("127.0.0.1", "fd09::1");
  },
);

testInNamespace("what is no entry is refused, with a hint that can be typed", async (space) => {
  await space.ip("addr add 10.9.0.1/24 dev v0");
  await using service = await SpaceService.make(space);
  const typed: Readonly<Record<string, RegExp>> = {
    "www.example.com": /a host name.*getent ahosts www\.example\.com/s,
    "localhost": /a host name/,
    "10.9.0.1-10.9.0.6": /a range/,
    "10.9.0.1,10.9.0.2": /several entries/,
    "'10.9.0.1 10.9.0.2'": /several entries/,
    "10.9.0.0/255.255.255.0": /a netmask/,
    "10.9.0.*": /a pattern of addresses/,
    "10.9": /four parts/,
    "http://10.9.0.1/": /a URL/,
    "'!!10.9.0.1'": /more than one exclamation mark/,
    "all": /not an address/,
    "aa:bb:cc:dd:ee:ff": /link-layer/,
    "v0:1": /the label of an address/,
    "10.9.0.1/24": /beyond its 24-bit prefix/,
  };
  for (const [word, pattern] of Object.entries(typed)) {
    const { status, err } = await service.run(`set iplisten -i ${word}`);
    assertEquals(status, 1, word);
    assertMatch(err, pattern, word);
    const [, command] = /^hint: httpcfg (set iplisten .*)$/m.exec(err) ?? [];
    if (command === undefined || command.includes("$(")) continue; // there is no resolver here
    const added = await service.run(command);
    assert(!added.out.includes("not a valid"), `${word}: ${added.out}`); // some are on the list already
  }
  const { out } = await service.do("query iplisten");
  assertStringIncludes(out, "IP :10.9.0.4/31");
  assertStringIncludes(out, "IP :!10.9.0.1");
  assertStringIncludes(out, "IP :v0");
});
