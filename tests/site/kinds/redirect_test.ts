// Goal: a redirect leads where its target says, and no request can lead it elsewhere. Method:
// tables of targets and requests, then requests made of hostile pieces.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { type HttpResponse, isFieldValue } from "../../../mod/base/exchange.ts";
import { isProblem, type Problem } from "../../../mod/base/problem.ts";
import { parseTarget, redirect, redirectHandler } from "../../../mod/site/kinds/redirect.ts";
import { Random } from "../../fuzz/random.ts";
import {
  bodyText,
  type FakeRequest,
  fakeRequest,
  field,
  responseOf,
} from "../../support/request.ts";

async function locationFor(to: string, fake: FakeRequest): Promise<string> {
  const response = await responseOf(redirectHandler({ to })(fakeRequest(fake)));
  return field(response, "location") ?? "";
}

Deno.test("the placeholders of a target are replaced by parts of the request", async () => {
  const sample = { rawPath: "/a%20b/c;d", query: "x=1&y=%2F", host: "a.test" };
  const cases: [to: string, request: FakeRequest, location: string][] = [
    // Without a placeholder it is sent unchanged.
    ["https://www.example.com", sample, "https://www.example.com"],
    ["https://www.example.com/new?a=b#c", sample, "https://www.example.com/new?a=b#c"],
    ["/maintenance.html", sample, "/maintenance.html"],
    // {path} includes the query.
    ["https://b.test{path}", sample, "https://b.test/a%20b/c;d?x=1&y=%2F"],
    ["https://b.test:8443{path}", sample, "https://b.test:8443/a%20b/c;d?x=1&y=%2F"],
    ["https://b.test/{path}", sample, "https://b.test/a%20b/c;d?x=1&y=%2F"],
    ["https://b.test/old{path}.html", sample, "https://b.test/old/a%20b/c;d.html?x=1&y=%2F"],
    ["https://b.test{path}{query}", sample, "https://b.test/a%20b/c;d?x=1&y=%2F"],
    ["https://b.test{path}#top", sample, "https://b.test/a%20b/c;d?x=1&y=%2F#top"],
    ["https://b.test{path}", { rawPath: "/" }, "https://b.test/"],
    ["https://b.test{path}", { rawPath: "/", query: "" }, "https://b.test/?"],
    ["/new{path}", sample, "/new/a%20b/c;d?x=1&y=%2F"],
    // A ? in the target excludes the query of the request.
    ["https://b.test{path}?from=a", sample, "https://b.test/a%20b/c;d?from=a"],
    ["https://b.test{path}?", sample, "https://b.test/a%20b/c;d?"],
    // {query} alone.
    ["https://b.test/new{query}", sample, "https://b.test/new?x=1&y=%2F"],
    ["https://b.test{query}", sample, "https://b.test?x=1&y=%2F"],
    ["https://b.test/new{query}", { rawPath: "/" }, "https://b.test/new"],
    // {host} has no port.
    ["https://{host}/", sample, "https://a.test/"],
    ["https://{host}{path}", sample, "https://a.test/a%20b/c;d?x=1&y=%2F"],
    ["https://{host}:8443{path}", { host: "[::1]", rawPath: "/x" }, "https://[::1]:8443/x"],
    // A request without a path is one for the root.
    ["https://b.test{path}", { method: "OPTIONS", rawPath: "*" }, "https://b.test/"],
    ["https://b.test/x{path}", { method: "OPTIONS", rawPath: "*" }, "https://b.test/x/"],
  ];
  for (const [to, request, location] of cases) {
    assertEquals(await locationFor(to, request), location, `${to} ${JSON.stringify(request)}`);
  }
});

