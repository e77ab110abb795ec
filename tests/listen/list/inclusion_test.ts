/** Goal: every rule of the list is seen to decide. Method: tables and random lists, no sockets. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Ip, parseIp } from "../../../mod/base/address.ts";
import {
  compileInclusion,
  INCLUSION_RULE,
  INCLUSION_RULES,
  interfacesMatching,
} from "../../../mod/listen/list/inclusion.ts";
import { parseList } from "../../../mod/config/document/list_entry.ts";
import type { AddressTable } from "../../../mod/listen/machine/address_table.ts";
import { Random } from "../../fuzz/random.ts";
import { linksOf, tableOf } from "../../support/machine.ts";

const MACHINE = [
  "127.0.0.1/8 lo",
  "::1/128 lo",
  "10.0.0.5/8 eth0",
  "10.0.0.6/8 eth0",
  "10.0.0.66/8 eth0",
  "10.0.0.66/8 eth1", // on two interfaces
  "192.0.2.1/24 eth1",
  "fd12::1/64 eth0",
  "fd12::7/64 eth0",
  "fd12::7/64 br-1",
  "fe80::1/64 eth0 2",
  "fe80::1/64 eth1 3",
  "fe80::9/64 br-1 4",
];
const LINKS = linksOf({ lo: [], eth0: ["enp1s0", "lan"], eth1: ["wan"], "br-1": [] }, {
  "fd12::1 eth0": false,
  "fd12::7 eth0": true,
  "fd12::7 br-1": false,
  "fe80::1 eth0": false,
});
const TABLE: AddressTable = tableOf(MACHINE, { links: LINKS });

type Case = readonly [list: string, address: string, want: boolean];

Deno.test("Inclusion.decide() follows the rules of the list, in any order of the entries", () => {
  const cases: readonly Case[] = [
    ["", "10.0.0.5", true],
    ["", "::1", true],
    ["10.0.0.5", "10.0.0.5", true],
    ["10.0.0.5", "10.0.0.6", false],
    ["10.0.0.5", "::1", false],
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.0.0.0/8", "a00::1", false],
    ["10.128.0.0/9", "10.127.255.255", false],
    ["10.128.0.0/9", "10.128.0.0", true],
    ["fd00::/8", "fd12::1", true],
    ["fd00::/8", "fe80::1%eth0", false],
    ["fe80::/10", "fe80::1%eth0", true],
    ["fe80::1", "fe80::1%eth0", true],
    ["fe80::1", "fe80::1%eth1", true],
    ["fe80::1%eth1", "fe80::1%eth0", false],
    ["fe80::1%eth0", "fe80::1%eth0", true],
    // A zone is an interface, however it is written.
    ["fe80::1%3", "fe80::1%eth1", true],
    ["fe80::1%wan", "fe80::1%eth1", true],
    ["fe80::1%eth1", "fe80::1%3", true],
    ["fe80::1%wan", "fe80::1%eth0", false],
    // An interface is any of its names, or a pattern of them.
    ["eth1", "192.0.2.1", true],
    ["eth1", "10.0.0.5", false],
    ["eth1", "10.9.9.9", false],
    ["wan", "192.0.2.1", true],
    ["eth*", "192.0.2.1", true],
    ["eth*", "fe80::9%br-1", false],
    ["br-*", "fe80::9%br-1", true],
    ["br-?", "fe80::9%br-1", true],
    ["br-??", "fe80::9%br-1", false],
    ["eth[1-9]", "192.0.2.1", true],
    ["eth[!0]", "10.0.0.5", false],
    ["enp*", "10.0.0.5", true],
    ["lo", "127.0.0.2", true],
    ["!lo", "127.0.0.2", false],
    // Without temporary and deprecated addresses; unknown flags do not count as stable.
    ["eth0/stable", "fd12::1", true],
    ["eth0/stable", "fd12::7", false],
    ["br-1/stable", "fd12::7", true], // its flags are those of the interface
    ["eth0/stable", "10.0.0.5", true],
    ["eth0/stable", "fe80::1%eth0", true],
    ["eth1/stable", "fe80::1%eth1", false],
    ["e*/stable", "fd12::1", true],
    // The families.
    ["0.0.0.0", "10.0.0.5", true],
    ["0.0.0.0", "fd12::1", false],
    ["::", "fd12::1", true],
    ["::", "10.0.0.5", false],
    ["0.0.0.0 ::", "fd12::1", true],
    // Only exclusions: every other address is included.
    ["!10.0.0.5", "10.0.0.5", false],
    ["!10.0.0.5", "10.0.0.6", true],
    ["!10.0.0.5", "::1", true],
    ["!eth1 !::", "10.0.0.5", true],
    ["!eth1 !::", "192.0.2.1", false],
    ["!eth1 !::", "::1", false],
    // With an inclusion, an address that nothing matches is excluded.
    ["!10.0.0.5 10.0.0.0/8", "192.0.2.1", false],
    // An exclusion wins, however specific the inclusion.
    ["10.0.0.0/8 !10.0.0.66", "10.0.0.66", false],
    ["10.0.0.5 !10.0.0.0/8 0.0.0.0", "10.0.0.5", false],
    ["10.0.0.5 !10.0.0.0/8 0.0.0.0", "11.0.0.6", true],
    ["10.0.0.5 !10.0.0.5", "10.0.0.5", false],
    ["fe80::1 !fe80::1%eth1", "fe80::1%eth0", true],
    ["fe80::1 !fe80::1%eth1", "fe80::1%eth1", false],
    // On whatever interface the address is.
    ["!eth0", "10.0.0.66", false],
    ["!eth1", "10.0.0.66", false],
    ["10.0.0.66 !eth1", "10.0.0.66", false],
    ["!wan", "10.0.0.66", false],
    ["!br-*", "fd12::7", false],
    ["eth1", "10.0.0.66", true],
  ];
  for (const [list, address, want] of cases) {
    const words = list.split(" ");
    for (const order of [words, words.toReversed()]) {
      const decision = compileInclusion(entries(order.join(" ")), TABLE).decide(ip(address));
      assertEquals(decision.included, want, `[${order}] ${address}`);
    }
  }
});

