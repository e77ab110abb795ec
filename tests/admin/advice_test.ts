/** Goal: advice is given only about entries without effect. Method: a table, no machine. */
import { assertEquals } from "@std/assert";
import type { Ip } from "../../mod/base/address.ts";
import { absenceReason, listAdvice } from "../../mod/admin/advice.ts";
import { type ListEntry, parseEntry } from "../../mod/config/document/list_entry.ts";
import type { Machine } from "../../mod/listen/machine/machine_addresses.ts";

const MACHINE: Machine = {
  addresses: [
    { ip: "10.0.0.5" as Ip, interface: "eth0", family: 4, prefixBits: 24, scope: "global" },
  ],
  hasIpv6: true,
  dualStack: true,
  wholeLoopback: true,
};

Deno.test("listAdvice() and absenceReason() report entries that are absent or never decide", () => {
  const cases: readonly (readonly [list: string, pattern: RegExp | null, isAbsent: boolean])[] = [
    ["10.0.0.5", null, false],
    ["10.0.0.9", null, true],
    ["!10.0.0.9", null, false],
    ["eth0", null, false],
    ["eth9", /^"eth9" matches nothing until/, true],
    ["!eth9", /^"!eth9" matches nothing until/, false],
    ["192.0.2.0/24", null, false],
    ["::", null, false],
    ["10.0.0.0/8 10.0.0.5", /has no effect/, false],
    ["10.0.0.0/8 !10.0.0.5", /has no effect/, false],
  ];
  for (const [text, pattern, isAbsent] of cases) {
    const list = text.split(" ");
    const entry = parseEntry(list.at(-1)!) as ListEntry;
    const advice = listAdvice(list.slice(0, -1), list, MACHINE);
    assertEquals(
      advice.map(({ text }) => pattern?.test(text)),
      pattern === null ? [] : [true],
      text,
    );
    assertEquals(absenceReason(entry, MACHINE) !== null, isAbsent, text);
    assertEquals(listAdvice(list, list, MACHINE), [], "no advice about earlier entries");
  }
});

Deno.test("listAdvice() suggests the command that moves a shadowed entry", () => {
  const [advice] = listAdvice([], ["eth0", "10.0.0.0/8", "!10.0.0.5"], MACHINE);
  assertEquals(
    advice?.hint,
    "httpcfg delete iplisten -i '!10.0.0.5'; httpcfg set iplisten -i '!10.0.0.5' --before 2",
  );
});