Deno.test("parseTarget() says why a target is invalid", () => {
  const cases: [to: string, why: string][] = [
    ["", "must start with http://, https:// or /"],
    ["www.example.com", "must start with http://, https:// or /"],
    ["{path}", "must start with http://, https:// or /"],
    ["{host}{path}", "must start with http://, https:// or /"],
    ["javascript:alert(1)", "must start with http://, https:// or /"],
    ["data:text/html,x", "must start with http://, https:// or /"],
    ["https:/www.example.com", "must start with http://, https:// or /"],
    ["https:www.example.com", "must start with http://, https:// or /"],
    ["ftp://www.example.com/", "must start with http://, https:// or /"],
    ["//evil.test/", 'starts with "//", which names another host'],
    ["//{host}{path}", 'starts with "//", which names another host'],
    ["/\\evil.test", '"\\\\" must be percent-encoded'],
    ["https://a.test\\@evil.test/", '"\\\\" must be percent-encoded'],
    ["https://a.test/a b", '" " must be percent-encoded'],
    ["https://a.test/\r\nX: y", '"\\r" must be percent-encoded'],
    ["https://a.test/\t", '"\\t" must be percent-encoded'],
    ["https://a.test/\0", '"\\u0000" must be percent-encoded'],
    ["https://a.test/<x>", '"<" must be percent-encoded'],
    ["https://a.test/100%", '"%" must be percent-encoded'],
    ["https://a.test/%zz", '"%" must be percent-encoded'],
    [
      "https://grün.test/",
      '"ü" must be percent-encoded, or written as xn-- in a host name',
    ],
    ["https://user@a.test/", "user name before the host not allowed"],
    ["https://a.test@evil.test{path}", "user name before the host not allowed"],
    ["https://user:pass@a.test/", "user name before the host not allowed"],
    ["https://", "host missing"],
    ["https:///a", "host missing"],
    ["https://{path}", "host missing"],
    ["https://:443/", "host missing"],
    ["https://a.test:0/", 'port must be between 1 and 65535, not "0"'],
    ["https://a.test:65536/", 'port must be between 1 and 65535, not "65536"'],
    ["https://a.test:/", 'port must be between 1 and 65535, not ""'],
    ["https://a.test:80:80/", 'port must be between 1 and 65535, not "80:80"'],
    ["https://a..test/", '"a..test" is not a host name or address'],
    ["https://-a.test/", '"-a.test" is not a host name or address'],
    ["https://1.2.3/", '"1.2.3" is not a host name or address'],
    ["https://0x7f.1/", '"0x7f.1" is not a host name or address'],
    ["https://%61.test/", '"%61.test" is not a host name or address'],
    ["https://[::1/", '"[::1" is not a host name or address'],
    ["https://[::1]a:80/", '"[::1]a:80" is not a host name or address'],
    ["https://[fe80::1%25eth0]/", '"[fe80::1%25eth0]" is not a host name or address'],
    ["https://[127.0.0.1]/", '"[127.0.0.1]" is not a host name or address'],
    ["https://a.test/{uri}", 'unknown placeholder "{uri}" (use {path}, {query} or {host})'],
    ["https://a.test/{PATH}", 'unknown placeholder "{PATH}" (use {path}, {query} or {host})'],
    ["https://a.test/{", 'unknown placeholder "{" (use {path}, {query} or {host})'],
    ["https://a.test/}", 'unknown placeholder "}" (use {path}, {query} or {host})'],
    ["https://a.test/{{path}}", 'unknown placeholder "{" (use {path}, {query} or {host})'],
    ["https://www.{host}/", HOST_ALONE],
    ["https://{host}.evil.test/", HOST_ALONE],
    ["https://{host}{host}/", HOST_ALONE],
    ["https://a.test/{host}", HOST_ALONE],
    ["https://a.test/?u={host}", HOST_ALONE],
    ["/{host}", HOST_ALONE],
    ["https://a.test{path}{path}", PLACEHOLDER_RULE],
    ["https://a.test/?u={path}", PLACEHOLDER_RULE],
    ["https://a.test/#{path}", PLACEHOLDER_RULE],
    ["https://a.test{query}{path}", PLACEHOLDER_RULE],
    ["https://a.test{query}/x", PLACEHOLDER_RULE],
    ["https://a.test{path}{query}?x", PLACEHOLDER_RULE],
    ["https://a.test/?x{query}", PLACEHOLDER_RULE],
    [`https://a.test/${"x".repeat(2048)}`, "longer than 2048 characters"],
  ];
  for (const [to, why] of cases) {
    assertEquals((parseTarget(to) as Problem).reason, why, to);
    const [problem] = redirect.problems!({ kind: "redirect", to });
    assertEquals(problem?.at, "to");
    assert(problem?.message.startsWith("cannot redirect to ") && problem.message.endsWith(why), to);
  }
});

const HOST_ALONE = "{host} must be the whole host, as in https://{host}{path}";
const PLACEHOLDER_RULE =
  "{path} may occur once, in the path, and {query} once, at the end of the path and without a ?";

Deno.test("parseTarget() accepts every way to write a host", () => {
  for (
    const to of [
      "http://a",
      "HTTPS://WWW.Example.COM/",
      "https://xn--grn-ioa.test/",
      "https://my_host:8443/",
      "https://10.0.0.1/",
      "https://[2001:DB8:0::1]:8443{path}",
      "https://{host}",
      `https://a.test/${"x".repeat(2048 - 15)}`,
    ]
  ) assertEquals(isProblem(parseTarget(to)), false, to);
});

