// Goal: whatever is no prefix is explained, by the fault that it has, with one that is valid. Method:
// a table, and every mutation of a valid prefix.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { explainNoPrefix } from "../../../mod/base/hints/no_url_prefix.ts";
import { parseUrlPrefix } from "../../../mod/base/url_prefix.ts";

Deno.test("explainNoPrefix() names the fault, and a prefix without it", () => {
  const cases: [text: string, reason: RegExp, prefix: string][] = [
    ["", /empty/, "http://+:80/"],
    ["http://+:80", /slash after the port is missing/, "http://+:80/"],
    ["http://+:80/vroot", /does not end with a slash/, "http://+:80/vroot/"],
    ["http://+:65536/", /between 1 and 65535, not "65536"/, "http://+:80/"],
    ["https://+:0/", /between 1 and 65535, not "0"/, "https://+:443/"],
    ["http://+:080/", /must not begin with 0/, "http://+:80/"],
    ["https://+:08443/", /must not begin with 0/, "https://+:8443/"],
    ["http://+/vroot/", /port is missing$/, "http://+:80/vroot/"],
    ["http://+:/", /port is missing after the colon/, "http://+:80/"],
    ["http://:8080/", /host is empty/, "http://+:8080/"],
    ["HTTP://+:80/", /lower case: http, not HTTP/, "http://+:80/"],
    ["ftp://+:80/", /http or https, not "ftp"/, "http://+:80/"],
    ["www.example.com:80/", /scheme is missing/, "http://www.example.com:80/"],
    ["localhost:8080/", /scheme is missing/, "http://localhost:8080/"],
    ["http:/+:80/", /two slashes/, "http://+:80/"],
    ["http:\\\\+:80\\", /backslash/, "http://+:80/"],
    ["http://+:80/a b/", /space in it/, "http://+:80/"],
    [" http://+:80/", /begins or ends with a space/, "http://+:80/"],
    ["http://w*w.example.com:80/", /can only be its whole first label/, "http://*.example.com:80/"],
    ["http://+.example.com:80/", /plus sign is the whole host/, "http://+:80/"],
    ["http://::1:80/", /IPv6 address is in brackets/, "http://[::1]:80/"],
    ["http://[::g]:80/", /not an IPv6 address/, "http://+:80/"],
    ["http://1.2.3:80/", /not an IPv4 address/, "http://+:80/"],
    ["http://user@host:80/", /user name/, "http://+:80/"],
    ["http://+:80/a?b=c", /query/, "http://+:80/a/"],
    ["http://+:80/*", /does not end|asterisk/, "http://+:80/"],
    ["http://+:80/a//b/", /empty segment/, "http://+:80/a/b/"],
    ["http://+:80/../", /segment that is/, "http://+:80/"],
    ["http://+:80/%zz/", /escape/, "http://+:80/"],
    ["\u201chttp://+:80/\u201d", /“ \(U\+201C\)/, "http://+:80/"],
    ["'http://+:80/'", /quotes that belong to no shell, '/, "http://+:80/"],
    ["http://my\u2013host:80/", /– \(U\+2013\)/, "http://my-host:80/"],
    ["http://+:80/\u200e", /U\+200E \(left-to-right mark\)/, "http://+:80/"],
    ["\ufeffhttp://+:80/", /U\+FEFF \(byte order mark\)/, "http://+:80/"],
    ["http://+:80/a\u00a0/", /U\+00A0 \(no-break space\)/, "http://+:80/"],
    ["http://+:80/\u200b", /U\+200B \(zero width space\)/, "http://+:80/"],
    ["http\uff1a//+:80/", /wide character, ： \(U\+FF1A\)/, "http://+:80/"],
  ];
  for (const [text, reason, prefix] of cases) {
    const found = explainNoPrefix(text);
    assert(found !== null, text);
    assertMatch(found.reason, reason, text);
    assertEquals(found.prefix, prefix, text);
    assert(parseUrlPrefix(found.prefix) !== null, text);
  }
  assertEquals(explainNoPrefix("http://+:80/vroot/"), null);
  assertEquals(explainNoPrefix("https://[::1]:443/"), null);
});

Deno.test("explainNoPrefix() explains every mutation of a prefix, or it is one", () => {
  const whole = "https://www.example.com:8443/a/b/";
  const inserted = [..." \t\\/:*+?#%@[]'\"\u200e\u00a0\u2019\u2014AZ0.", "//", "..", "::"];
  for (let at = 0; at <= whole.length; at++) {
    const mutations = [
      whole.slice(0, at) + whole.slice(at + 1),
      ...inserted.map((text) => whole.slice(0, at) + text + whole.slice(at)),
      whole.slice(0, at),
    ];
    for (const text of mutations) {
      const found = explainNoPrefix(text);
      assertEquals(found === null, parseUrlPrefix(text) !== null, text);
      if (found === null) continue;
      assert(parseUrlPrefix(found.prefix) !== null, `${text} -> ${found.prefix}`);
      assert(found.reason.length > 10, text);
    }
  }
});