Deno.test("Inclusion.decide() returns the entry that decided, the most specific one", () => {
  const list = "!10.0.0.5 10.0.0.0/8 10.0.0.6 10.0.0.0/16 0.0.0.0 !10.0.0.66 !eth1";
  const inclusion = compileInclusion(entries(list), TABLE);
  const entryFor = (address: string): string | undefined => {
    return inclusion.decide(ip(address)).entry?.text;
  };
  assertEquals(entryFor("10.0.0.5"), "!10.0.0.5");
  assertEquals(entryFor("10.0.0.6"), "10.0.0.6");
  assertEquals(entryFor("10.0.0.7"), "10.0.0.0/16");
  assertEquals(entryFor("10.1.0.7"), "10.0.0.0/8");
  assertEquals(entryFor("10.0.0.66"), "!10.0.0.66");
  assertEquals(entryFor("192.0.2.1"), "!eth1");
  assertEquals(entryFor("11.0.0.1"), "0.0.0.0");
  assertEquals(entryFor("::1"), undefined);
});

Deno.test("Inclusion.includesFamily() is false if an address of the family may be excluded", () => {
  const cases: readonly (readonly [list: string, v4: boolean, v6: boolean])[] = [
    ["", true, true],
    ["0.0.0.0", true, false],
    ["::", false, true],
    ["10.0.0.5 0.0.0.0", true, false],
    ["!10.0.0.5 0.0.0.0", false, false],
    ["0.0.0.0 !10.0.0.5", false, false],
    ["!fd00::/8 0.0.0.0", true, false],
    ["!eth1 0.0.0.0 ::", false, false],
    ["!no-such0 0.0.0.0 ::", false, false],
    ["eth1 0.0.0.0 ::", true, true],
    ["!10.0.0.5", false, true],
    ["!::", true, false],
    ["10.0.0.0/8", false, false],
  ];
  for (const [list, v4, v6] of cases) {
    const inclusion = compileInclusion(entries(list), TABLE);
    assertEquals([inclusion.includesFamily(4), inclusion.includesFamily(6)], [v4, v6], `[${list}]`);
  }
});

Deno.test("Inclusion.decide() equals the rule, written as a loop, for 2,000 random lists", () => {
  const texts = [
    ..."10.0.0.5 10.0.0.66 10.0.0.0/24 10.0.0.4/30 0.0.0.0 :: fd12::/16 fd12::7 fe80::1".split(" "),
    ..."fe80::1%eth1 eth0 eth1 wan br-* eth? lo ::/1 127.0.0.0/8 192.0.2.0/24".split(" "),
  ];
  const random = new Random(10);
  const addresses = TABLE.machine.addresses.map((address) => address.ip);
  let served = 0;
  for (let round = 0; round < 2000; round++) {
    const list = Array.from({ length: random.below(6) }, () => {
      return `${random.chance(3) ? "!" : ""}${random.pick(texts)}`;
    });
    const all = entries(list.join(" "));
    const inclusion = compileInclusion(all, TABLE);
    for (const address of addresses) {
      const matching = all.filter((entry) => {
        return compileInclusion([{ ...entry, excludes: false }], TABLE).decide(address).included;
      });
      const isIncluded = all.every(({ excludes }) => excludes) ||
        matching.some(({ excludes }) => !excludes);
      const want = isIncluded && !matching.some(({ excludes }) => excludes);
      assertEquals(inclusion.decide(address).included, want, `[${list}] ${address}`);
      if (want) served++;
    }
  }
  assert(served > 2000 && served < 2000 * addresses.length - 2000, String(served));
});

Deno.test("interfacesMatching() takes names, alternative names and patterns", () => {
  const found = (name: string): string => {
    return interfacesMatching({ name }, TABLE.interfaces).map((one) => one.name).join();
  };
  assertEquals(found("eth0"), "eth0");
  assertEquals(found("lan"), "eth0");
  assertEquals(found("eth*"), "eth0,eth1");
  assertEquals(found("*-1"), "br-1");
  assertEquals(found("[bl]*"), "lo,eth0,br-1"); // lan is eth0
  assertEquals(found("eth"), "");
});

Deno.test("INCLUSION_RULES fits a terminal of 80 columns, and has the rule in one sentence", () => {
  assertEquals(INCLUSION_RULES.split("\n").filter((line) => line.length > 80), []);
  assertStringIncludes(INCLUSION_RULES.replaceAll("\n", " "), INCLUSION_RULE);
});

function entries(list: string): ReturnType<typeof parseList> {
  return parseList(list.split(" ").filter((text) => text !== ""));
}

function ip(text: string): Ip {
  return parseIp(text) as Ip;
}
