// Goal: the path of the control socket, or why there can be none. Method: tables, and a directory.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { controlPath, dialControl } from "../../../mod/host/control/control_address.ts";
import { tempFolder } from "../../support/temp_folder.ts";

Deno.test("controlPath() is a socket in the run directory, or a file on Windows", () => {
  assertEquals(controlPath("/run/httpcfg", "linux"), "/run/httpcfg/control.sock");
  assertEquals(controlPath("C:\\x\\run", "windows"), "C:\\x\\run\\control.json");
});

Deno.test("controlPath() rejects a path that is too long for a socket", () => {
  const room = "/control.sock".length;
  const cases: [os: string, run: string, fits: boolean][] = [
    ["linux", "x".repeat(107 - room), true],
    ["linux", "x".repeat(108 - room), false],
    ["linux", "ü".repeat((108 - room) / 2 + 1), false], // bytes count, not characters
    ["darwin", "x".repeat(103 - room), true],
    ["darwin", "x".repeat(104 - room), false],
    ["windows", "x".repeat(200), true],
  ];
  for (const [os, run, fits] of cases) {
    if (fits) controlPath(run, os);
    else assertThrows(() => controlPath(run, os), Fault, "path too long");
  }
});

Deno.test("dialControl() says why an existing control socket cannot be reached", async () => {
  await using folder = await tempFolder();
  assertEquals(await dialControl(folder.path), null);
  assertEquals(await dialControl(folder.at("deeper")), null);
  await Deno.mkdir(folder.at("run"));
  await Deno.writeTextFile(folder.at("file"), "");
  // To Windows there is nothing below a file; there the file of the port is what can be broken.
  await Deno.writeTextFile(folder.at("run/control.json"), "{");
  const run = folder.at(Deno.build.os === "windows" ? "run" : "file");
  await assertRejects(() => dialControl(run), Fault, "Cannot reach the service");
});
