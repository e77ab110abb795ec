/** Goal: the system's answer counts. Method: addresses of this machine and of nobody. */
import { assert, assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import { askSystem, bindName, canBind } from "../../../mod/listen/machine/ask_system.ts";
import { machineOf } from "../../support/machine.ts";

/** All of 127.0.0.0/8 is loopback there. */
const HAS_BLOCK = ["linux", "windows"].includes(Deno.build.os);

Deno.test("canBind() asks the system, whatever interfaces say", () => {
  const answers = ["127.0.0.1", "127.7.7.7", "0.0.0.0", "203.0.113.9", "fe80::1"]
    .map((ip) => canBind(ip as Ip, 0));
  assertEquals(answers, [true, HAS_BLOCK, true, false, false]);
  assertEquals(canBind("fe80::1%gone0" as Ip, 999_999), false);
  assertEquals(canBind("fe80::1%gone0" as Ip, 0), false);
});

Deno.test("bindName() names an interface by its index, which cannot change", () => {
  assertEquals(bindName("fe80::1%eth0" as Ip, 7), "fe80::1%7");
  assertEquals(bindName("fe80::1%eth0" as Ip, 0), "fe80::1%eth0");
  assertEquals(bindName("10.0.0.1" as Ip, 0), "10.0.0.1");
});

Deno.test("askSystem() tells what is local without an interface, and what an interface has in vain", async () => {
  const machine = machineOf(["127.0.0.1/8 lo", "203.0.113.7/24 eth0"]);
  const named = Array.from({ length: 300 }, (_, i) => `127.0.${i >> 8}.${i & 255}` as Ip);
  const asked = await askSystem(machine, {
    named: [...named, "203.0.113.9" as Ip],
    wanted: machine.addresses.map(({ ip }) => ip),
  });
  if (HAS_BLOCK) assertEquals(asked.unlisted.size, 299, "127.0.0.1 is listed");
  assert(!asked.unlisted.has("203.0.113.9" as Ip));
  assertEquals([...asked.unbindable], [[
    "203.0.113.7" as Ip,
    "an interface has the address, but the system does not allow it to be bound",
  ]]);
});
