// Goal: the client is whom trusted proxies have seen, and never whom a client claims to be. Method:
// tables of what has been forged elsewhere, and lists at random.
import { assert, assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import { blocksOf } from "../../../mod/config/document/address_block.ts";
import { TrustedProxies } from "../../../mod/http/origin/trusted_proxies.ts";
import { Random } from "../../fuzz/random.ts";

const TRUSTED = new TrustedProxies(blocksOf(["10.0.0.0/8", "2001:db8:1::/48", "192.0.2.1"]));

type Fields = Readonly<Record<string, string>>;

/** What is said, as `route port scheme host`; the route from the client on. */
function said(fields: Fields, trusted = TRUSTED): string {
  const origin = trusted.originOf({ header: (name) => fields[name] ?? null });
  if (origin === null || origin === "invalid") return String(origin);
  const { route, port, scheme, host } = origin;
  return `${route.join(">")} ${port} ${scheme ?? "-"} ${host ?? "-"}`;
}

const LISTS: readonly (readonly [list: string, route: string])[] = [
  ["6.6.6.6", "6.6.6.6 0"],
  ["6.6.6.6, 7.7.7.7", "7.7.7.7 0"],
  ["6.6.6.6, 7.7.7.7, 10.0.0.2", "7.7.7.7>10.0.0.2 0"],
  ["10.0.0.9, 7.7.7.7, 10.0.0.2,10.0.0.3", "7.7.7.7>10.0.0.2>10.0.0.3 0"],
  ["10.0.0.9, 10.0.0.2", "10.0.0.9>10.0.0.2 0"], // all are trusted
  ["7.7.7.7:4711", "7.7.7.7 4711"],
  ["[2001:db8::9]:4711", "2001:db8::9 4711"],
  ["[2001:db8::9]", "2001:db8::9 0"],
  ["2001:DB8:0::9", "2001:db8::9 0"],
  ["7.7.7.7, 2001:db8:1::5", "7.7.7.7>2001:db8:1::5 0"],
  ["::ffff:7.7.7.7", "7.7.7.7 0"],
  ["7.7.7.7, ::ffff:10.0.0.2", "7.7.7.7>10.0.0.2 0"],
  ["6.6.6.6, garbage, 10.0.0.2", "10.0.0.2 0"],
  ["6.6.6.6, unknown", "null"],
  ["garbage", "null"],
  ["6.6.6.6, 01.2.3.4", "null"],
  ["6.6.6.6, [7.7.7.7]", "null"],
  ["6.6.6.6, fe80::1%eth0", "null"],
  ["6.6.6.6, 7.7.7.7:65536", "null"],
  ["6.6.6.6, 2001:db8::9]:1", "null"],
  ['6.6.6.6, "7.7.7.7"', "null"],
  [" 7.7.7.7 ,, ", "7.7.7.7 0"], // empty elements are none (RFC 9110 5.6.1)
  ["", "null"],
  [",,,", "null"],
];

for (const [list, route] of LISTS) {
  Deno.test(`originOf() reads X-Forwarded-For: ${JSON.stringify(list)}`, () => {
    assertEquals(said({ "x-forwarded-for": list }), route === "null" ? route : `${route} - -`);
  });
}

Deno.test("originOf() reads scheme and host that the nearest proxy has written", () => {
  const of = (fields: Fields): string => said({ "x-forwarded-for": "7.7.7.7", ...fields }).slice(8);
  assertEquals(of({ "x-forwarded-proto": "HTTPS" }), "0 https -");
  assertEquals(of({ "x-forwarded-proto": "https, http" }), "0 http -");
  assertEquals(of({ "x-forwarded-proto": "gopher" }), "0 - -");
  assertEquals(of({ "x-forwarded-host": "evil.test, a.test:8443" }), "0 - a.test:8443");
  assertEquals(of({ "x-forwarded-host": "[2001:db8::1]" }), "0 - [2001:db8::1]");
  for (const host of ['a";for=1.1.1.1', "a b", "a/b", "a@b", "", "ä.test"]) {
    assertEquals(of({ "x-forwarded-host": host }), "0 - -", host);
  }
  assertEquals(said({ "x-forwarded-proto": "https" }), " 0 https -");
});

Deno.test("originOf() reads Forwarded only without X-Forwarded-For", () => {
  const forwarded =
    'for=6.6.6.6;proto=http, for="[2001:db8::9]:47";proto=https;host=a.test,for=10.0.0.2';
  assertEquals(said({ forwarded }), "2001:db8::9>10.0.0.2 47 https a.test");
  assertEquals(
    said({ forwarded, "x-forwarded-proto": "http" }),
    "2001:db8::9>10.0.0.2 47 https a.test",
  );
  assertEquals(said({ forwarded, "x-forwarded-for": "7.7.7.7" }), "7.7.7.7 0 - -");
  assertEquals(said({ forwarded, "x-forwarded-for": "unknown" }), "null");
  assertEquals(said({ forwarded: "for=6.6.6.6, for=unknown;proto=https" }), " 0 https -");
  assertEquals(said({ forwarded: "for=6.6.6.6, proto=https" }), " 0 https -");
});

Deno.test("originOf() calls a Forwarded invalid in which an address could hide", () => {
  assertEquals(said({ forwarded: 'for=6.6.6.6;x=", for=7.7.7.7' }), "invalid");
  assertEquals(said({ forwarded: "for=6.6.6.6;for=7.7.7.7" }), "invalid");
});

Deno.test("originOf() reads no more than 64 addresses of 10,000", () => {
  const list = `${"10.0.0.1, ".repeat(10_000)}10.0.0.2`;
  const origin = TRUSTED.originOf({ header: (name) => name === "x-forwarded-for" ? list : null });
  assert(origin !== null && origin !== "invalid");
  assertEquals([origin.route.length, origin.route.at(-1)], [64, "10.0.0.2"]);
});

Deno.test("what a client sends never changes whom a trusted proxy names", () => {
  const random = new Random(7);
  const claims = [
    "6.6.6.6",
    "10.0.0.9",
    "unknown",
    "",
    '"',
    "[::1]:80",
    "garbage",
    ", ,",
    "1.1.1.1%x",
  ];
  for (let i = 0; i < 500; i++) {
    const forged = Array.from({ length: random.below(6) }, () => random.pick(claims)).join(", ");
    const list = [...forged === "" ? [] : [forged], "7.7.7.7", "10.0.0.2"].join(", ");
    assertEquals(said({ "x-forwarded-for": list }), "7.7.7.7>10.0.0.2 0 - -", list);
  }
});

Deno.test("includes() is about the address of the peer", () => {
  const peer = (ip: string): { ip: Ip; port: number } => ({ ip: ip as Ip, port: 1 });
  for (
    const [ip, want] of [["10.1.2.3", true], ["192.0.2.1", true], ["192.0.2.2", false]] as const
  ) {
    assertEquals(TRUSTED.includes(peer(ip)), want);
    assertEquals(TRUSTED.includes(peer(ip)), want);
  }
});
