import { assert, assertEquals } from "@std/assert";
import { isProblem } from "../../../mod/base/problem.ts";
import {
  applicationKey,
  findApplication,
  parseApplicationPath,
  withApplication,
  withoutApplication,
} from "../../../mod/config/document/application.ts";
import { DEFAULT_DOCUMENT, type SiteRecord } from "../../../mod/config/document/document.ts";

const CONTENT = { kind: "echo" };
const SITE: SiteRecord = DEFAULT_DOCUMENT.sites[0]!;

Deno.test("parseApplicationPath() returns one spelling for a path, in the case that was given", () => {
  const cases: [text: string, want: string][] = [
    ["/api/", "/api/"],
    ["/api", "/api/"],
    ["/Api/V1", "/Api/V1/"],
    ["/a%20b/", "/a%20b/"],
    ["/%61pi/", "/api/"],
    ["/%C3%BCber/", "/über/"],
    ["/über/", "/über/"],
    ["/50%25/", "/50%25/"],
    ["/a%2Fb/", "/a/b/"],
    ["/.well-known/", "/.well-known/"],
    ["/a=b/", "/a=b/"],
  ];
  for (const [text, want] of cases) {
    const path = parseApplicationPath(text);
    assertEquals(path, want, text);
    assertEquals(parseApplicationPath(want), want);
  }
});

Deno.test("parseApplicationPath() says what is wrong with a path", () => {
  const cases: [text: string, reason: RegExp][] = [
    ["", /start with \//],
    ["api/", /start with \//],
    ["http://a/api/", /start with \//],
    ["/", /the site itself/],
    ["//", /empty segment/],
    ["/a//b/", /empty segment/],
    ["/a/../b/", /"\.\."/],
    ["/%2e%2e/", /"\.\."/],
    ["/a%", /escape/],
    ["/%FF/", /UTF-8/],
    ["/a?b/", /"\?" is not allowed/],
    ["/a#b/", /"#" is not allowed/],
    ["/api/*", /"\*" is not allowed/],
    ["/a b/", /" " is not allowed/],
    ["/a\\b/", /is not allowed/],
    ["/a\u0007/", /is not allowed/],
    ["/a%00/", /./],
    [`/${"a".repeat(1024)}/`, /longer than 1024/],
  ];
  for (const [text, reason] of cases) {
    const problem = parseApplicationPath(text);
    assert(isProblem(problem), text);
    assert(reason.test(problem.reason), `${text}: ${problem.reason}`);
  }
});

Deno.test("applicationKey() is the path as requests are compared with it", () => {
  assertEquals(applicationKey("/Api/50%25/Ü/"), "/api/50%/ü/");
});

Deno.test("applications are added, replaced and removed by their path, whatever its case", () => {
  const one = withApplication(SITE, { path: "/b/", content: CONTENT });
  const two = withApplication(one, { path: "/A/", content: CONTENT });
  assertEquals(two.applications?.map(({ path }) => path), ["/A/", "/b/"]);
  const other = { kind: "welcome" };
  const replaced = withApplication(two, { path: "/B/", content: other });
  assertEquals(replaced.applications, [{ path: "/A/", content: CONTENT }, {
    path: "/B/",
    content: other,
  }]);
  assertEquals(findApplication(replaced, "/b")?.content, other);
  assertEquals(findApplication(replaced, "/c/"), undefined);
  assertEquals(findApplication(replaced, "nonsense"), undefined);
  assertEquals(withoutApplication(withoutApplication(replaced, "/a/"), "/B/"), SITE);
});
