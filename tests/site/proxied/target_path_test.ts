/** Goal: an upstream gets the path that it should, byte for byte, or none at all. Method: tables, and
 * random paths against the decoded path that the engine matches. */
import { assert, assertEquals } from "@std/assert";
import {
  isUnchanged,
  pathProblem,
  requestPathProblem,
  targetPath,
} from "../../../mod/site/proxied/target_path.ts";

Deno.test("targetPath() strips, keeps or replaces the prefix of the raw path", () => {
  const cases: [
    application: string,
    strips: boolean,
    base: string,
    raw: string,
    want: string | null,
  ][] = [
    ["/", false, "", "/a%2Fb/../c//d%20e", "/a%2Fb/../c//d%20e"],
    ["/", true, "/", "/x/", "/x/"],
    ["/", true, "/base/", "/x", "/base/x"],
    ["/", false, "/base", "/x", "/base/x"],
    ["/", false, "/base", "/", "/base/"],
    ["/", false, "/base/", "//x", "/base//x"],
    ["/app/", true, "/base/", "/app/x", "/base/x"],
    ["/app/", true, "/base", "/app/x", "/base/x"],
    ["/app/", true, "/base/", "/app/", "/base/"],
    ["/app/", true, "/base/", "/app", "/base"],
    ["/app/", true, "/", "/app", "/"],
    ["/app/", true, "", "/app", "/"],
    ["/app/", true, "", "/app/", "/"],
    ["/app/", true, "/base/", "/app//x", "/base//x"],
    ["/app/", true, "/base/", "/APP/X%2cy%2F", "/base/X%2cy%2F"],
    ["/app/", true, "/base/", "/%61pp/x", "/base/x"],
    ["/app/", true, "/base/", "/app%2Fx", null],
    ["/app/", true, "/base/", "/app/../x", null],
    ["/app/", true, "/base/", "/app/%2e%2E/x", null],
    ["/app/", true, "/base/", "/app/..%2fx", null],
    ["/app/", true, "/base/", "/x/../app/y", null],
    ["/app/", true, "/base/", "/app/./y", null],
    ["/app/", true, "/base/", "/app/.y/z..", "/base/.y/z.."],
    ["/app/", true, "/base/", "/apple", null],
    ["/app/", false, "", "/app/x%20", "/app/x%20"],
    ["/app/", false, "", "/app/../app/x", null],
    ["/app/", false, "/base", "/App/x", "/base/App/x"],
    ["/a/b/", true, "", "/a/b/c", "/c"],
    ["/a/b/", true, "", "/a%2Fb/c", null],
    ["/a/b/", true, "", "/a", null],
    ["/ä/", true, "/", "/%C3%A4/x", "/x"],
    ["/ä/", true, "/", "/\xc3\xa4/x", "/x"],
    ["/a b/", true, "/", "/a%20b/x", "/x"],
    ["/a%b/", true, "/", "/a%25b/x", "/x"],
  ];
  for (const [application, strips, base, raw, want] of cases) {
    const got = targetPath(raw, { application, strips, base });
    assertEquals(got, want, `${application} ${strips ? "strips" : "keeps"} ${base}: ${raw}`);
  }
});

Deno.test("targetPath() never leads out of the base, and never changes what is behind the prefix", () => {
  const parts = [
    "a",
    "app",
    ".",
    "..",
    "%2e",
    "%2E%2e",
    "",
    "%2F",
    "..%2f",
    "x%5cy",
    "%61pp",
    "b.c",
  ];
  let seed = 7;
  const pick = (): string => parts[(seed = (seed * 48_271) % 2_147_483_647) % parts.length]!;
  let passed = 0;
  for (let round = 0; round < 20_000; round++) {
    const raw = `/app/${pick()}/${pick()}/${pick()}`;
    const got = targetPath(raw, { application: "/app/", strips: true, base: "/base/" });
    if (got === null) continue;
    passed++;
    assertEquals(got, `/base/${raw.slice("/app/".length)}`);
    const decoded = decodeURIComponent(got).replaceAll("\\", "/");
    assert(new URL(`http://a${decoded.replaceAll("%", "%25")}`).pathname.startsWith("/base/"), raw);
  }
  assert(passed > 1000);
});

Deno.test("isUnchanged() is true only if no path changes or is refused", () => {
  assert(isUnchanged({ application: "/", strips: true, base: "/" }));
  assert(isUnchanged({ application: "/", strips: false, base: "" }));
  assert(!isUnchanged({ application: "/", strips: false, base: "/b" }));
  assert(!isUnchanged({ application: "/b/", strips: false, base: "" }));
});

Deno.test("pathProblem() and requestPathProblem() accept what can be sent", () => {
  const good = ["/", "/a/b%20c/", "/a;b=c,d", "/~x"];
  const bad = ["/a b", "/a?b", "/a#b", "/a/../b", "/%2e%2e/", "/%zz", "/ä", "/a\r\nb", "/a{b}"];
  for (const path of good) assertEquals(pathProblem(path), null, path);
  for (const path of bad) assert(pathProblem(path) !== null, path);
  for (const path of [...good, "/a?b=c&d", "/?"]) {
    assertEquals(requestPathProblem(path), null, path);
  }
  for (const path of ["", "a", "/a b", "/a?b c", "/a?b#c", "/a?\n", "http://x/"]) {
    assert(requestPathProblem(path) !== null, path);
  }
});
