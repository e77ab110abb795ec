/** Goal: one text per meaning, and a reason for every text without one. Method: tables. */
import { isProblem } from "../../../mod/base/problem.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseEntry, parseList } from "../../../mod/config/document/list_entry.ts";

Deno.test("parseEntry() returns the canonical form of what it accepts", () => {
  const cases: readonly (readonly [text: string, canonical: string, kind: string])[] = [
    ["10.0.0.5", "10.0.0.5", "address"],
    ["2001:DB8:0:0::5", "2001:db8::5", "address"],
    ["::ffff:10.0.0.5", "10.0.0.5", "address"],
    ["fe80::1%eth0", "fe80::1%eth0", "address"],
    ["10.0.0.5/32", "10.0.0.5", "address"],
    ["::1/128", "::1", "address"],
    ["0.0.0.0", "0.0.0.0", "any"],
    ["0.0.0.0/0", "0.0.0.0", "any"],
    ["::", "::", "any"],
    ["0:0::0", "::", "any"],
    ["::/0", "::", "any"],
    ["10.0.0.0/8", "10.0.0.0/8", "block"],
    ["10.128.0.0/9", "10.128.0.0/9", "block"],
    ["FD00::/8", "fd00::/8", "block"],
    ["2001:db8:0:0::/64", "2001:db8::/64", "block"],
    ["eth1", "eth1", "interface"],
    ["Ethernet 2", "Ethernet 2", "interface"],
    ["vEthernet (WSL)", "vEthernet (WSL)", "interface"],
    ["!10.0.0.5", "!10.0.0.5", "address"],
    ["!::ffff:10.0.0.5", "!10.0.0.5", "address"],
    ["!10.0.0.0/8", "!10.0.0.0/8", "block"],
    ["!eth1", "!eth1", "interface"],
    ["!::", "!::", "any"],
  ];
  for (const [text, canonical, kind] of cases) {
    const entry = parseEntry(text);
    assert(!isProblem(entry), text);
    assertEquals([entry.text, entry.target.kind], [canonical, kind], text);
    assertEquals(entry.excludes, text.startsWith("!"), text);
    assertEquals(parseEntry(canonical), entry, `${canonical} again`);
  }
});

Deno.test("parseEntry() rejects everything else with a reason and a hint", () => {
  const cases: readonly (readonly [text: string, reason: string, hint: string])[] = [
    ["", "empty", "10.0.0.5"],
    ["1.2.3.4:80", "has no port", "give 1.2.3.4"],
    ["[::1]:80", "has no port", "give ::1"],
    ["[::1]", "no brackets", "give ::1"],
    ["01.2.3.4", "leading zero", "without leading zeros"],
    ["1.2.3.010", "leading zero", "without leading zeros"],
    ["1..2.3", "not an IP address", "give an address, a block"],
    ["1.2.3", "not an IP address", "give an address, a block"],
    ["1.2.3.4.5", "not an IP address", "give an address, a block"],
    ["256.1.1.1", "not an IP address", "give an address, a block"],
    [" 1.2.3.4", "not an IP address", "give an address, a block"],
    ["1.2.3.4 ", "not an IP address", "give an address, a block"],
    ["1.2.3.4\n", "not an IP address", "give an address, a block"],
    ["0x7f.1", "not an IP address", "give an address, a block"],
    ["2130706433", "not an IP address", "give an address, a block"],
    ["eth0\n", "not an IP address", "give an address, a block"],
    ["eth0 ", "not an IP address", "give an address, a block"],
    ["eth0:1", "not an IP address", "give an address, a block"],
    ["x".repeat(10_000), "longer than", "give an address, a block"],
    ["!", "not an IP address", "give an address, a block"],
    ["!!10.0.0.5", "exclamation", "give an address, a block"],
    [
      "10.0.0.5/24",
      "beyond its 24-bit prefix",
      "give 10.0.0.0/24; for this address alone, give 10.0.0.5",
    ],
    ["fd00::1/8", "beyond its 8-bit prefix", "give fd00::/8"],
    ["10.0.0.0/33", "at most 32 bits", "10.0.0.0"],
    ["fd00::/129", "at most 128 bits", "fd00::"],
    ["10.0.0.0/", "not a block", "10.0.0.0/8"],
    ["10.0.0.0/08", "not a block", "10.0.0.0/8"],
    ["10.0.0.0/-1", "not a block", "10.0.0.0/8"],
    ["/8", "not a block", "10.0.0.0/8"],
    ["10.0.0.0/8/8", "not a block", "10.0.0.0/8"],
    ["10.0.0.0/255.0.0.0", "not a block", "10.0.0.0/8"],
    ["fe80::1%eth0/64", "not a block", "10.0.0.0/8"],
    ["::ffff:10.0.0.0/104", "IPv4 block in IPv6 form", "write it as IPv4"],
  ];
  for (const [text, reason, hint] of cases) {
    const entry = parseEntry(text);
    assert(isProblem(entry), `${JSON.stringify(text)} was accepted`);
    assertStringIncludes(entry.reason, reason, text.slice(0, 40));
    assertStringIncludes(entry.hint ?? "", hint, text.slice(0, 40));
  }
});

Deno.test("parseEntry() accepts only the names of interfaces here, if it is given them", () => {
  const here = ["lo", "eth0"];
  assert(!isProblem(parseEntry("eth0", here)));
  assert(!isProblem(parseEntry("!lo", here)));
  for (const text of ["localhost", "example.com", "not-an-address", "eth1"]) {
    const problem = parseEntry(text, here);
    assert(isProblem(problem), text);
    assertStringIncludes(problem.hint ?? "", '"lo", "eth0"');
  }
});

Deno.test("parseList() keeps the order", () => {
  assertEquals(parseList(["!10.0.0.5", "10.0.0.0/8"]).map(({ text }) => text), [
    "!10.0.0.5",
    "10.0.0.0/8",
  ]);
});
