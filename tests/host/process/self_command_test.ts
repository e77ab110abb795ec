// Goal: the program can run itself again in each of its forms. Method: the commands themselves.
import { assertEquals } from "@std/assert";
import { programFile, selfCommand } from "../../../mod/host/process/self_command.ts";

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

Deno.test("selfCommand() starts the runtime, not the batch file, if it is the form for Windows", () => {
  Deno.env.set("HTTPCFG_EXE", "C:\\httpcfg\\httpcfg.cmd");
  Deno.env.set("HTTPCFG_RUN", "run --quiet --allow-read");
  try {
    const words = [Deno.execPath(), "run", "--quiet", "--allow-read", Deno.mainModule, "serve"];
    assertEquals(selfCommand(["serve"]), words);
    assertEquals(programFile(), "C:\\httpcfg\\httpcfg.cmd");
  } finally {
    Deno.env.delete("HTTPCFG_EXE");
    Deno.env.delete("HTTPCFG_RUN");
  }
  assertEquals(programFile(), null);
});
