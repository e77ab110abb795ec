// Goal: zones mean the same in a worker as in the service. Method: a machine with zones, there and
// back.
import { assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import { DEFAULT_SETTINGS } from "../../../mod/config/document/settings.ts";
import {
  canonicalIn,
  machineOfZones,
  nothingServed,
  zonesOf,
} from "../../../mod/host/serving/served.ts";
import { AddressTable } from "../../../mod/listen/machine/address_table.ts";
import { readMachine } from "../../../mod/listen/machine/machine_addresses.ts";

Deno.test("zonesOf() keeps the addresses that have a zone, and survives a message", () => {
  const machine = {
    ...readMachine(),
    addresses: [
      { ip: "10.0.0.1" as Ip, interface: "eth0", scopeId: 0, prefixLength: 24 },
      { ip: "fe80::1%eth0" as Ip, interface: "eth0", scopeId: 7, prefixLength: 64 },
    ] as unknown as ReturnType<typeof readMachine>["addresses"],
    dualStack: false,
    links: {
      names: new Map([["eth0", ["lan"]]]),
      flags: new Map(),
      broadcasts: new Map(),
    },
  };
  const zones = JSON.parse(JSON.stringify(zonesOf(machine))) as ReturnType<typeof zonesOf>;
  assertEquals(zones.addresses.map(({ ip }) => `${ip}`), ["fe80::1%eth0"]);
  assertEquals([zones.dualStack, zones.names], [false, [["eth0", ["lan"]]]]);
  const there = new AddressTable(machine);
  const here = canonicalIn(zones);
  for (const ip of ["fe80::1%eth0", "fe80::1%lan", "fe80::1%7", "fe80::1%nowhere", "10.0.0.1"]) {
    assertEquals(here(ip as Ip), there.canonical(ip as Ip), ip);
  }
  assertEquals(machineOfZones({ ...zones, names: null }).links, null);
});

Deno.test("nothingServed() has settings and nothing else", () => {
  const { settings, zones, via, siteIds, ...rest } = nothingServed(DEFAULT_SETTINGS, "us");
  assertEquals([settings, via, siteIds], [DEFAULT_SETTINGS, "us", null]);
  assertEquals([Object.values(rest).flat(), zones.addresses], [[], []]);
});
