// Goal: flags become bindings and content, or a word why not. Method: a record of flags, read back.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Fault } from "../../../../mod/base/fault.ts";
import { readInput } from "../../../../mod/cli/core/args.ts";
import type { CommandInput } from "../../../../mod/cli/core/command.ts";
import { readBindings, readContent } from "../../../../mod/cli/commands/site/site_flags.ts";
import { siteAdd } from "../../../../mod/cli/commands/site/site.ts";
import { tempFolder } from "../../../support/temp_folder.ts";

function input(...flags: string[]): CommandInput {
  return readInput(siteAdd, ["name", ...flags], []);
}

Deno.test("readBindings() makes canonical text of each, in order", () => {
  const given = input("--bind", "*:80", "--bind-tls", ":443:A", "--bind", "10.0.0.1:81:");
  assertEquals(readBindings(given, "bind"), [":80:", "10.0.0.1:81:"]);
  assertEquals(readBindings(given, "bind-tls"), [":443:a"]);
  assertEquals(readBindings(input(), "bind"), []);
  assertThrows(() => readBindings(input("--bind", "10.0.0.1"), "bind"), Fault, "Cannot bind to");
});

Deno.test("readContent() reads the one thing that a site answers", async () => {
  await using folder = await tempFolder();
  const cases: [flags: string[], content: Awaited<ReturnType<typeof readContent>>][] = [
    [["--root", folder.path], { kind: "root", path: folder.path }],
    [["--root", `${folder.path}/.`, "--listing"], {
      kind: "root",
      path: folder.path,
      listing: true,
    }],
    [["--respond", "-x"], { kind: "respond", text: "-x" }],
    [["--respond", "x", "--status", "200"], { kind: "respond", text: "x", status: 200 }],
    [["--echo"], { kind: "echo" }],
    [["--welcome"], { kind: "welcome" }],
  ];
  for (const [flags, content] of cases) {
    assertEquals(await readContent(input(...flags)), content, flags.join(" "));
  }
});

Deno.test("readContent() refuses none, two, and a status that is none", async () => {
  const cases = [[], ["--echo", "--welcome"], ["--respond", "", "--root", "."]];
  for (const flags of cases) {
    await assertRejects(() => readContent(input(...flags)), Fault, "exactly one of");
  }
  for (const status of ["199", "600", "+200", "200.0", ""]) {
    const flags = ["--respond", "x", "--status", status];
    await assertRejects(() => readContent(input(...flags)), Fault, "200 to 599");
  }
});
