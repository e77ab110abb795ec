// Story: what starts the service is killed, and the service ends as if it had been asked to; the
// service is killed, and starts again. Method: that of Windows, where a closing console kills.
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { freePort } from "../../support/ports.ts";
import { CALL, Program } from "../../support/program.ts";
import { waitFor } from "../../support/wait.ts";

/** Makes a program that serves one site, and returns the port of it too. */
async function withSite(): Promise<{ program: Program; port: number }> {
  const program = await Program.make();
  const port = freePort();
  await program.do("set iplisten -i 127.0.0.1");
  await program.do("site remove W3SVC/1");
  await program.do(`site add one --bind 127.0.0.1:${port}: --respond here`);
  return { program, port };
}

const isServed = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/`).then((response) => response.text(), () => "")
    .then((text) => text === "here");

/** Checks that a service has ended and has left nothing but what it wrote for good. */
async function checkCleanEnd(program: Program): Promise<void> {
  await waitFor(() => program.servicePid() === null, "the end of the service");
  const run = [...Deno.readDirSync(`${program.home}/run`)].filter(({ isFile }) => isFile);
  assertEquals(run.map(({ name }) => name), ["httpcfg.pid"]);
  await assertRejects(() => Deno.lstat(`${program.home}/run/control.sock`), Deno.errors.NotFound);
  const { out } = await program.run("events");
  assertMatch(out, /World Wide Web Publishing Service service entered the stopped state/);
}

Deno.test("serve --until-eof ends when stdin is closed", async () => {
  const { program, port } = await withSite();
  await using _ = program;
  const child = new Deno.Command(CALL[0]!, {
    args: [...CALL.slice(1), "serve", "--until-eof"],
    env: { HTTPCFG_HOME: program.home, NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const out = new Response(child.stdout).text();
  await waitFor(() => isServed(port), "the service");
  await child.stdin.close();
  assertEquals([(await child.status).code, await out], [0, "ready\n"]);
  await checkCleanEnd(program);
});

Deno.test("serve --restart, killed, leaves a service that ends by itself", async () => {
  const { program, port } = await withSite();
  await using _ = program;
  const served = program.spawn("serve --restart");
  await waitFor(() => isServed(port), "the service");
  served.signal("SIGKILL");
  await served.ended;
  await checkCleanEnd(program);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`serve --restart ends the service on ${signal}`, async () => {
    const { program, port } = await withSite();
    await using _ = program;
    const served = program.spawn("serve --restart");
    await waitFor(() => isServed(port), "the service");
    served.signal(signal);
    assertEquals(await served.ended, 0);
    assertStringIncludes(served.stderr(), `Listening on http://127.0.0.1:${port}/`);
    await checkCleanEnd(program);
  });
}

Deno.test("serve --restart starts a service again that was killed, and not one that was stopped", async () => {
  const { program, port } = await withSite();
  await using _ = program;
  const served = program.spawn("serve --restart");
  await waitFor(() => isServed(port), "the service");
  const first = program.servicePid()!;
  Deno.kill(first, "SIGKILL");
  await waitFor(
    () => isServed(port).then((it) => it && program.servicePid() !== first),
    "a restart",
  );
  assertMatch(served.stderr(), /the service ended with exit status 137; it starts again in 1 s/);
  await program.do("net stop http /y");
  await program.do("net stop iisadmin");
  assertEquals(await served.ended, 0);
  await checkCleanEnd(program);
});
