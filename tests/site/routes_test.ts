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
  type Route,
  type RouteTable,
} from "../../mod/site/routes.ts";
import { Random } from "../fuzz/random.ts";

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

Deno.test("matchRoute() searches wildcards after names and before addresses, the longest first", () => {
  const table = siteTable([
    site("exact", [":80:a.example.com"]),
    site("wildcard", [":80:*.example.com"]),
    site("longer", [":80:*.b.example.com"]),
    site("own", ["127.0.0.2:80:*.example.com"]),
    site("ip", ["127.0.0.2:80:"]),
    site("tls", [], [":443:*.example.com"]),
  ]);
  const cases: [ip: string, host: string, want: string][] = [
    ["127.0.0.1", "a.example.com", "exact"],
    ["127.0.0.2", "a.example.com", "exact"],
    ["127.0.0.1", "x.example.com", "wildcard"],
    ["127.0.0.1", "x.y.example.com", "wildcard"], // any depth
    ["127.0.0.1", "x.b.example.com", "longer"],
    ["127.0.0.2", "x.b.example.com", "longer"], // the longest, whatever the address
    ["127.0.0.1", "b.example.com", "wildcard"], // not below itself
    ["127.0.0.2", "x.example.com", "own"],
    ["127.0.0.2", "x.example.org", "ip"],
    ["127.0.0.1", "example.com", "Hostname"],
    ["127.0.0.2", "example.com", "ip"],
    ["127.0.0.1", "", "Hostname"],
    ["127.0.0.1", "127.0.0.1", "Hostname"],
  ];
  for (const [address, host, want] of cases) {
    assertEquals(match(table, address, host), want, `${address} ${host}`);
  }
  const secure = { local: { ip: ip("127.0.0.1"), port: 443 }, path: "/", isTls: true };
  assertEquals(matchRoute(table, { ...secure, host: "x.example.com" }), "tls");
  assertEquals(matchRoute(table, { ...secure, host: "example.com" }), "Hostname");
});

Deno.test("matchRoute() distinguishes an unknown path below a wildcard from an unknown host", () => {
  const table = prefixTable(["http://*.a.test:80/x/", "http://*.test:80/y/"]);
  assertEquals(match(table, "::1", "b.a.test", "/x/1"), "http://*.a.test:80/x/");
  assertEquals(match(table, "::1", "b.a.test", "/y/1"), "http://*.test:80/y/"); // the next bucket
  assertEquals(match(table, "::1", "b.a.test", "/z"), "NotFound");
  assertEquals(match(table, "::1", "test", "/x/"), "Hostname");
});

// Goal: the look-up is the search that the module describes. Method: random routes over few names,
// addresses and paths, and every request that can be made of them, against a model that goes through
// all routes in the order of the buckets.
Deno.test("matchRoute() finds what a search of all routes finds", () => {
  const random = new Random(20_261_127);
  const hosts = ["", "+", "*.com", "*.a.com", "*.b.a.com", "a.com", "b.a.com", "c.b.a.com", "com"];
  const addresses = [null, "127.0.0.1", "127.0.0.2", "fe80::1", "fe80::1%eth0"];
  const paths = ["/", "/", "/", "/p/", "/p/q/"];
  for (let round = 0; round < 400; round++) {
    const onlyRoots = random.below(2) === 0; // as on a port that only sites use
    const routes = Array.from({ length: 1 + random.below(8) }, (_, i): Route<string> => {
      const address = random.pick(addresses);
      const host = random.pick(onlyRoots ? hosts.filter((one) => one !== "+") : hosts);
      return {
        isTls: false,
        port: 80,
        ip: address === null || host === "+" ? null : ip(address),
        host,
        path: onlyRoots ? "/" : random.pick(paths),
        target: `${i}`,
      };
    });
    const table = buildRouteTable(routes);
    for (const local of ["127.0.0.1", "127.0.0.2", "fe80::1%eth0", "fe80::1%eth1"]) {
      for (
        const host of ["", "com", "a.com", "b.a.com", "c.b.a.com", "x.com", "x.y.a.com", "xa.com"]
      ) {
        for (const path of ["/", "/p", "/p/q/r", "/px"]) {
          const why = JSON.stringify({ local, host, path, routes });
          assertEquals(
            match(table, local, host, path),
            modelOf(routes, { local, host, path }),
            why,
          );
        }
      }
    }
  }
});

/** The target of a request by the words of the documentation. */
function modelOf(
  routes: readonly Route<string>[],
  { local, host, path }: { readonly local: string; readonly host: string; readonly path: string },
): string {
  const labels = host.split(".");
  const wildcards = labels.slice(1).map((_, i) => `*.${labels.slice(i + 1).join(".")}`);
  const places = [local, ...(local.includes("%") ? [local.split("%")[0]!] : []), null];
  const buckets: [address: string | null, host: string][] = [
    [null, "+"],
    ...[host, ...wildcards].filter((one) => one !== "").flatMap((name) => {
      return places.map((place): [string | null, string] => [place, name]);
    }),
    ...places.map((place): [string | null, string] => [place, ""]),
  ];
  let isKnown = false;
  for (const [address, name] of buckets) {
    const inside = routes.filter((one) => one.ip === address && one.host === name);
    isKnown ||= inside.length > 0;
    const covering = inside.filter((one) => `${path}/`.startsWith(one.path));
    const longest = Math.max(...covering.map((one) => one.path.length));
    const found = covering.find((one) => one.path.length === longest);
    if (found !== undefined) return found.target;
  }
  return isKnown ? "NotFound" : "Hostname";
}

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
