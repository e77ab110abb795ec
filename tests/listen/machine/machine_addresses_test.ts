/** Goal: the machine's addresses in one form. Method: recorded results, and this machine. */
import { assert, assertEquals } from "@std/assert";
import { atOnce } from "../../../mod/base/work/steps.ts";
import {
  type MachineAddress,
  machineAddresses,
  readMachine,
  readMachineAside,
} from "../../../mod/listen/machine/machine_addresses.ts";

const LISTING = [
  "lo\t127.0.0.1\t8\t0",
  "eth0\t192.0.2.2\t24\t0",
  "lo\t::1\t128\t0",
  "eth0\tFD00::2\t64\t0",
  "eth0\tfe80::fc:ff:fe00:1\t64\t4",
].join("\n");

function parsed(listing: string, os: string): readonly MachineAddress[] {
  return atOnce(machineAddresses(listing, os, isInterface));
}

function isInterface(name: string): boolean {
  return ["lo", "eth0", "eth01"].includes(name);
}

Deno.test("machineAddresses() returns canonical addresses, zones and scopes", () => {
  const found = parsed(LISTING, "linux");
  assertEquals(found.map((one) => `${one.ip} ${one.scope} ${one.prefixBits} ${one.scopeId}`), [
    "127.0.0.1 host 8 0",
    "192.0.2.2 global 24 0",
    "::1 host 128 0",
    "fd00::2 global 64 0",
    "fe80::fc:ff:fe00:1%eth0 link 64 4",
  ]);
  const labels = ["eth0:1", "eth0", "eth0-web", "eth0x", "eth01", "other:2"];
  const labelled = labels.map((label) => `${label}\t192.0.2.3\t24\t0`);
  assertEquals(
    parsed(labelled.join("\n"), "linux").map((one) => one.interface),
    ["eth0", "eth0", "eth0", "eth0", "eth01", "other"],
  );
  assertEquals(
    parsed(LISTING, "windows").at(-1)?.ip,
    "fe80::fc:ff:fe00:1%4",
  );
});

Deno.test("readMachine() finds the loopback address of this machine, aside too", async () => {
  const machine = readMachine();
  assert(machine.addresses.some((address) => address.ip === "127.0.0.1"));
  assertEquals(await readMachineAside(), machine);
});
