// Goal: the program can call itself again in each of its forms. Method: what it would run, and runs.
import { assertEquals } from "@std/assert";
import { selfCommand } from "../../../mod/host/process/self_command.ts";

Deno.test("selfCommand() from source runs deno with the main module", () => {
  const [program, ...rest] = selfCommand(["serve", "--background"]);
  assertEquals(program, Deno.execPath());
  assertEquals(rest, ["run", "-A", "--no-prompt", Deno.mainModule, "serve", "--background"]);
});

Deno.test("selfCommand() of the portable form runs the file that was executed", () => {
  Deno.env.set("HTTPCFG_EXE", "/opt/httpcfg");
  try {
    assertEquals(selfCommand(["serve"]), ["/opt/httpcfg", "serve"]);
  } finally {
    Deno.env.delete("HTTPCFG_EXE");
  }
});
