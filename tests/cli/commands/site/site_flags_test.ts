// Goal: flags become bindings, or a reason why not. Method: flags as typed.
import { assertEquals, assertThrows } from "@std/assert";
import { Fault } from "../../../../mod/base/fault.ts";
import { readInput } from "../../../../mod/cli/core/args.ts";
import type { CommandInput } from "../../../../mod/cli/core/command.ts";
import { readBindings } from "../../../../mod/cli/commands/site/site_flags.ts";
import { siteAdd } from "../../../../mod/cli/commands/site/site.ts";

function input(...flags: string[]): CommandInput {
  return readInput(siteAdd, ["name", ...flags], []);
}

Deno.test("readBindings() returns the canonical text of each, in order", () => {
  const given = input("--bind", "*:80", "--bind-tls", ":443:A", "--bind", "10.0.0.1:81:");
  assertEquals(readBindings(given, "bind"), [":80:", "10.0.0.1:81:"]);
  assertEquals(readBindings(given, "bind-tls"), [":443:a"]);
  assertEquals(readBindings(input(), "bind"), []);
  assertThrows(() => readBindings(input("--bind", "10.0.0.1"), "bind"), Fault, "Cannot bind to");
});
