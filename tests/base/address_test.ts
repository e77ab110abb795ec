// Goal: one text per address, and no text that two programs could read differently. Method: tables.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Random } from "../fuzz/random.ts";
import {
  ANY_V4,
  ANY_V6,
  ClientEndpoints,
  formatEndpoint,
  type Ip,
  ipBytes,
  ipOfBytes,
  isIpv4,
  isLinkLocal,
  LocalEndpoints,
  parseEndpoint,
  parseIp,
  parsePort,
  urlHost,
  withoutZone,
  withZone,
  zoneOf,
} from "../../mod/base/address.ts";
import { compareIp } from "../../mod/base/ip_order.ts";

Deno.test("parseIp() returns the canonical text of an address", () => {
  const cases: [text: string, canonical: string][] = [
    ["127.0.0.2", "127.0.0.2"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["::", "::"],
    ["::1", "::1"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["2001:DB8::5", "2001:db8::5"],
    ["2001:0db8:0000:0000:0000:0000:0000:0005", "2001:db8::5"],
    ["2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"], // the longest run of zeros
    ["2001:0:0:1:0:0:1:1", "2001::1:0:0:1:1"], // the first of two runs of equal length
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"], // a single zero group is not compressed
    ["::ffff:10.0.0.5", "10.0.0.5"],
    ["::FFFF:0a00:0005", "10.0.0.5"],
    ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
    ["fe80::1%eth0", "fe80::1%eth0"],
    ["FE80:0::0001%eth0.100", "fe80::1%eth0.100"],
    ["febf::1%2", "febf::1%2"],
    ["fe80::1%averyveryverylongaltname", "fe80::1%averyveryverylongaltname"],
    // Only ::ffff:0:0/96 is IPv4.
    ["::10.9.1.1", "::a09:101"],
    ["::ffff:0:10.9.1.1", "::ffff:0:a09:101"],
    ["1::ffff:10.9.1.1", "1::ffff:a09:101"],
    ["0:0:0:0:0:FFFF:10.9.1.1", "10.9.1.1"],
    ["1:2:3:4:5:6:10.9.1.1", "1:2:3:4:5:6:a09:101"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  ];
  for (const [text, canonical] of cases) {
    assertEquals(parseIp(text) as string | null, canonical, text);
    assertEquals(parseIp(canonical) as string | null, canonical, `${canonical} stays`);
  }
});

Deno.test("parseIp() rejects everything else, also forms that only some programs accept", () => {
  const texts = [
    ...[
      "",
      " ",
      "localhost",
      "1",
      "1.2.3",
      "1.2.3.4.5",
      "1..2.3",
      ".1.2.3.4",
      "1.2.3.4.",
      "1.2.3.",
    ],
    ...["01.2.3.4", "1.2.3.04", "00.0.0.0", "0x7f.0.0.1", "0x7f000001", "2130706433", "1.2.3.256"],
    ...["1.2.3.-4", "+1.2.3.4", "1.2.3.1e1", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n", "1.2.3.4\0"],
    ...[
      "1.2.3.4:80",
      "1.2.3.4/8",
      "[::1]",
      "::1:80:",
      "[::1]:80",
      "::1/128",
      "１.2.3.4",
      "१.2.3.4",
    ],
    ...[":", ":::", "::1::", "1::2::3", "12zz::1", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9"],
    ...["::ffff:01.2.3.4", "::ffff:1.2.3", "::ffff:1.2.3.256", "::1.2.3.4:5", "::ffff:1.2.3.4.5"],
    ...[
      "fe80::1%",
      "fe80::1%a b",
      `fe80::1%${"x".repeat(128)}`,
      "fe80::1%a/b",
      "fe80::1%a]",
      "::1%lo",
      "1.2.3.4%eth0",
      "%eth0",
    ],
    ...["fe80::1%eth0%eth1", "2001:db8::1%eth0", "fe80::1%../etc", "1".repeat(10_240)],
  ];
  for (const text of texts) assertEquals(parseIp(text), null, JSON.stringify(text.slice(0, 40)));
});

Deno.test("parseIp() writes IPv6 as the URL parser does, for 5,000 random addresses", () => {
  const random = new Random(5952);
  for (let round = 0; round < 5000; round++) {
    const groups = Array.from({ length: 8 }, () => random.chance(2) ? 0 : random.below(0x10000));
    const text = groups.map((group) => group.toString(16).padStart(1 + random.below(4), "0")).join(
      ":",
    );
    const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
    const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
    if (!mapped) assertEquals(parseIp(text), canonical as Ip, text);
    assertEquals(ipOfBytes(ipBytes(parseIp(text)!)), parseIp(text), text);
  }
});

Deno.test("zones belong to link-local addresses only", () => {
  const ip = "fe80::1%eth0" as Ip;
  assertEquals([zoneOf(ip), withoutZone(ip), withZone(ip, "eth1")], [
    "eth0",
    "fe80::1",
    "fe80::1%eth1",
  ]);
  assertEquals([zoneOf("::1" as Ip), withZone("::1" as Ip, "lo")], ["", "::1"]);
  const cases = ["fe80::1", "febf::1%eth0", "fec0::1", "10.0.0.1"] as Ip[];
  assertEquals(cases.map(isLinkLocal), [true, true, false, false]);
});

Deno.test("parseEndpoint() takes a zone as RFC 6874 writes it, and as most programs do", () => {
  for (const text of ["[fe80::1%eth0]:80", "[fe80::1%25eth0]:80", "[FE80:0::1%25eth0]:80"]) {
    assertEquals(parseEndpoint(text), { ip: "fe80::1%eth0" as Ip, port: 80 }, text);
  }
  assertEquals(parseEndpoint("[::ffff:10.0.0.5]:80"), { ip: "10.0.0.5" as Ip, port: 80 });
  for (
    const text of [
      "[10.0.0.5]:80",
      "::1:80",
      "fe80::1%eth0:80",
      "[fe80::1%25]x:80",
      "[fe80::1%]:80",
    ]
  ) {
    assertEquals(parseEndpoint(text), null, text);
  }
});

Deno.test("isIpv4() and urlHost() distinguish IPv4 and IPv6", () => {
  assert(isIpv4(ANY_V4) && !isIpv4(ANY_V6));
  assertEquals(urlHost("10.0.0.5" as Ip), "10.0.0.5");
  assertEquals(urlHost("fe80::1%eth0" as Ip), "[fe80::1%eth0]");
});

Deno.test("parsePort() accepts only 1 to 65535 in plain decimal digits", () => {
  assertEquals(["1", "80", "65535"].map(parsePort), [1, 80, 65535]);
  for (const text of ["", "0", "65536", "99999", "080", "+80", "-1", "8e1", " 80", "80 ", "0x50"]) {
    assertEquals(parsePort(text), null, JSON.stringify(text));
  }
});

Deno.test("parseEndpoint() parses what formatEndpoint() writes, and nothing else", () => {
  for (const text of ["1.2.3.4:80", "[::1]:80", "[fe80::1%eth0]:65535"]) {
    const endpoint = parseEndpoint(text);
    assert(endpoint !== null, text);
    assertEquals(formatEndpoint(endpoint), text);
  }
  assertEquals(parseEndpoint("[2001:DB8:0::1]:443"), { ip: "2001:db8::1" as Ip, port: 443 });
  const rejected = ["", ":80", "80", "1.2.3.4", "1.2.3.4:", "1.2.3.4:0", "::1:80", "[1.2.3.4]:80"];
  for (const text of [...rejected, "[::1]", "[::1]80", "[::1:80", "1.2.3.4:80:", "01.2.3.4:80"]) {
    assertEquals(parseEndpoint(text), null, text);
  }
});

Deno.test("compareIp() orders IPv4 before IPv6, then by numeric value", () => {
  const sorted = ["2.0.0.0", "9.0.0.1", "10.0.0.1", "10.0.0.2", "::1", "fe80::1%a", "fe80::1%b"];
  const shuffled = [6, 3, 0, 4, 2, 5, 1].map((i) => sorted[i]! as Ip);
  assertEquals(shuffled.sort(compareIp) as string[], sorted);
  assertEquals(compareIp("10.0.0.1" as Ip, "10.0.0.1" as Ip), 0);
});

Deno.test("LocalEndpoints.of() returns one object for the connections of an endpoint", () => {
  const local = new LocalEndpoints();
  const hostnames = ["127.0.0.1", "::ffff:127.0.0.1", "fe80::1%eth0"];
  const all = [80, 81].flatMap((port) => hostnames.map((hostname) => ({ hostname, port })));
  const first = all.map((address) => local.of(address));
  assertEquals(first, all.map(({ hostname, port }) => ({ ip: parseIp(hostname)!, port })));
  for (const [i, address] of all.entries()) assertStrictEquals(local.of(address), first[i]);
  assertEquals(local.of({ hostname: "", port: 0 }), { ip: ANY_V4, port: 0 });
});

Deno.test("LocalEndpoints keeps a limited number of them, and returns the right one of any", () => {
  const local = new LocalEndpoints();
  for (let i = 0; i < 5000; i++) {
    const hostname = `127.0.${i >> 8}.${i & 255}`;
    assertEquals(local.of({ hostname, port: i % 7 }), { ip: hostname as Ip, port: i % 7 });
  }
  assertEquals(local.size <= 1024, true);
});

Deno.test("ClientEndpoints.of() returns a new endpoint each time, the right one of any client", () => {
  const clients = new ClientEndpoints();
  const one = { hostname: "::ffff:10.0.0.5", port: 5000 };
  assertEquals(clients.of(one), { ip: "10.0.0.5" as Ip, port: 5000 });
  assert(clients.of(one) !== clients.of(one));
  assertEquals(clients.of({ hostname: "", port: 0 }), { ip: ANY_V4, port: 0 });
  for (let i = 0; i < 5000; i++) {
    const hostname = `10.0.${i % 3000 >> 8}.${i % 3000 & 255}`;
    assertEquals(clients.of({ hostname, port: i }), { ip: hostname as Ip, port: i });
  }
});
