// Goal: a block has one spelling, and what it is not is said. Method: a table.
import { assertEquals } from "@std/assert";
import type { IpBlock } from "../../../mod/base/ip_blocks.ts";
import { isProblem } from "../../../mod/base/problem.ts";
import {
  blocksOf,
  blockTexts,
  formatBlock,
  parseAddressBlock,
} from "../../../mod/config/document/address_block.ts";
import type { Ip } from "../../../mod/base/address.ts";

for (
  const [text, want] of [
    ["10.0.0.7", "10.0.0.7"],
    ["10.0.0.7/32", "10.0.0.7"],
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["2001:DB8::0:1", "2001:db8::1"],
    ["2001:db8::/32", "2001:db8::/32"],
    ["::ffff:10.0.0.7", "10.0.0.7"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["::/0", "::/0"],
    ["fe80::/10", "fe80::/10"],
  ] as const
) {
  Deno.test(`parseAddressBlock() reads ${text} as ${want}`, () => {
    const block = parseAddressBlock(text);
    assertEquals(isProblem(block) ? block.reason : formatBlock(block), want);
  });
}

for (
  const [text, reason, hint] of [
    ["", "the entry is empty", undefined],
    ["10.0.0.5/8", "the address has bits set beyond its 8-bit prefix", "10.0.0.0/8\n10.0.0.5"],
    ["10.0.0.0/33", "an IPv4 prefix has at most 32 bits", "10.0.0.0"],
    ["!10.0.0.0/8", "a block cannot exclude addresses", "10.0.0.0/8"],
    [
      "10.0.0.1-10.0.0.3",
      "a range; the list has blocks instead",
      "10.0.0.1,10.0.0.2/31",
    ],
    ["eth0", "not an address or a block of addresses", undefined],
    ["br-*", "not an address or a block of addresses", undefined],
    ["0.0.0.0", "every address is 0.0.0.0/0", "0.0.0.0/0"],
    ["::", "every address is ::/0", "::/0"],
    ["fe80::1%eth0", "a block has no zone", "fe80::1"],
    ["224.0.0.0/4", "a multicast block", undefined],
  ] as const
) {
  Deno.test(`parseAddressBlock() refuses ${JSON.stringify(text)}`, () => {
    const block = parseAddressBlock(text);
    assertEquals(isProblem(block) ? [block.reason, block.hint] : block, [reason, hint]);
  });
}

Deno.test("blockTexts() sorts, and keeps each once", () => {
  const texts = ["::1", "10.0.0.0/8", "127.0.0.1/32", "10.0.0.0", "127.0.0.1", "10.0.0.0/8"];
  const blocks = texts.map(parseAddressBlock).filter((block): block is IpBlock => {
    return !isProblem(block);
  });
  assertEquals(blockTexts(blocks), ["10.0.0.0/8", "10.0.0.0", "127.0.0.1", "::1"]);
});

Deno.test("blocksOf() includes the addresses of its blocks and no other", () => {
  const blocks = blocksOf(["10.0.0.0/9", "192.0.2.1", "2001:db8:8000::/33", "fe80::/10"]);
  const cases = {
    "10.0.0.0": true,
    "10.127.255.255": true,
    "10.128.0.0": false,
    "192.0.2.1": true,
    "192.0.2.0": false,
    "2001:db8:8000::": true,
    "2001:db8:ffff::1": true,
    "2001:db8:7fff::1": false,
    "fe80::1%eth0": true,
    "::1": false,
  };
  for (const [ip, want] of Object.entries(cases)) assertEquals(blocks.includes(ip as Ip), want, ip);
  assertEquals([blocks.isEmpty, blocksOf([]).isEmpty, blocksOf([]).includes("::1" as Ip)], [
    false,
    true,
    false,
  ]);
  assertEquals(blocksOf(["0.0.0.0/0"]).includes("255.1.2.3" as Ip), true);
});
