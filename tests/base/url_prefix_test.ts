// Goal: the grammar of "UrlPrefix Strings" and the search order of "Routing Incoming Requests".
import { assertEquals } from "@std/assert";
import type { Ip } from "../../mod/base/address.ts";
import {
  coveringPrefix,
  formatUrlPrefix,
  matchPrefix,
  parseUrlPrefix,
  type PrefixEntry,
  prefixTable,
  shownUrlPrefix,
} from "../../mod/base/url_prefix.ts";

Deno.test("parseUrlPrefix() makes canonical text or refuses", () => {
  const cases: [text: string, want: string | null][] = [
    ["http://+:80/vroot/", "http://+:80/vroot/"],
    ["https://*:443/", "https://*:443/"],
    ["http://WWW.Adatum.com:80/VRoot/", "http://www.adatum.com:80/vroot/"],
    ["http://adatum.com.:80/", "http://adatum.com:80/"],
    ["http://10.0.0.1:8080/a/b/", "http://10.0.0.1:8080/a/b/"],
    ["http://[FE80:0::1]:80/", "http://[fe80::1]:80/"],
    ["http://+:80/a%20b/", "http://+:80/a b/"],
    ["HTTP://+:80/", null], // the scheme is lower case only
    ["ftp://+:21/", null],
    ["http://+/", null],
    ["http://+:80", null],
    ["http://+:080/", null],
    ["http://+:0/", null],
    ["http://+:65536/", null],
    ["http://+:*/", null],
    ["http://:80/", null],
    ["http://+:80/a", null], // a subtree ends with a slash
    ["http://+:80/a//b/", null],
    ["http://+:80/../", null],
    ["http://+:80/%2e%2e/", null],
    ["http://+:80/%zz/", null],
    ["http://+:80/a?b/", null],
    ["http://+:80/a#b/", null],
    ["http://1.2.3:80/", null],
    ["http://01.2.3.4:80/", null],
    ["http://[1.2.3.4]:80/", null],
    ["http://::1:80/", null],
    ["http://a b:80/", null],
    ["", null],
    [`http://+:80/${"x".repeat(3000)}/`, null],
  ];
  for (const [text, want] of cases) {
    const prefix = parseUrlPrefix(text);
    assertEquals(prefix === null ? null : formatUrlPrefix(prefix), want, text);
  }
  assertEquals(shownUrlPrefix(parseUrlPrefix("http://+:5985/wsman/")!), "HTTP://+:5985/WSMAN/");
});

function table(texts: readonly string[]): ReturnType<typeof prefixTable<string>> {
  const entries: PrefixEntry<string>[] = texts.map((text) => {
    return { prefix: parseUrlPrefix(text)!, value: text };
  });
  return prefixTable(entries);
}

Deno.test("matchPrefix() searches four buckets, the longest path inside one", () => {
  const [A, B, C] = ["http://+:80/vroot/", "http://adatum.com:80/", "http://*:80/"] as const;
  const IP = "http://10.0.0.1:80/app/";
  const DEEP = "http://*:80/files/deep/";
  const cases: [host: string, path: string, ip: string, want: string | null][] = [
    ["adatum.com", "/vroot/x", "10.0.0.2", A],
    ["adatum.com", "/default.htm", "10.0.0.2", B],
    ["other", "/file", "10.0.0.2", C],
    ["other", "/app/x", "10.0.0.1", IP],
    ["other", "/app/x", "10.0.0.2", C],
    ["adatum.com", "/app/x", "10.0.0.1", B], // an explicit host ends the search before the address
    ["other", "/files/deep/x", "10.0.0.2", DEEP],
    ["other", "/files/deeper", "10.0.0.2", C],
    ["other", "/FILES/Deep", "10.0.0.2", DEEP], // no case, and the folder itself
  ];
  const prefixes = table([A, B, C, IP, DEEP]);
  for (const [host, path, ip, want] of cases) {
    const query = { scheme: "http", port: 80, host, ip: ip as Ip, path } as const;
    assertEquals(matchPrefix(prefixes, query)?.value ?? null, want, `${host}${path} on ${ip}`);
  }
  const sna = table(["http://+:80/dir/sna/"]);
  const app = {
    scheme: "http",
    port: 80,
    host: "",
    ip: "::1" as Ip,
    path: "/dir/app.htm",
  } as const;
  assertEquals(matchPrefix(sna, app), null);
  assertEquals(matchPrefix(sna, { ...app, port: 81, path: "/dir/sna/" }), null);
  assertEquals(matchPrefix(sna, { ...app, scheme: "https", path: "/dir/sna/" }), null);
});

Deno.test("coveringPrefix() finds the reservation that decides", () => {
  const reservations = table(["http://+:80/", "http://+:80/a/", "http://*:80/a/b/"]);
  const cases: [text: string, want: string | null][] = [
    ["http://+:80/a/b/", "http://+:80/a/"],
    ["http://+:80/a/", "http://+:80/a/"],
    ["http://+:80/b/", "http://+:80/"],
    ["http://*:80/", null],
    ["http://*:80/a/b/c/", "http://*:80/a/b/"],
    ["https://+:80/a/", null],
  ];
  for (const [text, want] of cases) {
    assertEquals(coveringPrefix(reservations, parseUrlPrefix(text)!)?.value ?? null, want, text);
  }
});
