// Goal: every process of a service that this program starts has the environment that the runtime
// reads when it starts. Method: the environment of the processes, as the system shows it.
import { assertEquals } from "@std/assert";
import { RUNTIME_ENVIRONMENT } from "../../../mod/host/process/runtime_environment.ts";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";

/** What a process has of {@linkcode RUNTIME_ENVIRONMENT}. */
function environmentOf(pid: number): Record<string, string | undefined> {
  const lines = Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0");
  const all = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2)));
  return Object.fromEntries(Object.keys(RUNTIME_ENVIRONMENT).map((name) => [name, all[name]]));
}

Deno.test({
  name: "a service in the background and its workers have the environment of the runtime",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using program = await Program.make();
    await program.do("set iplisten -i 127.0.0.2");
    await program.do("site remove W3SVC/1");
    await program.do(["site", "add", "a", "--bind", `:${freePort()}:`, "--respond", "hello"]);
    await program.do("settings set Workers 2");
    await program.do("net start http");
    await program.do("net start w3svc");
    const { pid, workers } = JSON.parse((await program.do("status --format json")).out);
    assertEquals(workers.length, 2);
    for (const one of [pid, ...workers.map((worker: { pid: number }) => worker.pid)]) {
      assertEquals(environmentOf(one), RUNTIME_ENVIRONMENT);
    }
  },
});
