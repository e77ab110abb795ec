// Goal: the grammar of "UrlPrefix Strings", and which reservation covers a prefix. Method: tables.
import { assertEquals } from "@std/assert";
import {
  coveringPrefix,
  formatUrlPrefix,
  ipOfPrefix,
  parseUrlPrefix,
  shownUrlPrefix,
} from "../../mod/base/url_prefix.ts";

Deno.test("parseUrlPrefix() returns the canonical prefix or null", () => {
  const cases: [text: string, want: string | null][] = [
    ["http://+:80/vroot/", "http://+:80/vroot/"],
    ["https://*:443/", "https://*:443/"],
    ["http://WWW.Adatum.com:80/VRoot/", "http://www.adatum.com:80/vroot/"],
    ["http://adatum.com.:80/", "http://adatum.com:80/"],
    ["http://*.Adatum.com:80/a/", "http://*.adatum.com:80/a/"],
    ["https://*.com:443/", "https://*.com:443/"],
    ["http://a.*.com:80/", null], // only the first label may be a wildcard
    ["http://*.*.com:80/", null],
    ["http://w*.com:80/", null],
    ["http://*.0.0.1:80/", null],
    ["http://*.:80/", null],
    ["http://[*.com]:80/", null],
    ["http://10.0.0.1:8080/a/b/", "http://10.0.0.1:8080/a/b/"],
    ["http://[FE80:0::1]:80/", "http://[fe80::1]:80/"],
    ["http://+:80/a%20b/", "http://+:80/a%20b/"],
    ["http://+:80/%61%3f%23%2a%25/", "http://+:80/a%3F%23%2A%25/"],
    ["http://+:80/%2541/", "http://+:80/%2541/"],
    ["http://+:80/\u{e9}%E2%80%A8/", "http://+:80/\u{e9}%E2%80%A8/"],
    ["http://+:80/%0a/", null],
    ["http://+:80/%5c/", null],
    ["HTTP://+:80/", null], // the scheme must be in lower case
    ["ftp://+:21/", null],
    ["http://+/", null],
    ["http://+:80", null],
    ["http://+:080/", null],
    ["http://+:0/", null],
    ["http://+:65536/", null],
    ["http://+:*/", null],
    ["http://:80/", null],
    ["http://+:80/a", null], // a subtree must end with a slash
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
    if (want !== null) assertEquals(parseUrlPrefix(want), prefix, "the canonical text is another");
  }
  assertEquals(
    shownUrlPrefix(formatUrlPrefix(parseUrlPrefix("http://+:5985/wsman/")!)),
    "HTTP://+:5985/WSMAN/",
  );
});

Deno.test("coveringPrefix() returns the reservation with the longest matching path", () => {
  const reservations = ["http://+:80/", "http://+:80/a/", "http://*:80/a/b/", "HTTP://+:80/a/"]
    .map((text) => ({ text, prefix: parseUrlPrefix(text.toLowerCase())! }));
  const cases: [text: string, want: string | null][] = [
    ["http://+:80/a/b/", "http://+:80/a/"],
    ["http://+:80/a/", "http://+:80/a/"],
    ["http://+:80/b/", "http://+:80/"],
    ["http://*:80/", null],
    ["http://*:80/a/b/c/", "http://*:80/a/b/"],
    ["https://+:80/a/", null],
  ];
  for (const [text, want] of cases) {
    assertEquals(coveringPrefix(reservations, parseUrlPrefix(text)!)?.text ?? null, want, text);
  }
});

Deno.test("ipOfPrefix() returns the address of a prefix, or null", () => {
  const cases: [text: string, ip: string | null][] = [
    ["http://10.0.0.5:80/", "10.0.0.5"],
    ["http://[2001:db8::5]:80/", "2001:db8::5"],
    ["http://a.test:80/", null],
    ["http://+:80/", null],
  ];
  for (const [text, ip] of cases) assertEquals(ipOfPrefix(parseUrlPrefix(text)!), ip, text);
});
