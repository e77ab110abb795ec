/** Goal: every rule of the list is seen to decide. Method: tables, no sockets. */
import { assertEquals } from "@std/assert";
import { type Ip, parseIp } from "../../../mod/base/address.ts";
import {
  compileInclusion,
  findShadowingEntry,
  INCLUSION_RULES,
} from "../../../mod/listen/list/inclusion.ts";
import { parseList } from "../../../mod/config/document/list_entry.ts";

type Case = readonly [list: string, address: string, on: string | null, want: boolean];

Deno.test("Inclusion.decide() follows the rules of the list", () => {
  const cases: readonly Case[] = [
    ["", "10.0.0.5", "eth0", true],
    ["", "::1", "lo", true],
    ["10.0.0.5", "10.0.0.5", "eth0", true],
    ["10.0.0.5", "10.0.0.6", "eth0", false],
    ["10.0.0.5", "::1", "lo", false],
    ["10.0.0.0/8", "10.255.0.1", "eth0", true],
    ["10.0.0.0/8", "11.0.0.1", "eth0", false],
    ["10.0.0.0/8", "a00::1", "eth0", false],
    ["10.128.0.0/9", "10.127.255.255", "eth0", false],
    ["10.128.0.0/9", "10.128.0.0", "eth0", true],
    ["fd00::/8", "fd12::1", "eth0", true],
    ["fd00::/8", "fe80::1%eth0", "eth0", false],
    ["fe80::/10", "fe80::1%eth0", "eth0", true],
    ["fe80::1", "fe80::1%eth0", "eth0", true],
    ["fe80::1%eth1", "fe80::1%eth0", "eth0", false],
    ["fe80::1%eth0", "fe80::1%eth0", "eth0", true],
    ["eth1", "10.0.0.5", "eth1", true],
    ["eth1", "10.0.0.5", "eth0", false],
    ["eth1", "10.0.0.5", null, false],
    ["0.0.0.0", "10.0.0.5", "eth0", true],
    ["0.0.0.0", "fd00::1", "eth0", false],
    ["::", "fd00::1", "eth0", true],
    ["::", "10.0.0.5", "eth0", false],
    ["0.0.0.0 ::", "fd00::1", "eth0", true],
    // Only exclusions: every other address is included.
    ["!10.0.0.5", "10.0.0.5", "eth0", false],
    ["!10.0.0.5", "10.0.0.6", "eth0", true],
    ["!10.0.0.5", "::1", "lo", true],
    ["!eth1 !::", "10.0.0.5", "eth0", true],
    ["!eth1 !::", "10.0.0.5", "eth1", false],
    ["!eth1 !::", "::1", "lo", false],
    // With an inclusion, an address that nothing matches is excluded.
    ["!10.0.0.5 10.0.0.0/8", "192.0.2.1", "eth0", false],
    // The first match wins, in either order.
    ["!10.0.0.5 10.0.0.0/8", "10.0.0.5", "eth0", false],
    ["10.0.0.0/8 !10.0.0.5", "10.0.0.5", "eth0", true],
    ["10.0.0.5 !10.0.0.0/8 0.0.0.0", "10.0.0.5", "eth0", true],
    ["10.0.0.5 !10.0.0.0/8 0.0.0.0", "10.0.0.6", "eth0", false],
    ["10.0.0.5 !10.0.0.0/8 0.0.0.0", "11.0.0.6", "eth0", true],
    ["!10.0.0.5 10.0.0.5", "10.0.0.5", "eth0", false],
  ];
  for (const [list, address, on, want] of cases) {
    const decision = compileInclusion(entries(list)).decide(ip(address), on);
    assertEquals(decision.included, want, `[${list}] ${address} on ${on}`);
  }
});

Deno.test("Inclusion.decide() returns the entry that decided", () => {
  const inclusion = compileInclusion(entries("!10.0.0.5 10.0.0.0/8 10.0.0.6"));
  assertEquals(inclusion.decide(ip("10.0.0.5"), null).entry?.text, "!10.0.0.5");
  assertEquals(inclusion.decide(ip("10.0.0.6"), null).entry?.text, "10.0.0.0/8");
  assertEquals(inclusion.decide(ip("192.0.2.1"), null).entry, null);
});

Deno.test("Inclusion.includesFamily() is false if an address of the family may be excluded", () => {
  const cases: readonly (readonly [list: string, v4: boolean, v6: boolean])[] = [
    ["", true, true],
    ["0.0.0.0", true, false],
    ["::", false, true],
    ["10.0.0.5 0.0.0.0", true, false],
    ["!10.0.0.5 0.0.0.0", false, false],
    ["!fd00::/8 0.0.0.0", true, false],
    ["!eth1 0.0.0.0 ::", false, false],
    ["eth1 0.0.0.0 ::", true, true],
    ["!10.0.0.5", false, true],
    ["!::", true, false],
    ["10.0.0.0/8", false, false],
  ];
  for (const [list, v4, v6] of cases) {
    const inclusion = compileInclusion(entries(list));
    assertEquals([inclusion.includesFamily(4), inclusion.includesFamily(6)], [v4, v6], `[${list}]`);
  }
});

Deno.test("findShadowingEntry() returns the entry that leaves a later one without effect", () => {
  const cases: readonly (readonly [list: string, shadow: string | null])[] = [
    ["10.0.0.0/8 !10.0.0.5", "10.0.0.0/8"],
    ["0.0.0.0 !10.0.0.0/8", "0.0.0.0"],
    ["10.0.0.0/8 !10.1.0.0/16", "10.0.0.0/8"],
    ["10.1.0.0/16 !10.0.0.0/8", null],
    ["!10.0.0.5 10.0.0.5", "!10.0.0.5"],
    ["eth1 !10.0.0.5", null],
    [":: !10.0.0.5", null],
  ];
  for (const [list, shadow] of cases) {
    const all = entries(list);
    assertEquals(findShadowingEntry(all, all.length - 1)?.text ?? null, shadow, `[${list}]`);
  }
});

Deno.test("INCLUSION_RULES fits a terminal of 80 columns", () => {
  assertEquals(INCLUSION_RULES.split("\n").filter((line) => line.length > 80), []);
});

function entries(list: string): ReturnType<typeof parseList> {
  return parseList(list.split(" ").filter((text) => text !== ""));
}

function ip(text: string): Ip {
  return parseIp(text) as Ip;
}
