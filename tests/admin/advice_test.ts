/** Goal: advice is given only about entries without effect. Method: a table, no machine. */
import { assertEquals } from "@std/assert";
import { listAdvice } from "../../mod/admin/advice.ts";
import { linksOf, tableOf } from "../support/machine.ts";

const TABLE = tableOf(["10.0.0.5/24 eth0"], { links: linksOf({ eth0: ["lan"], eth1: [] }) });

Deno.test("listAdvice() reports new entries that name no interface", () => {
  const cases: readonly (readonly [entry: string, pattern: RegExp | null])[] = [
    ["10.0.0.9", null],
    ["!10.0.0.9", null],
    ["eth0", null],
    ["lan", null],
    ["eth1", null],
    ["eth*", null],
    ["eth9", /^"eth9" matches nothing until/],
    ["!br-*", /^"!br-\*" matches nothing until/],
    ["192.0.2.0/24", null],
    ["::", null],
  ];
  for (const [entry, pattern] of cases) {
    const advice = listAdvice([entry], TABLE);
    assertEquals(
      advice.map(({ text }) => pattern?.test(text)),
      pattern === null ? [] : [true],
      entry,
    );
  }
});

Deno.test("listAdvice() says that a system does not tell temporary addresses apart", () => {
  const lines = ["10.0.0.5/24 Ethernet_2", "2001:db8::1/64 Ethernet_2", "10.1.0.5/24 eth1"];
  const hidden = tableOf(lines, { links: linksOf({}) });
  const text = (entry: string, table = hidden): string[] => {
    return listAdvice([entry], table).map((one) => `${one.text}\n${one.hint}`);
  };
  assertEquals(text("Ethernet_2/stable"), [
    '"Ethernet_2/stable" matches no IPv6 address: this system does not say which are temporary\n' +
    "httpcfg set iplisten -i Ethernet_2",
  ]);
  assertEquals(text("Ethernet_2"), []);
  assertEquals(text("eth1/stable"), []);
  const shown = { links: linksOf({}, { "2001:db8::1 Ethernet_2": false }) };
  assertEquals(text("Ethernet_2/stable", tableOf(lines, shown)), []);
});
