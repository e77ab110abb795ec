/** `cert acme` as it is typed, without a service. What needs one is in tests/e2e/acme. */
import { assertEquals, assertMatch } from "@std/assert";
import { commandHome } from "../../../support/command_home.ts";
import { machineOf } from "../../../support/machine.ts";

Deno.test("cert acme add: what cannot be certified is refused, with a line that can", async () => {
  await using home = await commandHome();
  const agreed = "--agree-tos";
  const cases: readonly (readonly [string, RegExp, RegExp])[] = [
    [`a.example`, /without --agree-tos, which agrees/, /cert acme add a\.example --agree-tos$/m],
    [agreed, /NAME is missing/, /cert acme add --agree-tos www\.example\.com$/m],
    [
      `'*.a.example' ${agreed}`,
      /is not for all names below one/,
      /add a\.example www\.a\.example --/m,
    ],
    [
      `https://a.example:443/x ${agreed}`,
      /neither a host name nor/,
      /add a\.example --agree-tos$/m,
    ],
    [`'[2001:db8::1]:443' ${agreed}`, /neither a host name nor/, /add 2001:db8::1 --agree-tos$/m],
    [`10.0.0.1/24 ${agreed}`, /neither a host name nor/, /add 10\.0\.0\.1 --agree-tos$/m],
    [`0.0.0.0 ${agreed}`, /neither a host name nor/, /add /m],
    [`a.example ${agreed} --server http://ca`, /not an https URL/, /--server https:\/\/acme-v02/m],
    [`a.example ${agreed} --contact me`, /not a mail address/, /--contact admin@example\.com/m],
  ];
  for (const [words, message, hint] of cases) {
    const { status, note, out } = await home.run(`cert acme add ${words}`);
    assertEquals([status, out], [2, ""], words);
    assertMatch(note, message);
    assertMatch(note.split("\n").find((line) => line.startsWith("hint:")) ?? "", hint, words);
  }
  const lost = await home.run(`cert acme add a.example --ca /nowhere/ca.pem ${agreed}`);
  assertEquals(lost.status, 1);
  assertMatch(lost.note, /^error: Cannot trust "\/nowhere\/ca\.pem": no such file/);
  assertEquals(home.stored(), null, "nothing is stored");
});

Deno.test("cert acme add without a service stores the wish, and is not done", async () => {
  await using home = await commandHome();
  const line =
    "cert acme add Shop.Example.com. 2001:DB8:0::1 --contact mailto:a@b.example --agree-tos";
  const { status, out, note } = await home.run(line);
  assertEquals([status, out], [1, ""]);
  assertMatch(
    note,
    /the service is not running; it does so when it starts\nhint: httpcfg net start/,
  );
  assertEquals(home.stored()?.acme, [{
    certName: "shop.example.com",
    names: ["shop.example.com", "2001:db8::1"],
    server: "https://acme-v02.api.letsencrypt.org/directory",
    contact: "a@b.example",
    agreeTos: true,
  }]);
  const list = await home.run("cert acme list --format json");
  assertEquals(list.status, 1);
  const [row] = JSON.parse(list.out).acme;
  assertEquals([row.state, row.hash, row.error], ["wanted", null, null]);
  assertMatch((await home.run("plan")).out, /:80 +http +.*; for certificates by ACME/);
  assertMatch((await home.run("history diff 1 2")).out, /^\+ acme: .*"shop\.example\.com"/m);

  assertEquals((await home.run("cert acme renew other.example")).status, 1);
  assertEquals((await home.run("cert acme remove 2001:db8::1")).status, 0);
  assertEquals(home.stored()?.acme, undefined);
  const empty = await home.run("cert acme list");
  assertEquals([empty.status, empty.out], [0, ""]);
});

Deno.test("cert acme add --listed certifies the addresses of the list that others can reach", async () => {
  await using home = await commandHome();
  const addresses = machineOf([
    "127.0.0.1/8 lo",
    "192.0.2.7/24 eth0",
    "192.0.2.8/24 eth0",
    "2001:db8::7/64 eth0",
    "fe80::1/64 eth0",
  ]);
  const machine = {
    readMachine: () => addresses,
    askSystem: () => Promise.resolve(addresses),
    findListeners: () => Promise.resolve({ owners: [], unseen: null }),
  };
  const line = "cert acme add --listed --agree-tos";
  await home.store({ ipListen: ["127.0.0.1", "192.0.2.7", "2001:db8::/32", "fe80::/10"] });
  await home.run(line, { machine });
  assertEquals(home.stored()?.acme?.map(({ names }) => names), [["192.0.2.7", "2001:db8::7"]]);
  await home.store({ ipListen: ["127.0.0.1"], acme: [] });
  const none = await home.run(line, { machine });
  assertEquals(none.status, 1);
  assertMatch(none.note, /^error: Cannot certify the addresses of the list: this machine has none/);
});
