// Goal: one path never has both separators. Method: tables.
import { assertEquals } from "@std/assert";
import { joinPath, nativePath } from "../../../mod/base/files/join_path.ts";
import { baseName, isAbsolutePath, pathIn } from "../../../mod/base/files/path_parts.ts";

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

Deno.test("baseName() knows both kinds of paths", () => {
  const names = ["/a/b.pem", "b.pem", "C:\\a\\b.pem", ".\\b.pem", "/a/x\\b.pem"].map(baseName);
  assertEquals(names, ["b.pem", "b.pem", "b.pem", "b.pem", "x\\b.pem"]);
});

Deno.test("isAbsolutePath() knows how paths of each system begin", () => {
  const cases: [path: string, onLinux: boolean, onWindows: boolean][] = [
    ["/a", true, true],
    ["C:\\a", false, true],
    ["c:/a", false, true],
    ["\\\\server\\a", false, true],
    ["a", false, false],
    ["C:a", false, false],
    [".\\a", false, false],
    ["", false, false],
  ];
  for (const [path, onLinux, onWindows] of cases) {
    assertEquals(isAbsolutePath(path, "linux"), onLinux, path);
    assertEquals(isAbsolutePath(path, "darwin"), onLinux, path);
    assertEquals(isAbsolutePath(path, "windows"), onWindows, path);
  }
});

Deno.test("pathIn() keeps a whole path, and begins another with the directory", () => {
  const cases: [os: string, folder: string, path: string, whole: string][] = [
    ["linux", "/srv", "/a/../b", "/a/../b"],
    ["linux", "/srv", "./a/b.pem", "/srv/a/b.pem"],
    ["linux", "/srv", "../b.pem", "/srv/../b.pem"],
    ["linux", "/srv", ".\\a", "/srv/.\\a"], // a name with a backslash
    ["linux", "/srv", "C:/a", "/srv/C:/a"],
    ["darwin", "/", "a", "/a"],
    ["windows", "C:\\srv", "D:/a", "D:\\a"],
    ["windows", "C:\\srv", "a/b.pem", "C:\\srv\\a\\b.pem"],
    ["windows", "C:\\srv", "./b.pem", "C:\\srv\\b.pem"],
    ["windows", "C:\\srv", "..\\b.pem", "C:\\srv\\..\\b.pem"],
    ["windows", "C:\\", "b.pem", "C:\\b.pem"],
  ];
  for (const [os, folder, path, whole] of cases) {
    assertEquals(pathIn(folder, path, os), whole, `${os} ${path}`);
  }
});
