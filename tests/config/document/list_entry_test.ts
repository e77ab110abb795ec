/** Goal: one text per meaning, and a reason for every text without one. Method: tables. */
import { isProblem } from "../../../mod/base/problem.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseEntry } from "../../../mod/config/document/list_entry.ts";

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
    // Only ::ffff:0:0/96 is IPv4; other IPv6 addresses that end in dotted decimal are IPv6.
    ["::10.9.1.1", "::a09:101", "address"],
    ["64:ff9b::10.9.1.1", "64:ff9b::a09:101", "address"],
    ["::FFFF:0A09:0101", "10.9.1.1", "address"],
    ["::10.9.0.0/112", "::a09:0/112", "block"],
    ["240.0.0.1", "240.0.0.1", "address"],
    ["0.0.0.1", "0.0.0.1", "address"],
    ["0.0.0.0/1", "0.0.0.0/1", "block"],
    ["fe80::1%3", "fe80::1%3", "address"],
    ["eth*", "eth*", "interface"],
    ["!br-*", "!br-*", "interface"],
    ["*-ext", "*-ext", "interface"],
    ["eth[0-3]", "eth[0-3]", "interface"],
    ["eth[!0]", "eth[!0]", "interface"],
    ["eth0/stable", "eth0/stable", "interface"],
    ["!eth?/stable", "!eth?/stable", "interface"],
    ["eth0.100", "eth0.100", "interface"],
    ["6in4-wan", "6in4-wan", "interface"],
    ["!6to4", "!6to4", "interface"],
    ["6in4*", "6in4*", "interface"],
    ["_vpn0", "_vpn0", "interface"],
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
    ["1.2.3.4:80", "has no port", "set iplisten -i 1.2.3.4"],
    ["[::1]:80", "has no port", "set iplisten -i ::1"],
    ["[::1]", "no brackets", "set iplisten -i ::1"],
    ["01.2.3.4", "leading zero", "set iplisten -i 1.2.3.4"],
    ["1.2.3.010", "leading zero", "set iplisten -i 1.2.3.10"],
    ["1..2.3", "four parts", "10.0.0.5"],
    ["1.2.3", "four parts", "set iplisten -i 1.2.3.0/24"],
    ["10.", "four parts", "set iplisten -i 10.0.0.0/8"],
    ["10/8", "four parts", "set iplisten -i 10.0.0.0/8"],
    ["1.2.3.4.5", "four parts", "10.0.0.5"],
    ["256.1.1.1", "greater than 255", "from 0 to 255"],
    [" 1.2.3.4", "space", "set iplisten -i 1.2.3.4"],
    ["1.2.3.4 ", "space", "set iplisten -i 1.2.3.4"],
    ["1.2.3.4\n", "space", "set iplisten -i 1.2.3.4"],
    ["eth0 ", "space", "set iplisten -i eth0"],
    ["0x7f.1", "not an IP address", "give an address, a block"],
    ["2130706433", "dotted decimal", "set iplisten -i 127.0.0.1"],
    ["0x7f000001", "dotted decimal", "set iplisten -i 127.0.0.1"],
    ["ff02::1%v0", "has a zone", "give an address, a block"],
    ["http://239.1.2.3/", "a URL", "give an address, a block"],
    ["239.0.0.1-239.0.0.2", "a range", "give an address, a block"],
    ["eth0\u0007", "not an IP address", "give an address, a block"],
    ["eth0:1", "label", "set iplisten -i eth0"],
    ["x".repeat(10_000), "longer than", "give an address, a block"],
    ["!", "nothing follows", "set iplisten -i '!10.0.0.5'"],
    ["!!10.0.0.5", "exclamation", "set iplisten -i '!10.0.0.5'"],
    [
      "10.0.0.5/24",
      "beyond its 24-bit prefix",
      "set iplisten -i 10.0.0.0/24\nhttpcfg set iplisten -i 10.0.0.5",
    ],
    ["fd00::1/8", "beyond its 8-bit prefix", "-i fd00::/8\n"],
    ["10.0.0.0/33", "at most 32 bits", "set iplisten -i 10.0.0.0"],
    ["fd00::/129", "at most 128 bits", "fd00::"],
    ["10.0.0.0/", "not a block", "set iplisten -i 10.0.0.0"],
    ["10.0.0.0/08", "not a block", "set iplisten -i 10.0.0.0"],
    ["10.0.0.0/-1", "not a block", "set iplisten -i 10.0.0.0"],
    ["/8", "not a block", "10.0.0.0/8"],
    ["10.0.0.0/8/8", "not a block", "set iplisten -i 10.0.0.0"],
    ["10.0.0.0/255.0.0.0", "netmask", "set iplisten -i 10.0.0.0/8"],
    ["10.1.2.3 255.255.255.0", "netmask", "set iplisten -i 10.1.2.0/24"],
    ["10.0.0.0/0.0.0.255", "netmask", "set iplisten -i 10.0.0.0/24"],
    ["10.0.0.0/255.0.255.0", "netmask", "give an address, a block"],
    ["fe80::1%eth0/64", "a block has no zone", "set iplisten -i eth0"],
    ["2001:db8::1%eth0", "only a link-local address", "set iplisten -i 2001:db8::1"],
    ["::ffff:10.0.0.0/104", "IPv4 block in IPv6 form", "set iplisten -i 10.0.0.0/8"],
    // What can never be served.
    ["224.0.0.1", "multicast address", "ip address"],
    ["!239.255.255.255", "multicast address", "ip address"],
    ["224.0.0.0/4", "multicast block", "ip address"],
    ["233.252.0.0/24", "multicast block", "ip address"],
    ["ff02::1", "multicast address", "ip address"],
    ["ff00::/8", "multicast block", "ip address"],
    ["255.255.255.255", "the broadcast address", "ip address"],
    // What people type for a list, a range or a name.
    ["10.0.0.1,10.0.0.2", "several entries", "set iplisten -i 10.0.0.1 -i 10.0.0.2"],
    ["!10.0.0.1, 10.0.0.2", "several entries", "-i '!10.0.0.1' -i '!10.0.0.2'"],
    ["eth0;eth1", "several entries", "set iplisten -i eth0 -i eth1"],
    ["!eth0,!eth1", "several entries", "-i '!eth0' -i '!eth1'"],
    ["10.0.0.1 and 10.0.0.2", "several entries", "set iplisten -i 10.0.0.1 -i 10.0.0.2"],
    ["10.0.0.1 to 10.0.0.2", "a range", "set iplisten -i 10.0.0.1 -i 10.0.0.2"],
    ["10.0.0.0 /24", "no space", "set iplisten -i 10.0.0.0/24"],
    ["10,0,0,5", "full stops", "set iplisten -i 10.0.0.5"],
    ["v{0,1}", "braces", "set iplisten -i v0 -i v1"],
    ["10.0.0.1 10.0.0.2", "several entries", "set iplisten -i 10.0.0.1 -i 10.0.0.2"],
    [
      "10.0.0.1-10.0.0.9",
      "a range",
      "-i 10.0.0.1 -i 10.0.0.2/31 -i 10.0.0.4/30 -i 10.0.0.8/31",
    ],
    ["10.0.0.0-255", "a range", "set iplisten -i 10.0.0.0/24"],
    ["10.0.0.1 - 10.0.0.2", "a range", "-i 10.0.0.1 -i 10.0.0.2"],
    ["10.0.0.1..10.0.0.1", "a range", "set iplisten -i 10.0.0.1"],
    ["fd00::-fd00::ff", "a range", "set iplisten -i fd00::/120"],
    ["2001:db8::1-2001:db8::4", "a range", "-i 2001:db8::1 -i 2001:db8::2/127 -i 2001:db8::4"],
    ["0.0.0.0-255.255.255.255", "a range", "set iplisten -i 0.0.0.0/0"],
    ["10.0.0.1-10.7.255.254", "a range", "-i 10.7.255.254"],
    ["10.0.0.9-10.0.0.1", "a range", "give an address, a block"],
    ["10.0.0.*", "pattern of addresses", "set iplisten -i 10.0.0.0/24"],
    ["!10.x.x.x", "pattern of addresses", "-i '!10.0.0.0/8'"],
    ["*", "not an address", "set iplisten -i 0.0.0.0 -i ::"],
    ["http://10.0.0.5:80/", "a URL", "set iplisten -i 10.0.0.5"],
    ["https://[::1]/", "a URL", "set iplisten -i ::1"],
    ["10.0.0.5:*", "has no port", "set iplisten -i 10.0.0.5"],
    ["aa:bb:cc:dd:ee:ff", "link-layer", "ip -o link"],
    ["~eth0", "exclamation mark", "-i '!eth0'"],
    ["-10.0.0.5", "exclamation mark", "-i '!10.0.0.5'"],
    ['"10.0.0.5"', "quotes", "set iplisten -i 10.0.0.5"],
    ["eth0/24", "/stable", "set iplisten -i eth0"],
    ["eth0/temporary", "/stable", "set iplisten -i eth0/stable"],
    ["eth[0", "not an IP address", "give an address, a block"],
    ["eth[9-0]", "not an IP address", "give an address, a block"],
    ["*.*", "not an IP address", "give an address, a block"],
  ];
  for (const [text, reason, hint] of cases) {
    const entry = parseEntry(text);
    assert(isProblem(entry), `${JSON.stringify(text)} was accepted`);
    assertStringIncludes(entry.reason, reason, text.slice(0, 40));
    assertStringIncludes(entry.hint ?? "", hint, text.slice(0, 40));
  }
});

Deno.test("every hint that is a command adds entries that are accepted", () => {
  const texts = "10.0.0.1-10.0.0.9 10.0.0.* 10/8 1.2.3.4:80 !!eth0 eth0:1 [::1] eth0/x".split(" ");
  for (const text of [...texts, "10.0.0.0 255.0.0.0", "10.0.0.1, ::1", "fd00::1-fd00::7"]) {
    const problem = parseEntry(text);
    assert(isProblem(problem), text);
    const words = [...(problem.hint ?? "").matchAll(/ -i '?([^ ',\n]+)/g)].map(([, word]) => word!);
    assert(words.length > 0, `${text}: ${problem.hint}`);
    for (const word of words) assert(!isProblem(parseEntry(word)), `${text}: ${word}`);
  }
});
