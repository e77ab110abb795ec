import { assertEquals } from "@std/assert";
import { type Ip, parseIp } from "../../mod/base/address.ts";
import { buildSiteTable, matchSite } from "../../mod/site/match.ts";

const SITES = [
  site("any", [":80:"]),
  site("host", [":80:www.example.com"]),
  site("ip", ["127.0.0.2:80:"]),
  site("ip+host", ["127.0.0.2:80:a.example.com"]),
  site("v6", ["[::1]:80:"]),
  site("lonely", ["127.0.0.3:81:only.example.com"]),
  site("late", [":80:", ":80:WWW.example.com"]),
  site("tls", [], [":443:", "127.0.0.2:443:www.example.com"]),
];

// Goal: the buckets and their order. Method: one table of sites, one row a request.
Deno.test("matchSite() searches host names first, then the address, then the wildcard", () => {
  const table = buildSiteTable(SITES);
  const cases: [ip: string, port: number, host: string, isTls: boolean, want: string | null][] = [
    ["127.0.0.1", 80, "", false, "any"],
    ["127.0.0.1", 80, "other.example.com", false, "any"],
    ["127.0.0.1", 80, "www.example.com", false, "host"],
    ["127.0.0.2", 80, "www.example.com", false, "host"], // the name goes before the address
    ["127.0.0.2", 80, "a.example.com", false, "ip+host"],
    ["127.0.0.1", 80, "a.example.com", false, "any"], // that name is bound on .2 alone
    ["127.0.0.2", 80, "127.0.0.2", false, "ip"],
    ["127.0.0.2", 80, "", false, "ip"],
    ["::1", 80, "", false, "v6"],
    ["::1", 80, "www.example.com", false, "host"],
    ["127.0.0.3", 81, "only.example.com", false, "lonely"],
    ["127.0.0.3", 81, "other.example.com", false, null],
    ["127.0.0.4", 81, "only.example.com", false, null],
    ["127.0.0.1", 82, "", false, null],
    ["127.0.0.1", 443, "x", true, "tls"],
    ["127.0.0.1", 443, "x", false, null], // a secure binding does not answer in the clear
    ["127.0.0.1", 80, "", true, null],
    ["127.0.0.2", 443, "www.example.com", true, "tls"],
  ];
  for (const [ipText, port, host, isTls, want] of cases) {
    const found = matchSite(table, { ip: ip(ipText), port }, host, isTls);
    assertEquals(found?.name ?? null, want, `${ipText}:${port}:${host} tls=${isTls}`);
  }
});

Deno.test("buildSiteTable() lets the first of two equal bindings keep it", () => {
  const table = buildSiteTable([site("first", [":80:x"]), site("second", [":80:x", ":80:"])]);
  assertEquals(matchSite(table, { ip: ip("127.0.0.1"), port: 80 }, "x", false)?.name, "first");
  assertEquals(matchSite(table, { ip: ip("127.0.0.1"), port: 80 }, "y", false)?.name, "second");
});

Deno.test("buildSiteTable() stands 10,000 addresses beside 10,000 host names", () => {
  const sites = Array.from({ length: 10_000 }, (_, i) => {
    return site(`${i}`, [`10.0.${i >> 8}.${i & 255}:80:`, `:80:h${i}.example.com`]);
  });
  const table = buildSiteTable(sites);
  const local = { ip: ip("10.0.39.15"), port: 80 };
  assertEquals(matchSite(table, local, "", false)?.name, "9999");
  assertEquals(matchSite(table, local, "h7.example.com", false)?.name, "7");
});

function site(
  name: string,
  bindings: string[],
  secureBindings: string[] = [],
): { name: string; bindings: string[]; secureBindings: string[] } {
  return { name, bindings, secureBindings };
}

function ip(text: string): Ip {
  const parsed = parseIp(text);
  if (parsed === null) throw new Error(`no address: ${text}`);
  return parsed;
}
