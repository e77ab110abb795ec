/** Goal: the machine's addresses in one form. Method: recorded results, and this machine. */
import { assert, assertEquals } from "@std/assert";
import {
  addressSnapshot,
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

function isInterface(name: string): boolean {
  return ["lo", "eth0", "eth01"].includes(name);
}

Deno.test("machineAddresses() returns canonical addresses, zones and scopes", () => {
  const found = machineAddresses(RECORDS, "linux", isInterface);
  assertEquals(found.map((one) => `${one.ip} ${one.scope} ${one.prefixBits} ${one.scopeId}`), [
    "127.0.0.1 host 8 0",
    "192.0.2.2 global 24 0",
    "::1 host 128 0",
    "fd00::2 global 64 0",
    "fe80::fc:ff:fe00:1%eth0 link 64 4",
  ]);
  const labels = ["eth0:1", "eth0", "eth0-web", "eth0x", "eth01", "other:2"];
  const labelled = labels.map((label) => record(label, "192.0.2.3/24", null));
  assertEquals(
    machineAddresses(labelled, "linux", isInterface).map((one) => one.interface),
    ["eth0", "eth0", "eth0", "eth0", "eth01", "other"],
  );
  assertEquals(
    machineAddresses(RECORDS, "windows", isInterface).at(-1)?.ip,
    "fe80::fc:ff:fe00:1%4",
  );
});

Deno.test("readMachine() finds the loopback address of this machine", () => {
  const machine = readMachine();
  assert(machine.addresses.some((address) => address.ip === "127.0.0.1"));
});

Deno.test("addressSnapshot() stays the same while nothing changes, and has every address", () => {
  const key = addressSnapshot();
  assertEquals(addressSnapshot(), key);
  assertEquals(key.split("\n").length, Deno.networkInterfaces().length);
});
