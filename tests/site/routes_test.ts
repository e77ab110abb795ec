import { assertEquals } from "@std/assert";
import { type Ip, parseIp } from "../../mod/base/address.ts";
import { parseUrlPrefix } from "../../mod/base/url_prefix.ts";
import {
  bindingRoutes,
  type BoundSite,
  buildRouteTable,
  matchRoute,
  type NoRoute,
  prefixRoute,
  type RouteTable,
} from "../../mod/site/routes.ts";

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

// Goal: the buckets and their order. Method: one table of sites, one row per request.
Deno.test("matchRoute() searches host names first, then the address, then the wildcard", () => {
  const table = siteTable(SITES);
  const cases: [ip: string, port: number, host: string, isTls: boolean, want: string][] = [
    ["127.0.0.1", 80, "", false, "any"],
    ["127.0.0.1", 80, "other.example.com", false, "any"],
    ["127.0.0.1", 80, "www.example.com", false, "host"],
    ["127.0.0.2", 80, "www.example.com", false, "host"], // the name has precedence over the address
    ["127.0.0.2", 80, "a.example.com", false, "ip+host"],
    ["127.0.0.1", 80, "a.example.com", false, "any"], // that name is bound on .2 only
    ["127.0.0.2", 80, "127.0.0.2", false, "ip"],
    ["127.0.0.2", 80, "", false, "ip"],
    ["::1", 80, "", false, "v6"],
    ["::1", 80, "www.example.com", false, "host"],
    ["127.0.0.3", 81, "only.example.com", false, "lonely"],
    ["127.0.0.3", 81, "other.example.com", false, "Hostname"],
    ["127.0.0.4", 81, "only.example.com", false, "Hostname"],
    ["127.0.0.1", 82, "", false, "Hostname"],
    ["127.0.0.1", 443, "x", true, "tls"],
    ["127.0.0.1", 443, "x", false, "PlainHttp"], // a secure binding does not serve plain HTTP
    ["127.0.0.1", 80, "", true, "Hostname"],
    ["127.0.0.2", 443, "www.example.com", true, "tls"],
  ];
  for (const [ipText, port, host, isTls, want] of cases) {
    const found = matchRoute(table, { local: { ip: ip(ipText), port }, host, isTls, path: "/x" });
    assertEquals(found, want, `${ipText}:${port}:${host} tls=${isTls}`);
  }
});

Deno.test("buildRouteTable() gives equal bindings to the first site", () => {
  const table = siteTable([site("first", [":80:x"]), site("second", [":80:x", ":80:"])]);
  assertEquals(match(table, "127.0.0.1", "x"), "first");
  assertEquals(match(table, "127.0.0.1", "y"), "second");
});

Deno.test("buildRouteTable() holds 10,000 addresses and 10,000 host names", () => {
  const sites = Array.from({ length: 10_000 }, (_, i) => {
    return site(`${i}`, [`10.0.${i >> 8}.${i & 255}:80:`, `:80:h${i}.example.com`]);
  });
  const table = siteTable(sites);
  assertEquals(match(table, "10.0.39.15", ""), "9999");
  assertEquals(match(table, "10.0.39.15", "h7.example.com"), "7");
});

// Goal: "Routing Incoming Requests", including its worked example (A, B, C). Method: prefixes are
// their own targets; the last test adds sites.
Deno.test("matchRoute() searches four buckets, and the longest path inside each", () => {
  const [A, B, C] = ["http://+:80/vroot/", "http://adatum.com:80/", "http://*:80/"] as const;
  const IP = "http://10.0.0.1:80/app/";
  const DEEP = "http://*:80/files/deep/";
  const cases: [host: string, path: string, ip: string, want: string][] = [
    ["adatum.com", "/vroot/x", "10.0.0.2", A],
    ["adatum.com", "/default.htm", "10.0.0.2", B],
    ["other", "/file", "10.0.0.2", C],
    ["other", "/app/x", "10.0.0.1", IP],
    ["other", "/app/x", "10.0.0.2", C],
    ["adatum.com", "/app/x", "10.0.0.1", B], // an explicit host ends the search before the address
    ["other", "/files/deep/x", "10.0.0.2", DEEP],
    ["other", "/files/deeper", "10.0.0.2", C], // by segments
    ["other", "/FILES/Deep", "10.0.0.2", DEEP], // regardless of case, and the directory itself
    ["other", "/vrootx", "10.0.0.2", C],
    ["", "/vroot", "10.0.0.2", A],
  ];
  const table = prefixTable([A, B, C, IP, DEEP]);
  for (const [host, path, ip, want] of cases) {
    assertEquals(match(table, ip, host, path), want, `${host}${path} on ${ip}`);
  }
});

