// Goal: the program can run itself again in each of its forms. Method: the commands themselves.
import { assertEquals } from "@std/assert";
import { selfCommand } from "../../../mod/host/process/self_command.ts";

Deno.test("selfCommand() runs deno with the main module if run from source", () => {
  const [program, ...rest] = selfCommand(["serve", "--background"]);
  assertEquals(program, Deno.execPath());
  assertEquals(rest, ["run", "-A", "--no-prompt", Deno.mainModule, "serve", "--background"]);
});

Deno.test("selfCommand() runs the file that was executed if it is the portable form", () => {
  Deno.env.set("HTTPCFG_EXE", "/opt/httpcfg");
  try {
    assertEquals(selfCommand(["serve"]), ["/opt/httpcfg", "serve"]);
  } finally {
    Deno.env.delete("HTTPCFG_EXE");
  }
});
