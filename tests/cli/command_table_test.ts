import { assertEquals } from "@std/assert";
import { COMMAND_NAMES, loadCommand } from "../../mod/cli/command_table.ts";

Deno.test("loadCommand() returns the record of that name, and each name is one command", async () => {
  assertEquals(new Set(COMMAND_NAMES).size, COMMAND_NAMES.length);
  for (const name of COMMAND_NAMES) assertEquals((await loadCommand(name)).name, name);
});
