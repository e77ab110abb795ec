// Goal: no spelling of a path escapes what is said of it, and fields are those of the path. Method:
// requests without a server.
import { assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import type { HttpResponse } from "../../../mod/base/exchange.ts";
import { comparablePath, folderValues } from "../../../mod/site/path_values.ts";
import { PathRules } from "../../../mod/site/rules/path_rules.ts";
import { ResponseFields } from "../../../mod/site/rules/response_fields.ts";
import { fakeRequest } from "../../support/request.ts";

const OK: HttpResponse = { status: 200, headers: [], body: new Uint8Array(1) };

function statusOf(rules: PathRules, path: string): number | null {
  const result = rules.pass(fakeRequest({ path, rawPath: path }));
  return result === null || "refuse" in result ? null : result.status;
}

Deno.test("a closed path is closed under every spelling", () => {
  const rules = new PathRules([
    { path: "/private/open" },
    { path: "/private", closedTo: "all" },
  ], false);
  for (
    const path of [
      "/private",
      "/private/",
      "/Private/x",
      "//private/x",
      "/private//x",
      "///PRIVATE",
    ]
  ) {
    assertEquals(statusOf(rules, path), 403, path);
  }
  for (const path of ["/", "/privates", "/a/private", "/private/open", "/private//OPEN/x"]) {
    assertEquals(statusOf(rules, path), null, path);
  }
});

Deno.test("closed to remote clients, and to those who did not say who they are", () => {
  const remote = new PathRules([{ path: "", closedTo: "remote" }], false);
  const away = { ip: "192.0.2.1" as Ip, port: 1 };
  assertEquals(remote.pass(fakeRequest({ path: "/" })), null);
  const denied = remote.pass(fakeRequest({ path: "/", remote: away }));
  assertEquals(denied !== null && "status" in denied && denied.status, 403);
  assertEquals(statusOf(new PathRules([{ path: "", asksWho: true }], false), "/"), 403);
  assertEquals(statusOf(new PathRules([{ path: "", asksWho: true }], true), "/"), null);
});

Deno.test("a redirect keeps the rest of the path, escaped", () => {
  const rules = new PathRules([
    { path: "/old", redirect: { value: "http://new.test, PERMANENT", at: "/old" } },
  ], false);
  const cases: [path: string, query: string | null, to: string][] = [
    ["/old/a b/ä?", "x=1", "http://new.test/a%20b/%C3%A4%3F?x=1"],
    ["/OLD", null, "http://new.test"],
    ["//old//a", null, "http://new.test/a"],
  ];
  for (const [path, query, to] of cases) {
    const result = rules.pass(fakeRequest({ path, rawPath: "/", query }));
    const headers = result === null || "refuse" in result ? [] : result.headers;
    assertEquals(headers.find(([name]) => name === "Location")?.[1], to, path);
  }
});

Deno.test("fields of a path replace those of the site; caches are told of content alone", () => {
  const rules = new PathRules([
    { path: "/a", headers: ["X-A: 1"], caching: ["Cache-Control: max-age=5"] },
  ], false);
  const ofSite = new ResponseFields([["X-Site", "1"]]);
  const names = (path: string, response: HttpResponse): string[] => {
    return rules.finish(response, fakeRequest({ path }), ofSite).headers.map(([name]) => name);
  };
  assertEquals(names("/a/x", OK), ["Cache-Control", "X-A"]);
  assertEquals(names("/b", OK), ["X-Site"]);
  assertEquals(names("/a/x", { ...OK, status: 404 }), ["X-A"]);
  assertEquals(names("/a/x", { ...OK, headers: [["cache-control", "private"]] }), [
    "cache-control",
    "X-A",
  ]);
});

Deno.test("folderValues() finds the longest path", () => {
  const find = folderValues([{ path: "/a/b", documents: ["b"] }, { path: "/a", documents: ["a"] }]);
  const cases = [["/a/b/c", "b"], ["/A/B", "b"], ["/a/bc", "a"], ["//a//b/", "b"], [
    "/",
    undefined,
  ]];
  for (const [path, want] of cases) assertEquals(find(path!)?.documents?.[0], want, path);
  assertEquals(folderValues([])("/"), undefined);
  assertEquals(comparablePath("/A//b///C"), "/a/b/c");
});
