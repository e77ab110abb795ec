// Goal: a path cannot leave the root of its site, and means the same to everyone. Method: tables.
import { assertEquals } from "@std/assert";
import { isAuthority, parseTarget } from "../../../mod/http/parse/target.ts";
import { latin1Bytes } from "../../support/fake_stream.ts";

const STRICT = {
  AllowRestrictedChars: false,
  PercentUAllowed: false,
  EnableNonUTF8: false,
  FavorUTF8: true,
};
const LIMITS = { UrlSegmentMaxLength: 260, UrlSegmentMaxCount: 255, ...STRICT };

function target(text: string, method = "GET", limits = LIMITS): ReturnType<typeof parseTarget> {
  const bytes = latin1Bytes(`GET ${text} `);
  return parseTarget(bytes, 4, bytes.length - 1, method, limits);
}

Deno.test("parseTarget() decodes a path once and removes its dot segments", () => {
  const cases: [sent: string, path: string, query?: string][] = [
    ["/", "/"],
    ["/a/b", "/a/b"],
    ["/a?b=c?d&%zz\\", "/a", "b=c?d&%zz\\"],
    ["/a?", "/a", ""],
    ["/%41%2e%25", "/A.%"],
    ["/%252e%252e/x", "/%2e%2e/x"],
    ["/caf%C3%A9", "/café"],
    ["/a/./b/../c", "/a/c"],
    ["/a/..", "/"],
    ["/a/.", "/a/"],
    ["/a/b/..", "/a/"],
    ["/.", "/"],
    ["/a/%2e%2E/b", "/b"],
    ["/a%2f..%2fb", "/b"],
    ["/a//b", "/a//b"],
    ["/..a/.b/c..", "/..a/.b/c.."],
    ["//host/x", "//host/x"],
    ['/"<>^`{|}', '/"<>^`{|}'],
    ["/:@!$&'()*+,;=~", "/:@!$&'()*+,;=~"],
  ];
  for (const [sent, path, query] of cases) {
    assertEquals(
      target(sent),
      {
        path,
        rawPath: sent.split("?")[0]!,
        query: query ?? null,
        host: null,
        scheme: null,
      },
      sent,
    );
  }
});

Deno.test("parseTarget() rejects targets that another program could read differently", () => {
  const cases = [
    "/..",
    "/../x",
    "/a/../../x",
    "/%2e%2e/x",
    "/a/..%2f..%2fx",
    "/\\x",
    "/%5cx",
    "/%00",
    "/%0d%0aX",
    "/%7f",
    "/%c2%85",
    "/%c0%af",
    "/%ff",
    "/%ed%a0%80",
    "/%",
    "/%4",
    "/%zz",
    "/%u0041",
    "/a#b",
    "/a?b#c",
    "*",
    "a",
    "a:80",
    "?x",
    "ftp://a/",
    "http:/a/",
    "http:///x",
    "http://u@a/",
    "http://u:p@a/",
    "http://a:99999/",
    "http://a b/",
    "http://a/../..",
  ];
  for (const sent of cases) assertEquals(target(sent), "URL", sent);
});

Deno.test("parseTarget() accepts the absolute form, and the asterisk form of OPTIONS", () => {
  const cases: [sent: string, method: string, want: unknown[]][] = [
    ["http://A.Example:80/b?c", "GET", ["/b", "/b", "c", "a.example", "http"]],
    ["HTTP://a", "GET", ["/", "/", null, "a", "http"]],
    ["https://[::1]:443?x", "GET", ["/", "/", "x", "[::1]", "https"]],
    ["http://a", "OPTIONS", ["*", "*", null, "a", "http"]],
    ["*", "OPTIONS", ["*", "*", null, null, null]],
  ];
  for (const [sent, method, want] of cases) {
    const found = target(sent, method);
    if (typeof found === "string") throw new Error(`${sent}: ${found}`);
    const { path, rawPath, query, host, scheme } = found;
    assertEquals([path, rawPath, query, host, scheme], want, sent);
  }
});

Deno.test("parseTarget() limits the length and number of segments; 0 is unlimited", () => {
  const limits = { ...STRICT, UrlSegmentMaxLength: 3, UrlSegmentMaxCount: 2 };
  const unlimited = { ...STRICT, UrlSegmentMaxLength: 0, UrlSegmentMaxCount: 0 };
  for (const sent of ["/abcd", "/a/b/c", "/a/abcd", "/a//"]) {
    assertEquals(target(sent, "GET", limits), "URL", sent);
    assertEquals(typeof target(sent, "GET", unlimited), "object", sent);
  }
  for (const sent of ["/abc", "/abc/abc", "/a/", "/%41%42%43"]) {
    assertEquals(typeof target(sent, "GET", limits), "object", sent);
  }
});

Deno.test("isAuthority() requires a host and a port", () => {
  const is = (text: string): boolean => isAuthority(latin1Bytes(text), 0, text.length);
  assertEquals(["a:443", "[::1]:1"].map(is), [true, true]);
  assertEquals(["a", "a:", "/", "a:0", "http://a:80", "[::1]", ":80", "1"].map(is), [
    false,
    false,
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});

Deno.test("settings of HTTP.sys let a path be more than UTF-8 without control characters", () => {
  const all = {
    ...LIMITS,
    AllowRestrictedChars: true,
    PercentUAllowed: true,
    EnableNonUTF8: true,
  };
  const cases: [sent: string, settings: Partial<typeof LIMITS>, path: string | null][] = [
    ["/a%01", {}, null],
    ["/a%01", { AllowRestrictedChars: true }, "/a\x01"],
    ["/a%7f%c2%85", { AllowRestrictedChars: true }, "/a\x7f\x85"],
    ["/a%00", all, null],
    ["/a%5cb", all, null],
    ["/%u0041%u00e9", {}, null],
    ["/%u0041%u00E9", { PercentUAllowed: true }, "/A\u00e9"],
    ["/%u20ac", { PercentUAllowed: true }, "/\u20ac"],
    ["/%u002e%U002E/x", all, null], // leads above the root
    ["/a/%u002e%u002e/x", all, "/x"],
    ["/%u005c", all, null],
    ["/%u0000", all, null],
    ["/%ud83d%ude00", all, null], // halves of a pair
    ["/%u12", all, null],
    ["/%u123x", all, null],
    ["/caf%E9", {}, null],
    ["/caf%E9", { EnableNonUTF8: true }, "/caf\u00e9"],
    ["/caf%C3%A9", { EnableNonUTF8: true }, "/caf\u00e9"],
    ["/caf%C3%A9", { EnableNonUTF8: true, FavorUTF8: false }, "/caf\u00c3\u00a9"],
    ["/%c0%af..%c0%afx", { EnableNonUTF8: true }, "/\u00c0\u00af..\u00c0\u00afx"],
  ];
  for (const [sent, settings, path] of cases) {
    const found = target(sent, "GET", { ...LIMITS, ...settings });
    assertEquals(typeof found === "string" ? null : found.path, path, sent);
  }
});
