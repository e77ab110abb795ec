/** Goal: the tunnels of a client are counted, whatever address it uses. Method: addresses. */
import { assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import { limitOf } from "../../support/workers/limits.ts";
import { TunnelLimits } from "../../../mod/site/proxy/tunnel_limits.ts";

const ip = (text: string): Ip => text as Ip;

Deno.test("TunnelLimits.admit() counts each client up to the limit", () => {
  const limits = new TunnelLimits(limitOf(2));
  const admit = (text: string): boolean => limits.admit(ip(text)) === true;
  assertEquals([admit("10.0.0.1"), admit("10.0.0.1"), admit("10.0.0.1")], [true, true, false]);
  assertEquals(admit("10.0.0.2"), true);
  limits.release(ip("10.0.0.1"));
  assertEquals([admit("10.0.0.1"), admit("10.0.0.1")], [true, false]);
});

Deno.test("TunnelLimits takes the /64 of an IPv6 address for one client", () => {
  const limits = new TunnelLimits(limitOf(1));
  const admit = (text: string): boolean => limits.admit(ip(text)) === true;
  assertEquals([admit("2001:db8:0:1::1"), admit("2001:db8:0:1:ffff::2")], [true, false]);
  assertEquals(admit("2001:db8:0:2::1"), true);
  limits.release(ip("2001:db8:0:1::7"));
  assertEquals(admit("2001:db8:0:1::1"), true);
  assertEquals([admit("fe80::1%2"), admit("fe80::2%2"), admit("fe80::2%3")], [true, true, true]);
  assertEquals(admit("fe80::1%2"), false);
});
