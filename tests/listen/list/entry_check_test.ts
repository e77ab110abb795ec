/** Goal: an entry that this machine cannot mean is refused when typed. Method: tables. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { isProblem } from "../../../mod/base/problem.ts";
import { type ListEntry, parseEntry } from "../../../mod/config/document/list_entry.ts";
import { absenceReason, readEntry } from "../../../mod/listen/list/entry_check.ts";
import { linksOf, tableOf } from "../../support/machine.ts";

const TABLE = tableOf(["127.0.0.1/8 lo", "10.0.0.5/24 eth0", "10.0.0.6/32 eth0"], {
  links: linksOf({ lo: [], eth0: ["lan"], eth1: [] }, {}, { "10.0.0.255": "10.0.0.0/24" }),
});

Deno.test("readEntry() accepts what the machine has, and what it may get", () => {
  for (const text of "eth0 lan eth1 !lo eth* no-* eth0/stable 10.0.0.9 10.0.0.6 ::1".split(" ")) {
    const entry = readEntry(text, TABLE);
    assert(!isProblem(entry), text);
    assertEquals(entry.text, text);
  }
  assert(!isProblem(readEntry("eth9", TABLE, { later: true })));
  assert(!isProblem(readEntry("fe80::1%eth9", TABLE, { later: true })));
  assert(!isProblem(readEntry("www.example", TABLE, { later: true })), "a name like any other");
});

Deno.test("readEntry() refuses other names and broadcast addresses, with a hint that fits", () => {
  const cases: readonly (readonly [text: string, reason: string, hint: string])[] = [
    ["eth9", 'interface of this machine ("lo", "eth0"', "set iplisten -i eth0"],
    ["eth9", "not an address, a block or an interface", "set iplisten --later -i eth9"],
    ["www.example.com", "a host name", "getent ahosts www.example.com"],
    ["localhost", "a host name", "set iplisten -i 127.0.0.1 -i ::1"],
    ["!localhost", "a host name", "-i '!127.0.0.1'"],
    ["not 10.0.0.5", "an exclusion begins with", "-i '!10.0.0.5'"],
    ["all", "not an address", "set iplisten -i 0.0.0.0 -i ::"],
    ["10.0.0.255", "the broadcast address of 10.0.0.0/24", "set iplisten -i 10.0.0.0/24"],
    ["!10.0.0.255", "the broadcast address of 10.0.0.0/24", "-i '!10.0.0.0/24'"],
    ["1.2.3", "four parts", "1.2.3.0/24"],
    ["fe80::1%eth9", "no interface named eth9", "set iplisten --later -i fe80::1%eth9"],
    ["fe80::1%99", "no interface with the index 99", "set iplisten -i fe80::1%eth0"],
    ["fe80::1%25eth0", "%25 is % only inside a URL", "set iplisten -i fe80::1%eth0"],
  ];
  for (const [text, reason, hint] of cases) {
    const problem = readEntry(text, TABLE);
    assert(isProblem(problem), text);
    assertStringIncludes(problem.reason, reason, text);
    assertStringIncludes(problem.hint ?? "", hint, text);
  }
});

Deno.test("absenceReason() says why an entry matches nothing now", () => {
  const cases: readonly (readonly [text: string, reason: string | null])[] = [
    ["10.0.0.5", null],
    ["10.0.0.9", "no interface of this machine has the address"],
    ["!10.0.0.9", null],
    ["eth1", null],
    ["eth9", "no interface matches it"],
    ["no-*", "no interface matches it"],
    ["!no-*", null],
    ["192.0.2.0/24", null],
  ];
  for (const [text, reason] of cases) {
    assertEquals(absenceReason(parseEntry(text) as ListEntry, TABLE), reason, text);
  }
});
