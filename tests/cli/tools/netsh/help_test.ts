// Goal: the help has every command and every tag. Method: the table of commands.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { NETSH_COMMANDS, VERBS } from "../../../../mod/cli/tools/netsh/commands.ts";
import { readNetsh } from "../../../../mod/cli/tools/netsh/args.ts";
import {
  commandHelp,
  contextHelp,
  netshUsage,
  verbHelp,
} from "../../../../mod/cli/tools/netsh/help.ts";

Deno.test("netshUsage() shows every tag of a command", () => {
  const command = NETSH_COMMANDS.find(({ verb, noun }) => verb === "add" && noun === "timeout")!;
  assertEquals(
    netshUsage(command),
    "add timeout [timeouttype=]idleconnectiontimeout|headerwaittimeout [value=]<u-short>",
  );
  for (const one of NETSH_COMMANDS) {
    for (const { name } of one.tags) assertStringIncludes(netshUsage(one), `${name}`);
  }
});

Deno.test("help lists what a context and a verb have, and explains what a command takes", () => {
  for (const verb of Object.keys(VERBS)) assertStringIncludes(contextHelp(), `\n${verb} `);
  for (const command of NETSH_COMMANDS) {
    const { verb, noun, tags, examples } = command;
    if (noun !== "") assertStringIncludes(verbHelp(verb), `\n${verb} ${noun} `);
    const text = commandHelp(command);
    assertStringIncludes(text, `\nUsage: ${verb}`);
    assertStringIncludes(text, "\nRemarks: ");
    assertStringIncludes(text, "\nExamples:\n");
    for (const { name, about } of tags) {
      assert(new RegExp(`^        ${name} +- `, "m").test(text), `${verb} ${noun} ${name}`);
      assertStringIncludes(text, about);
    }
    for (const example of examples) {
      assertEquals(readNetsh(example.split(" ")).kind, "call", example);
    }
  }
});
