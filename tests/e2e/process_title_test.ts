// Goal: `ps` shows what runs in words that a person would type, and its name is found. Method: ps
// and pgrep about the real processes: of the foreground, of the background, of a registration.
import { assertEquals, assertMatch } from "@std/assert";
import { freePort } from "../support/ports.ts";
import { type Foreground, Program } from "../support/program.ts";
import { waitFor } from "../support/wait.ts";

async function ps(column: string, ...options: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("ps", { args: ["-ww", "-o", `${column}=`, ...options] })
    .output();
  return new TextDecoder().decode(stdout).trim();
}

/** The name of the process: that of the runtime where the program runs from source. */
const COMM = Deno.env.has("HTTPCFG_PROGRAM") ? "httpcfg" : "deno";

async function prepared(): Promise<Program> {
  const program = await Program.make();
  await program.do(["site", "add", "x", "--bind", `127.0.0.1:${freePort()}:`, "--respond", "x"]);
  await program.do(["site", "remove", "Default Web Site"]);
  return program;
}

Deno.test({
  name: "ps shows httpcfg serve, however it was started, and no long line below it",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    await using program = await prepared();
    const service = await program.serve();
    assertEquals(await ps("args", "-p", `${service.pid}`), "httpcfg serve");
    assertEquals(await ps("comm", "-p", `${service.pid}`), COMM);
    const found = await program.shell(`pgrep -x ${COMM}`);
    assertEquals(found.out.split("\n").includes(`${service.pid}`), true, found.out);
    assertMatch(await ps("args", "--ppid", `${service.pid}`), /^\/bin\/sh -c .{1,40}$/);
    // What the program says about itself is not what ps shows.
    const { out } = await program.run("status");
    assertMatch(out, new RegExp(`^httpcfg is running as process ${service.pid} `));
    service.signal("SIGTERM");
    assertEquals(await service.ended, 0);

    await program.do("net start w3svc");
    const background = program.servicePid();
    assertEquals(await ps("args", "-p", `${background}`), "httpcfg serve --background");
  },
});

Deno.test({
  name: "ps shows the words of a registration as they were typed",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    await using program = await prepared();
    await program.serve();
    const line = `register http://127.0.0.1:${freePort()}/app/ --to http://127.0.0.1:3000`;
    const registration: Foreground = program.spawn(line);
    await waitFor(() => registration.stderr().includes("as long as"), "the registration");
    assertEquals(await ps("args", "-p", `${registration.pid}`), `httpcfg ${line}`);
    registration.signal("SIGTERM");
    await registration.ended;
  },
});
