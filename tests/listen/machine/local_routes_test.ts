// Goal: what the kernel's table says is what a bind finds. Method: texts that kernels wrote; and
// namespaces with routes of many kinds, where both are asked about the same addresses.
import { assert, assertEquals } from "@std/assert";
import { atOnce } from "../../../mod/base/work/steps.ts";
import { parseLocalRoutes } from "../../../mod/listen/machine/local_routes.ts";
import { testInNamespace } from "../../support/spaces/net_namespace.ts";

const ANSWERS = `${import.meta.dirname}/../../support/spaces/local_answers.ts`;

/** Of a kernel with an interface, a local block with a hole, and one rule more than the first. */
const TABLES = `Main:
  +-- 10.0.0.0/12 2 0 2
     |-- 10.0.0.0
        /24 link UNICAST
     |-- 10.9.0.0
        /16 universe BLACKHOLE
Local:
  +-- 0.0.0.0/1 2 0 2
     +-- 10.0.0.0/24 2 0 2
        +-- 10.0.0.0/29 2 0 2
           |-- 10.0.0.0
              /24 link UNICAST
              /8 host LOCAL
           |-- 10.0.0.5
              /32 host LOCAL
        |-- 10.0.0.255
           /32 link BROADCAST
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.0
           /8 host LOCAL
        |-- 192.0.2.1
           /32 host LOCAL
           /32 universe UNREACHABLE
        |-- 192.0.2.2
           /32 host LOCAL tos=0x10
Id 7:
     |-- 198.51.100.0
        /24 host LOCAL
`;

Deno.test("LocalRoutes takes the longest prefix of the local table", () => {
  const routes = atOnce(parseLocalRoutes(TABLES))!;
  const local = ["10.0.0.5", "10.1.0.1", "10.9.0.1", "127.0.0.1", "127.255.0.1"];
  const unknown = [
    "10.0.0.7",
    "10.0.0.255",
    "192.0.2.1",
    "192.0.2.2",
    "198.51.100.1",
    "203.0.113.1",
    "::1",
    "fe80::1%lo",
    "",
  ];
  assertEquals(local.filter((ip) => !routes.isLocal(ip)), []);
  assertEquals(unknown.filter((ip) => routes.isLocal(ip)), []);
});

Deno.test("parseLocalRoutes() says nothing without a table, or with a part of one", () => {
  for (const listing of ["", "Main:\n", "NotLocal:\n", `${TABLES}${" ".repeat(8_000_000)}`]) {
    assertEquals(atOnce(parseLocalRoutes(listing)), null);
  }
  assertEquals(atOnce(parseLocalRoutes("Local:\n"))!.isLocal("127.0.0.1"), false);
  assert(atOnce(parseLocalRoutes(TABLES.slice(TABLES.indexOf("Local:"))))!.isLocal("10.0.0.5"));
});

/** What is done to a machine, one thing after the other; both are asked after each. */
const CHANGES: readonly string[] = [
  "addr add 10.0.0.5/24 dev v0",
  "addr add 10.0.0.6/32 dev v0",
  "addr add 10.5.0.1/16 brd 10.5.9.9 dev v1",
  "route add local 10.0.0.0/8 dev lo",
  "route add blackhole 10.9.0.0/16",
  "route add unreachable 10.8.0.0/24 table local",
  "route add 10.7.0.0/16 via 10.0.0.9",
  "route add throw 127.3.0.0/16 table local",
  "route add local 203.0.113.0/25 dev lo table local",
  "route add local 198.51.100.0/24 dev lo table 77",
  "route add local 198.18.0.0/16 dev lo tos 0x10 table local",
  "route add local 198.19.0.0/16 dev lo table local",
  "route add prohibit 198.19.7.0/24 tos 0x10 table local",
  "route add anycast 198.19.8.1 dev v0 table local",
  "route add multicast 198.19.9.0/24 dev v0 table local",
  "rule add from 192.0.2.1 table 77",
  "link set v0 down",
  "link set v0 up",
  "route del local 127.0.0.0/8 dev lo table local",
  "link set lo down",
];

const ASKED: readonly string[] = [
  ...["0.0.0.0", "10.0.0.0", "10.0.0.1", "10.0.0.5", "10.0.0.6", "10.0.0.255", "10.1.1.1"],
  ...["10.5.0.1", "10.5.0.2", "10.5.9.9", "10.5.255.255", "10.7.1.1", "10.8.0.1", "10.8.1.1"],
  ...["10.9.1.1", "10.255.255.255", "127.0.0.1", "127.3.0.1", "127.9.9.9", "127.255.255.255"],
  ...["198.18.0.1", "198.19.0.1", "198.19.7.1", "198.19.8.1", "198.19.9.1"],
  ...["192.0.2.1", "198.51.100.1", "203.0.113.1", "203.0.113.200", "224.0.0.1", "255.255.255.255"],
];

testInNamespace("what the table of local addresses says, a bind confirms", async (space) => {
  let [known, bound] = [0, 0];
  for (const change of ["", ...CHANGES]) {
    if (change !== "") await space.ip(change);
    const answers = await space.script(ANSWERS, ...ASKED) as [string, boolean, boolean][];
    for (const [ip, isLocal, isBindable] of answers) {
      if (isLocal) assert(isBindable, `after "${change}": ${ip} is local, and cannot be bound`);
      if (isLocal) known++;
      if (isBindable) bound++;
    }
  }
  // Besides: the wildcard, and addresses of broadcast and multicast, which can be bound too.
  assert(known > bound / 2, `the table knew ${known} of ${bound}`);
});