Deno.test("matchRoute() distinguishes an unknown host from an unknown path", () => {
  const table = prefixTable(["http://+:80/dir/sna/", "https://a.test:443/x/"]);
  assertEquals(match(table, "::1", "", "/dir/app.htm"), "NotFound");
  assertEquals(match(table, "::1", "", "/dir/sna/"), "http://+:80/dir/sna/");
  assertEquals(match(prefixTable(["http://a.test:80/x/"]), "::1", "b.test", "/x/"), "Hostname");
  const secure = { local: { ip: ip("::1"), port: 443 }, host: "a.test", path: "/x/y" };
  assertEquals(matchRoute(table, { ...secure, isTls: true }), "https://a.test:443/x/");
  assertEquals(matchRoute(table, { ...secure, isTls: false }), "PlainHttp");
});

Deno.test("matchRoute() searches sites and registrations in the same order", () => {
  const table = buildRouteTable([
    ...SITES.flatMap((one) => bindingRoutes(one, atRoot(one.name), (ip) => ip)),
    ...["http://*:80/", "http://*:80/a/", "http://www.example.com:80/b/", "http://+:80/all/"]
      .map((text) => prefixRoute(parseUrlPrefix(text)!, text, (ip) => ip)),
  ]);
  const cases: [ip: string, host: string, path: string, want: string][] = [
    ["127.0.0.1", "", "/", "any"], // first come, first served: the site has `http://*:80/`
    ["127.0.0.1", "", "/a/x", "http://*:80/a/"],
    ["127.0.0.1", "www.example.com", "/a/x", "host"], // its bucket comes first, with its "/"
    ["127.0.0.1", "www.example.com", "/b/x", "http://www.example.com:80/b/"],
    ["127.0.0.2", "", "/a/x", "ip"],
    ["127.0.0.2", "a.example.com", "/all/x", "http://+:80/all/"],
    ["127.0.0.2", "a.example.com", "/b/x", "ip+host"],
  ];
  for (const [ip, host, path, want] of cases) {
    assertEquals(match(table, ip, host, path), want, `${host}${path} on ${ip}`);
  }
});

// Goal: up to eight paths are compared, more are looked up, with one result. Method: every path that
// can be made of a few segments, against the definition.
Deno.test("matchRoute() finds the longest of any number of paths", () => {
  const segments = ["a", "b", "ab", "ü"];
  const paths = [...segments, ...segments.flatMap((one) => segments.map((two) => `${one}/${two}`))]
    .map((path) => `/${path}/`);
  const asked = paths.flatMap((
    path,
  ) => [path, path.slice(0, -1), `${path}x`, `${path}a/b/`, `${path.slice(0, -1)}x`]);
  for (const count of [0, 1, 2, 7, 8, 9, 20]) {
    const own = paths.filter((_, i) => (i * 7) % 20 < count);
    const targets = own.map((path) => ({ path, target: path }));
    const table = buildRouteTable(
      bindingRoutes(site("s", [":80:"]), [...atRoot("/"), ...targets], (ip) => ip),
    );
    for (const path of [...asked, "/", "/A/B", "/Ü/x", "//a/", "*"]) {
      const lower = `${path.toLowerCase()}/`;
      const covering = own.filter((one) => lower.startsWith(one) && path.startsWith("/"));
      const want = covering.sort((a, b) => b.length - a.length)[0] ?? "/";
      assertEquals(match(table, "127.0.0.1", "", path), want, `${path} of ${count}`);
    }
  }
});

/** The targets of a site without applications. */
function atRoot(target: string): { path: string; target: string }[] {
  return [{ path: "/", target }];
}

function siteTable(sites: readonly (BoundSite & { readonly name: string })[]): RouteTable<string> {
  return buildRouteTable(sites.flatMap((one) => bindingRoutes(one, atRoot(one.name), (ip) => ip)));
}

function prefixTable(texts: readonly string[]): RouteTable<string> {
  return buildRouteTable(texts.map((text) => prefixRoute(parseUrlPrefix(text)!, text, (ip) => ip)));
}

function match(
  table: RouteTable<string>,
  ipText: string,
  host: string,
  path = "/",
): string | NoRoute {
  return matchRoute(table, { local: { ip: ip(ipText), port: 80 }, host, isTls: false, path });
}

function site(
  name: string,
  bindings: string[],
  secureBindings: string[] = [],
): { name: string; bindings: string[]; secureBindings: string[] } {
  return { name, bindings, secureBindings };
}

function ip(text: string): Ip {
  const parsed = parseIp(text);
  if (parsed === null) throw new Error(`not an address: ${text}`);
  return parsed;
}
