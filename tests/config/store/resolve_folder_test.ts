// Goal: a directory by its real path, or why it cannot be served. Method: a temporary directory.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { resolveFolder } from "../../../mod/config/store/resolve_folder.ts";
import { tempFolder } from "../../support/temp_folder.ts";

Deno.test("resolveFolder() returns the absolute path with links resolved", async () => {
  await using folder = await tempFolder();
  await Deno.mkdir(folder.at("real"));
  await Deno.symlink(folder.at("real"), folder.at("link"), { type: "dir" });
  assertEquals(await resolveFolder(`${folder.path}/./real/../link/`, String), folder.at("real"));
  assertEquals(await resolveFolder(".", String), await Deno.realPath("."));
});

const IS_WINDOWS = Deno.build.os === "windows";
/** Windows has other words, or none. */
const POSIX_CASES: [name: string, reason: string][] = [
  ["file/below", "part of the path is not a directory"],
  ["loop", "ymbolic link"],
  ["x".repeat(5000), "name too long"],
];

Deno.test("resolveFolder() rejects what does not exist or is not a directory", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(folder.at("file"), "");
  await Deno.symlink(folder.at("nowhere"), folder.at("dangling"), { type: "dir" });
  await Deno.symlink(folder.at("loop"), folder.at("loop"), { type: "dir" });
  const cases: [name: string, reason: string][] = [
    ["missing", "no such file or directory"],
    ["dangling", "no such file or directory"],
    ["file", "not a directory"],
    ...IS_WINDOWS ? [["file/below", "no such file or directory"] as [string, string]] : POSIX_CASES,
  ];
  for (const [name, reason] of cases) {
    const fault = await assertRejects(
      () => resolveFolder(folder.at(name), String),
      Fault,
      "Cannot serve",
    );
    assertStringIncludes(fault.message, reason, name.slice(0, 20));
    assertEquals(typeof fault.hint, "string");
  }
});
