import { assertEquals } from "@std/assert";
import { COMMAND_NAMES, loadCommand, loadCommands } from "../../mod/cli/command_table.ts";

Deno.test("loadCommands() returns a record for every name, in order, and no other", async () => {
  assertEquals((await loadCommands()).map(({ name }) => name), COMMAND_NAMES);
  assertEquals(new Set(COMMAND_NAMES).size, COMMAND_NAMES.length);
});

Deno.test("loadCommand() returns the record of that name", async () => {
  for (const name of COMMAND_NAMES) assertEquals((await loadCommand(name)).name, name);
});
