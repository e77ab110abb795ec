/** Goal: which interface has an address, and why one cannot be bound. Method: tables. */
import { assertEquals } from "@std/assert";
import { type Ip, parseIp } from "../../../mod/base/address.ts";
import { needsZone } from "../../../mod/listen/machine/address_table.ts";
import { linksOf, tableOf } from "../../support/machine.ts";

const LINES = [
  "127.0.0.1/8 lo",
  "192.0.2.2/24 eth0",
  "192.0.2.2/24 eth1",
  "10.0.0.1/31 eth1",
  "10.1.0.1/32 eth1",
  "::1/128 lo",
  "fe80::1/64 eth0 2",
  "fe80::1/64 eth1 3",
];
const MORE = {
  links: linksOf({ lo: [], eth0: ["lan"], eth1: [], eth2: ["spare"] }, {}, {
    "192.0.2.200": "192.0.2.0/24", // as it was configured
  }),
  unlisted: new Set(["127.0.0.2", "198.51.100.1", "192.0.2.200"].map(ip)),
  unbindable: new Map([[ip("fe80::1%eth1"), "not yet"]]),
};
const ABSENT = "no interface of this machine has the address";

Deno.test("AddressTable.interfacesOf() has the whole loopback block where the system has", () => {
  const linux = tableOf(LINES, MORE);
  const other = tableOf(LINES, { ...MORE, wholeLoopback: false });
  const cases: readonly (readonly [address: string, linux: string, other: string])[] = [
    ["127.0.0.1", "lo", "lo"],
    ["127.0.0.2", "lo", ""],
    ["127.255.0.9", "lo", ""],
    ["128.0.0.1", "", ""],
    ["192.0.2.2", "eth0 eth1", "eth0 eth1"],
    ["192.0.2.3", "", ""],
    ["::1", "lo", "lo"],
    ["::2", "", ""],
    ["fe80::1", "eth0 eth1", "eth0 eth1"],
    ["fe80::1%eth1", "eth1", "eth1"],
    ["fe80::1%lan", "eth0", "eth0"],
    ["fe80::1%2", "eth0", "eth0"],
    ["fe80::1%spare", "", ""],
  ];
  for (const [address, onLinux, elsewhere] of cases) {
    assertEquals(linux.interfacesOf(ip(address)).join(" "), onLinux, address);
    assertEquals(other.interfacesOf(ip(address)).join(" "), elsewhere, address);
  }
});

Deno.test("AddressTable.canonical() names the interface of a zone, and scopeIdOf() its index", () => {
  const table = tableOf(LINES, MORE);
  const cases: readonly (readonly [text: string, canonical: string, scopeId: number])[] = [
    ["fe80::1%eth0", "fe80::1%eth0", 2],
    ["fe80::1%lan", "fe80::1%eth0", 2],
    ["fe80::1%3", "fe80::1%eth1", 3],
    ["fe80::99%eth0", "fe80::99%eth0", 2], // whether or not the interface has the address
    ["fe80::1%9", "fe80::1%9", 0],
    ["fe80::1%gone0", "fe80::1%gone0", 0],
    ["fe80::1", "fe80::1", 0],
    ["10.0.0.1", "10.0.0.1", 0],
  ];
  for (const [text, canonical, scopeId] of cases) {
    assertEquals(
      [table.canonical(ip(text)), table.scopeIdOf(ip(text))],
      [canonical, scopeId],
      text,
    );
  }
});

Deno.test("AddressTable.canonical() keeps the number of an interface on Windows", () => {
  const table = tableOf(["fe80::1/64 4 4"]); // its zone is the index
  assertEquals(table.canonical(ip("fe80::1%4")), "fe80::1%4");
});

Deno.test("AddressTable.absenceOf() gives the cause, and null for what the system allows", () => {
  const table = tableOf(LINES, MORE);
  const cases: readonly (readonly [text: string, cause: string | null])[] = [
    ["0.0.0.0", null],
    ["::", null],
    ["192.0.2.2", null],
    ["127.0.0.2", null],
    ["127.0.0.3", ABSENT],
    ["198.51.100.1", null],
    ["198.51.100.2", ABSENT],
    ["192.0.2.200", "it is the broadcast address of 192.0.2.0/24"],
    ["192.0.2.255", "it is the broadcast address of 192.0.2.0/24"],
    ["127.255.255.255", "it is the broadcast address of 127.0.0.0/8"],
    ["10.0.0.0", ABSENT],
    ["fe80::1%eth0", null],
    ["fe80::1%eth1", "not yet"],
    ["fe80::1%3", "not yet"],
    ["fe80::1%eth2", ABSENT],
    ["fe80::1%eth9", "this machine has no interface named eth9"],
    ["fe80::1%9", "this machine has no interface with the index 9"],
  ];
  for (const [text, cause] of cases) assertEquals(table.absenceOf(ip(text)), cause, text);
});

Deno.test("AddressTable.absenceOf() says what loopback lacks on macOS and the BSDs", () => {
  const lo0 = ["127.0.0.1/8 lo0", "127.0.0.2/8 lo0", "10.0.0.5/24 en0"];
  const table = tableOf(lo0, { wholeLoopback: false });
  const cases: readonly (readonly [text: string, cause: string | null])[] = [
    ["127.0.0.1", null],
    ["127.0.0.2", null],
    ["127.0.0.3", "loopback of this system has only the addresses that it was given"],
    ["10.0.0.6", ABSENT],
    ["::1", ABSENT],
  ];
  for (const [text, cause] of cases) assertEquals(table.absenceOf(ip(text)), cause, text);
});

Deno.test("AddressTable.interfacesOf() has the whole loopback block of Windows too", () => {
  const lines = ["127.0.0.1/8 Loopback_Pseudo-Interface_1", "10.0.0.5/8 Ethernet_2"];
  const table = tableOf(lines, { wholeLoopback: true });
  assertEquals(table.interfacesOf(ip("127.0.0.2")), ["Loopback_Pseudo-Interface_1"]);
  assertEquals(table.interfacesOf(ip("10.0.0.6")), []);
});

Deno.test("AddressTable.broadcastOf() is null for a network without a broadcast address", () => {
  const table = tableOf(LINES);
  assertEquals(table.broadcastOf(ip("10.0.0.1")), null, "a /31 has none");
  assertEquals(table.broadcastOf(ip("10.1.0.1")), null, "a /32 has none");
});

Deno.test("needsZone() is true for a link-local address without one", () => {
  const cases = ["fe80::1", "febf::1", "fe80::1%eth0", "fec0::1", "::1", "10.0.0.1"];
  assertEquals(cases.map((text) => needsZone(ip(text))), [true, true, false, false, false, false]);
});

function ip(text: string): Ip {
  return parseIp(text) as Ip;
}
