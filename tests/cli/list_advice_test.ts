/** Goal: only entries that do nothing are talked about. Method: a table, no machine. */
import { assertEquals } from "@std/assert";
import type { Ip } from "../../mod/base/address.ts";
import { absence, addedAdvice } from "../../mod/cli/list_advice.ts";
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

Deno.test("addedAdvice() and absence() speak of what is not there or never decides", () => {
  const cases: readonly (readonly [list: string, word: RegExp | null, isAbsent: boolean])[] = [
    ["10.0.0.5", null, false],
    ["10.0.0.9", null, true],
    ["!10.0.0.9", null, false],
    ["eth0", null, false],
    ["eth9", null, true],
    ["192.0.2.0/24", null, false],
    ["::", null, false],
    ["10.0.0.0/8 10.0.0.5", /decides nothing/, false],
    ["10.0.0.0/8 !10.0.0.5", /decides nothing/, false],
  ];
  for (const [text, word, isAbsent] of cases) {
    const list = text.split(" ");
    const entry = parseEntry(list.at(-1)!) as ListEntry;
    const advice = addedAdvice(entry, list);
    assertEquals(
      word === null ? advice : word.test(advice ?? ""),
      word === null ? null : true,
      text,
    );
    assertEquals(absence(entry, MACHINE) !== null, isAbsent, text);
  }
});
