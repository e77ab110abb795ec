// Goal: a failed file operation says why and what to type. Method: tables, and real system errors.
import { assertEquals, assertThrows } from "@std/assert";
import { DeniedFault, Fault, quote, shellWord } from "../../mod/base/fault.ts";
import { directoryOf, fileFault } from "../../mod/base/file_fault.ts";
import { tempFolder } from "../support/temp_folder.ts";

const IS_WINDOWS = Deno.build.os === "windows";

Deno.test("directoryOf() returns the directory of a path with either separator", () => {
  const cases: [path: string, directory: string][] = [
    ["/etc/httpcfg/config.json", "/etc/httpcfg"],
    ["/config.json", "/"],
    ["config.json", "."],
    ["a/config.json", "a"],
    ["C:\\Data\\httpcfg/config.json", "C:\\Data\\httpcfg"],
    ["C:\\Data\\config.json", "C:\\Data"],
  ];
  for (const [path, directory] of cases) assertEquals(directoryOf(path), directory, path);
});

Deno.test("fileFault() names the file, the reason and a command that shows it", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(folder.at("file"), "");
  await Deno.mkdir(folder.at("dir"));
  const cases: [path: string, reason: string][] = [
    ["none", "no such file or directory"],
    ["dir", "is a directory"],
    [
      "file/below",
      IS_WINDOWS ? "no such file or directory" : "part of the path is not a directory",
    ],
  ];
  for (const [name, reason] of cases) {
    const path = folder.at(name);
    const error = await Deno.readTextFile(path).catch((thrown) => thrown);
    const { message, hint, cause } = fileFault("read", path, error);
    assertEquals(message, `Cannot read ${quote(path)}: ${reason}`);
    assertEquals(hint, `ls -ld ${shellWord(path)} ${shellWord(directoryOf(path))}`);
    assertEquals(cause, error);
  }
});

Deno.test("fileFault() reads error codes and passes unknown errors through", () => {
  const readOnly = Object.assign(new Error("os error 30"), { code: "EROFS" });
  const onWindows = Object.assign(new Error("Invalid function. (os error 1)"), { code: "EISDIR" });
  const cases: [error: unknown, message: string, hint: string][] = [
    [onWindows, `Cannot write "/etc/a b": is a directory`, "ls -ld '/etc/a b' /etc"],
    [readOnly, `Cannot write "/etc/a b": read-only file system`, "findmnt -T /etc"],
    [new Error("disk full"), `Cannot write "/etc/a b": disk full`, "df -h /etc"],
    [
      new Deno.errors.PermissionDenied(),
      `Cannot write "/etc/a b": permission denied`,
      "ls -ld '/etc/a b' /etc",
    ],
    ["odd", `Cannot write "/etc/a b": odd`, "df -h /etc"],
  ];
  for (const [error, message, hint] of cases) {
    const fault = fileFault("write", "/etc/a b", error);
    assertEquals([fault.message, fault.hint], [message, hint]);
  }
  const denied = fileFault("write", "f", new Deno.errors.PermissionDenied());
  assertEquals([denied instanceof DeniedFault, denied.hint], [true, "ls -ld f ."]);
  assertEquals(fileFault("write", "f", readOnly) instanceof DeniedFault, false);
  assertEquals(fileFault("write", "f", readOnly, "own").hint, "own");
  const known = new Fault("said already");
  assertEquals(fileFault("write", "f", known), known);
});

Deno.test("fileFault() names a full disk in words, and hints at its bytes and files", () => {
  const full = Object.assign(
    new Error("No space left on device (os error 28): writefile '/run/a'"),
    { code: "ENOSPC" },
  );
  const { message, hint } = fileFault("write", "/run/a", full);
  assertEquals(message, 'Cannot write "/run/a": no space left on the file system');
  assertEquals(hint, "df -h /run; df -i /run");
  assertEquals(fileFault("use", "/run", full, { folder: "/run" }).hint, "df -h /run; df -i /run");
  const other = new Error("Invalid argument (os error 22): open '/run/a'");
  assertEquals(fileFault("open", "a", other).message, 'Cannot open "a": Invalid argument');
});

Deno.test("fileFault() is one line, whatever the path is that the system names", () => {
  const path = "a\0\nb";
  const error = assertThrows(() => Deno.statSync(path));
  const { message, hint } = fileFault("read", path, error);
  const reason = IS_WINDOWS
    ? "strings passed to WinAPI cannot contain NULs"
    : "file name contained an unexpected NUL byte";
  assertEquals(message, `Cannot read "a\\u0000\\nb": ${reason}`);
  assertEquals(hint?.includes("\n"), false);
});
