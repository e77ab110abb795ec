/** Goal: the machine's addresses in one form. Method: recorded results, and this machine. */
import { assert, assertEquals } from "@std/assert";
import { type Ip, parseIp } from "../../../mod/base/address.ts";
import {
  addressSnapshot,
  addressTable,
  equalsIgnoringZone,
  machineAddresses,
  readMachine,
} from "../../../mod/listen/machine/machine_addresses.ts";

function record(name: string, cidr: string, scopeid: number | null): Deno.NetworkInterfaceInfo {
  const address = cidr.slice(0, cidr.indexOf("/"));
  const family = scopeid === null ? "IPv4" : "IPv6";
  const mac = "00:00:00:00:00:00";
  return { family, name, address, netmask: "", scopeid, cidr, mac } as Deno.NetworkInterfaceInfo;
}

const RECORDS = [
  record("lo", "127.0.0.1/8", null),
  record("eth0", "192.0.2.2/24", null),
  record("lo", "::1/128", 0),
  record("eth0", "FD00::2/64", 0),
  record("eth0", "fe80::fc:ff:fe00:1/64", 4),
];

Deno.test("machineAddresses() returns canonical addresses, zones and scopes", () => {
  const found = machineAddresses(RECORDS, "linux");
  assertEquals(found.map(({ ip, scope, prefixBits }) => `${ip} ${scope} ${prefixBits}`), [
    "127.0.0.1 host 8",
    "192.0.2.2 global 24",
    "::1 host 128",
    "fd00::2 global 64",
    "fe80::fc:ff:fe00:1%eth0 link 64",
  ]);
  const labelled = [record("eth0:1", "192.0.2.3/24", null)];
  assertEquals(machineAddresses(labelled, "linux")[0]?.interface, "eth0");
  assertEquals(machineAddresses(RECORDS, "windows").at(-1)?.ip, "fe80::fc:ff:fe00:1%4");
});

Deno.test("addressTable() has the whole loopback block on Linux, one address elsewhere", () => {
  const addresses = machineAddresses(RECORDS, "linux");
  const machine = { addresses, hasIpv6: true, dualStack: true };
  const linux = addressTable({ ...machine, wholeLoopback: true });
  const other = addressTable({ ...machine, wholeLoopback: false });
  const cases: readonly (readonly [address: string, linux: string | null, other: string | null])[] =
    [
      ["127.0.0.1", "lo", "lo"],
      ["127.0.0.2", "lo", null],
      ["127.255.0.9", "lo", null],
      ["128.0.0.1", null, null],
      ["192.0.2.2", "eth0", "eth0"],
      ["192.0.2.3", null, null],
      ["::1", "lo", "lo"],
      ["::2", null, null],
    ];
  for (const [address, onLinux, elsewhere] of cases) {
    assertEquals(linux.interfaceOf(ip(address)), onLinux, address);
    assertEquals(other.interfaceOf(ip(address)), elsewhere, address);
  }
});

Deno.test("readMachine() finds the loopback address of this machine", () => {
  const machine = readMachine();
  assert(addressTable(machine).interfaceOf(ip("127.0.0.1")) !== null);
});

Deno.test("addressSnapshot() stays the same while nothing changes, and has every address", () => {
  const key = addressSnapshot();
  assertEquals(addressSnapshot(), key);
  assertEquals(key.split("\n").length, Deno.networkInterfaces().length);
});

Deno.test("equalsIgnoringZone() compares zones only if both addresses have one", () => {
  assert(equalsIgnoringZone(ip("fe80::1%eth0"), ip("fe80::1")));
  assert(!equalsIgnoringZone(ip("fe80::1%eth0"), ip("fe80::1%eth1")));
  assert(!equalsIgnoringZone(ip("fe80::1%eth0"), ip("fe80::2")));
});

function ip(text: string): Ip {
  return parseIp(text) as Ip;
}
