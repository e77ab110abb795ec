// Goal: one path never has both separators. Method: tables.
import { assertEquals } from "@std/assert";
import { joinPath, nativePath } from "../../../mod/base/files/join_path.ts";
import { baseName, isAbsolutePath } from "../../../mod/base/files/path_parts.ts";

Deno.test("joinPath() uses the separator of the directory's system", () => {
  const cases: [folder: string, names: string[], path: string][] = [
    ["/etc/httpcfg", ["certs", "MY"], "/etc/httpcfg/certs/MY"],
    ["/", ["config.json"], "/config.json"],
    ["/tmp/h/", ["run"], "/tmp/h/run"],
    ["home", ["run"], "home/run"],
    ["a\\b", ["run"], "a\\b/run"], // a name with a backslash, elsewhere than on Windows
    ["C:\\Data", ["httpcfg", "run"], "C:\\Data\\httpcfg\\run"],
    ["C:\\", ["run"], "C:\\run"],
    ["\\\\server\\share", ["run"], "\\\\server\\share\\run"],
    [".\\home", ["run"], ".\\home\\run"],
    ["..\\home", ["run"], "..\\home\\run"],
  ];
  for (const [folder, names, path] of cases) assertEquals(joinPath(folder, ...names), path);
});

Deno.test("nativePath() has the separators of the system, so that joinPath() knows it", () => {
  const cases: [os: string, path: string, native: string][] = [
    ["linux", "C:/x\\y", "C:/x\\y"],
    ["darwin", "a/b", "a/b"],
    ["windows", "C:/Data/x", "C:\\Data\\x"],
    ["windows", "C:\\Data/x", "C:\\Data\\x"],
    ["windows", "C:x", "C:x"],
    ["windows", "//server/share", "\\\\server\\share"],
    ["windows", "/x/y", "/x/y"],
    ["windows", "\\x/y", "\\x\\y"],
    ["windows", "home/x", ".\\home\\x"],
    ["windows", "./x", ".\\x"],
    ["windows", "../x", "..\\x"],
    ["windows", "", ""],
  ];
  for (const [os, path, native] of cases) {
    assertEquals(nativePath(path, os), native, path);
    assertEquals(nativePath(native, os), native, path);
  }
});

Deno.test("baseName() and isAbsolutePath() know both kinds of paths", () => {
  const names = ["/a/b.pem", "b.pem", "C:\\a\\b.pem", ".\\b.pem", "/a/x\\b.pem"].map(baseName);
  assertEquals(names, ["b.pem", "b.pem", "b.pem", "b.pem", "x\\b.pem"]);
  const absolute = ["/a", "C:\\a", "c:/a", "\\\\server\\a", "a", "C:a", ".\\a"].map(isAbsolutePath);
  assertEquals(absolute, [true, true, true, true, false, false, false]);
});