Deno.test("a request with a hostile path or query stays on the host of the target", async () => {
  const cases: [to: string, request: FakeRequest, location: string][] = [
    ["/{path}", { rawPath: "//evil.test/" }, "/evil.test/"],
    ["/{path}", { rawPath: "////evil.test" }, "/evil.test"],
    ["/{path}", { rawPath: "/\\evil.test" }, "/%5Cevil.test"],
    ["/{path}", { rawPath: "/\t/evil.test" }, "/%09/evil.test"],
    ["/{path}", { rawPath: "/.//evil.test" }, "/.//evil.test"],
    ["/{path}", { rawPath: "/%2f%2fevil.test" }, "/%2f%2fevil.test"],
    ["https://b.test{path}", { rawPath: "//evil.test/" }, "https://b.test//evil.test/"],
    ["https://b.test{path}", { rawPath: "/@evil.test" }, "https://b.test/@evil.test"],
    ["https://b.test{path}", { rawPath: "@evil.test" }, "https://b.test/"],
    ["https://b.test{path}", { rawPath: ".evil.test" }, "https://b.test/"],
    ["https://b.test{path}", { rawPath: "/a\r\nX: y" }, "https://b.test/a%0D%0AX:%20y"],
    ["https://b.test{path}", { rawPath: "/\xc3\xbc?#{" }, "https://b.test/%C3%BC%3F%23%7B"],
    ["https://b.test{path}", { rawPath: '/"><script>' }, "https://b.test/%22%3E%3Cscript%3E"],
    ["https://b.test{path}", { rawPath: "/{host}" }, "https://b.test/%7Bhost%7D"],
    ["https://b.test{path}", { rawPath: "/$&$1" }, "https://b.test/$&$1"],
    ["https://b.test{query}", { query: "\r\n#\\?%zz\x80" }, "https://b.test?%0D%0A%23%5C?%zz%80"],
  ];
  for (const [to, request, location] of cases) {
    assertEquals(await locationFor(to, request), location, `${to} ${JSON.stringify(request)}`);
  }
});

Deno.test("a host that cannot be part of a URL is refused", async () => {
  const handler = redirectHandler({ to: "https://{host}{path}" });
  const hosts = [
    "evil.test/",
    "a@evil.test",
    "a:80",
    "a b",
    "a\r\nb",
    "ü",
    "[::1",
    "a\\b",
    ".",
    "a..b",
    "", // an HTTP/1.0 request; the address behind it is not for the client
  ];
  for (const host of hosts) {
    assertEquals(await handler(fakeRequest({ host })), { refuse: "Hostname" }, host);
  }
});

Deno.test("a Location is always a field value and keeps the host of the target", async () => {
  const targets: [to: string, origin: string][] = [
    ["https://b.test{path}", "https://b.test"],
    ["https://b.test/{path}x", "https://b.test"],
    ["https://b.test:8443/old{path}{query}#f", "https://b.test:8443"],
    ["http://[2001:db8::1]{query}", "http://[2001:db8::1]"],
    ["/{path}", "http://own.test"],
    ["/new{path}?x", "http://own.test"],
    ["/{query}", "http://own.test"],
    ["https://{host}{path}", "https://own.test"],
    ["https://{host}:8443/x{path}", "https://own.test:8443"],
  ];
  const pieces = [
    ..."/\\.:@?#%&;=[]{}<>\"'`^| \t\r\n\0\x7f\x80\xff$*",
    ..."// /../ /./ evil.test http:// javascript: %2f %5c %0d%0a {host} \\\\ @evil.test".split(" "),
  ];
  const random = new Random(20260301);
  const text = (): string => {
    return Array.from({ length: random.below(8) }, () => random.pick(pieces)).join("");
  };
  for (let i = 0; i < 4000; i++) {
    const [to, origin] = random.pick(targets);
    const rawPath = random.chance(10) ? text() : `/${text()}`;
    const query = random.chance(3) ? null : text();
    const location = await locationFor(to, { rawPath, query, host: "own.test" });
    const shown = `${to} ${JSON.stringify({ rawPath, query })} -> ${location}`;
    assert(/^[\x21-\x7e]+$/.test(location) && isFieldValue(location), shown);
    assertEquals(new URL(location, "http://own.test/asked").origin, origin, shown);
  }
});

Deno.test("every method is redirected, after its content was read, with a page", async () => {
  for (const to of ["https://b.test/", "https://b.test{path}"]) {
    const handler = redirectHandler({ to, status: 308 });
    for (const method of ["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PROPFIND"]) {
      const response = await responseOf(handler(fakeRequest({ method })));
      assertEquals([response.status, field(response, "location")], [308, "https://b.test/"]);
      assert((await bodyText(response)).includes("308 Permanent Redirect\n"));
    }
    const request = fakeRequest({ method: "POST", body: [new Uint8Array(3)] });
    assertEquals((await responseOf(handler(request))).status, 308);
    assertEquals(request.bodyReads, 2);
  }
});

Deno.test("a target without placeholders has one response, with 302 by default", async () => {
  const handler = redirectHandler({ to: "https://b.test/" });
  const first = await handler(fakeRequest()) as HttpResponse;
  assertEquals(first.status, 302);
  assertStrictEquals(await handler(fakeRequest({ path: "/other" })), first);
});
