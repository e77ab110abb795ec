import { assertEquals } from "@std/assert";
import {
  folderUrl,
  isInside,
  parseFilePath,
  restOfPath,
} from "../../../mod/site/static/file_path.ts";

Deno.test("parseFilePath() returns names below the root, and null for what leaves it", () => {
  const cases: [path: string, want: readonly string[] | null, isFolder?: boolean][] = [
    ["/", [], true],
    ["/a", ["a"], false],
    ["/a/", ["a"], true],
    ["//a///b c/ü.txt", ["a", "b c", "ü.txt"], false],
    ["/.well-known/acme", [".well-known", "acme"], false],
    ["/..hidden", null],
    ["/a/.well-known/x", null],
    ["", null],
    ["*", null],
    ["a", null],
    ["/..", null],
    ["/../etc/passwd", null],
    ["/a/../b", null],
    ["/a/./b", null],
    ["/.git/config", null],
    ["/a/.htpasswd", null],
    ["/..\\..\\x", null],
    ["/a\\b", null],
    ["/a\0.html", null],
    ["/a\nb", null],
    ["/a\x7f", null],
    ["/a\x85", null],
    ["/\ud800", null],
    ["/a:b", ["a:b"], false],
    ["/con.txt", ["con.txt"], false],
  ];
  for (const [path, want, isFolder] of cases) {
    const parsed = parseFilePath(path, false);
    assertEquals(parsed?.segments ?? null, want, JSON.stringify(path));
    if (parsed !== null) assertEquals(parsed.isFolder, isFolder, path);
  }
});

Deno.test("parseFilePath() rejects names that Windows reads as something else", () => {
  for (
    const path of [
      "/a:b",
      "/C:/x",
      "/a.txt::$DATA",
      "/con",
      "/AUX.txt",
      "/Com1",
      "/a.",
      "/a /b",
      "/a*",
    ]
  ) assertEquals(parseFilePath(path, true), null, path);
  assertEquals(parseFilePath("/console/a b.txt", true)?.segments, ["console", "a b.txt"]);
});

Deno.test("restOfPath() counts segments, whose length may differ with their case", () => {
  const cases: [path: string, below: string, want: string][] = [
    ["/a/b", "/", "/a/b"],
    ["/", "/", "/"],
    ["/docs", "/docs/", ""],
    ["/docs/", "/docs/", "/"],
    ["/docs//x", "/docs/", "//x"],
    ["/\u0130/x", "/i\u0307/", "/x"],
    ["/\u0130", "/i\u0307/", ""],
    ["/a/b/c/", "/a/b/", "/c/"],
  ];
  for (const [path, below, want] of cases) assertEquals(restOfPath(path, below), want, path);
});

Deno.test("folderUrl() never names another host", () => {
  assertEquals(folderUrl([]), "/");
  assertEquals(
    folderUrl(["evil.example", "a b", "ü%", "x\r\n"]),
    "/evil.example/a%20b/%C3%BC%25/x%0D%0A/",
  );
});

Deno.test("isInside() accepts the root and what is below it, not a common prefix", () => {
  const cases: [root: string, real: string, want: boolean][] = [
    ["/srv/www", "/srv/www", true],
    ["/srv/www", "/srv/www/a", true],
    ["/srv/www", "/srv/www2/a", false],
    ["/srv/www", "/srv", false],
    ["/", "/etc/passwd", true],
  ];
  for (const [root, real, want] of cases) assertEquals(isInside(root, real, "/"), want, real);
  assertEquals(isInside("C:\\www", "C:\\www\\a", "\\"), true);
  assertEquals(isInside("C:\\www", "C:\\www2", "\\"), false);
});
