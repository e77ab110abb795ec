// Story: services are started and stopped with the output of net.exe, and one that is killed or
// stopped in the middle of its work leaves nothing harmful behind.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { isRefused, parseResponse, receive, send } from "../support/http_client.ts";
import { freePort } from "../support/ports.ts";
import { Program, START_NOTE } from "../support/program.ts";
import { waitFor } from "../support/wait.ts";
import { ON_LINUX, ON_POSIX } from "../support/platforms.ts";

const W3SVC = "World Wide Web Publishing Service";
const ADDRESS = "127.0.0.2";

/** Makes a program with one site on ADDRESS:port, which is on the list. */
async function withSite(
  content: readonly string[] = ["--respond", "here"],
): Promise<{ program: Program; port: number }> {
  const program = await Program.make();
  const port = freePort();
  await program.do(`set iplisten -i ${ADDRESS}`);
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "one", "--bind", `${ADDRESS}:${port}:`, ...content]);
  return { program, port };
}

Deno.test("net start, net stop http /y: the order, the texts, and no listener left", async () => {
  const { program, port } = await withSite();
  await using _program = program;
  assertEquals(await program.run("net start w3svc"), {
    status: 0,
    out: `The ${W3SVC} service is starting.\nThe ${W3SVC} service was started successfully.\n\n`,
    err: START_NOTE,
  });
  assert(!(await isRefused(ADDRESS, port)), "it listens when net start returns");
  assertEquals(
    (await program.do("net start")).out,
    "These services are started:\n\n   HTTP SSL\n   IIS Admin Service\n" +
      `   ${W3SVC}\n\nThe command completed successfully.\n\n`,
  );
  assertEquals(await program.run("net stop http /y"), {
    status: 0,
    out: `The following services are dependent on the HTTP service.
Stopping the HTTP service will also stop these services.

   ${W3SVC}
   HTTP SSL

The ${W3SVC} service is stopping.
The ${W3SVC} service was stopped successfully.

The HTTP SSL service is stopping.
The HTTP SSL service was stopped successfully.

The HTTP service is stopping.
The HTTP service was stopped successfully.

`,
    err: "",
  });
  assert(await isRefused(ADDRESS, port));
  const { out } = await program.do("net start");
  assert(!out.includes(W3SVC) && !out.includes("HTTP"), out);
  assertEquals((await program.run("net stop http /y")).status, 2);
});

Deno.test("net stop http without an answer to its question stops nothing", async () => {
  const { program, port } = await withSite();
  await using _program = program;
  await program.do("net start w3svc");
  const { status, err } = await program.run("net stop http");
  assertEquals([status, err], [
    2,
    "No valid response was provided.\n\nhint: httpcfg net stop http /y\n",
  ]);
  assert(!(await isRefused(ADDRESS, port)));
});

Deno.test("a second start on the same home is refused by name and pid", async () => {
  const { program } = await withSite();
  await using _program = program;
  const first = await program.serve();
  const second = await program.run("serve");
  assertEquals([second.status, second.out], [1, ""]);
  assertStringIncludes(second.err, `"${program.home}/run"`);
  assertStringIncludes(second.err, `already running as process ${first.pid}`);
  const net = await program.run("net start w3svc");
  assertEquals(net.status, 2);
  assertStringIncludes(net.err, "The requested service has already been started.");
  assertEquals((await program.status()).pid, first.pid);
});

Deno.test("simultaneous starts: one process, every command sees its service started", async () => {
  const { program, port } = await withSite();
  await using _program = program;
  const lines = ["net start w3svc", "net start w3svc", "net start iisadmin", "net start http"];
  const results = await Promise.all(lines.map((line) => program.run(line)));
  results.forEach(({ status, err }, i) => {
    // The later command reports that, as net.exe does.
    const isLate = status === 2 && /has already been started|is starting or stopping/.test(err);
    assert(status === 0 || isLate, `${lines[i]}: ${status} ${err}`);
  });
  const { services, pid } = await program.status(); // each was started by one of them
  assertEquals(services.map(({ state }) => state), Array(4).fill("running"));
  assertEquals(program.servicePid(), pid);
  assert(!(await isRefused(ADDRESS, port)));
});

Deno.test("a home whose path is too long for a socket is refused with a hint", async () => {
  await using program = await Program.make();
  const home = `${program.home}/${"deep/".repeat(20)}home`;
  for (const line of ["serve", "net start w3svc", "status"]) {
    const { status, err } = await program.run(line, { env: { HTTPCFG_HOME: home } });
    assert(status !== 0, line);
    assertStringIncludes(err, 'hint: export HTTPCFG_HOME="$(mktemp -d)"', line);
  }
  const set = await program.run("set iplisten -i 127.0.0.2", { env: { HTTPCFG_HOME: home } });
  assertEquals([set.status, set.err], [0, ""], "the document does not need a socket");
});

Deno.test("a killed service's socket and pid files do no harm", ON_POSIX, async () => {
  const { program, port } = await withSite();
  await using _program = program;
  const first = await program.serve();
  first.signal("SIGKILL");
  await first.ended;
  assertEquals(program.servicePid(), first.pid, "the file of the killed process still exists");
  assert((await Deno.lstat(`${program.home}/run/control.sock`)).isSocket);
  assertEquals((await program.run("status")).status, 1);
  assertEquals((await program.status()).pid, null);
  assertEquals((await program.run("net stop http /y")).status, 2);
  await program.do("net start w3svc");
  assert(!(await isRefused(ADDRESS, port)));
  const { pid } = await program.status();
  assertEquals(program.servicePid(), pid);
  assert(pid !== first.pid && pid !== null);
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(
    `${signal} finishes a response in flight, then the process exits with 0`,
    ON_POSIX,
    async () => {
      const { program, port } = await withSite(["--echo"]);
      await using _program = program;
      const served = await program.serve();
      using conn = await Deno.connect({ hostname: ADDRESS, port });
      const length = "Content-Length: 10\r\n";
      await send(conn, `POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n${length}\r\n`);
      await receive(conn, (text) => text.includes("100 Continue\r\n\r\n")); // the site is at work
      await send(conn, "01234");
      served.signal(signal);
      await waitFor(() => isRefused(ADDRESS, port), "the end of the listener");
      await send(conn, "56789");
      const response = parseResponse(await receive(conn, () => false));
      assertEquals(response.status, 200);
      assertStringIncludes(response.body, "0123456789");
      assertEquals(await served.ended, 0);
      assertEquals(program.servicePid(), null);
    },
  );
}

Deno.test(
  "SIGTERM ends a service with idle clients without waiting for them",
  ON_POSIX,
  async () => {
    const { program, port } = await withSite();
    await using _program = program;
    // A service that waited for them would outlast this test.
    const document = JSON.parse(await Deno.readTextFile(program.config));
    document.settings = { ShutdownGraceTimeout: 3600 };
    await Deno.writeTextFile(program.config, JSON.stringify(document));
    const served = await program.serve();
    using idle = await Deno.connect({ hostname: ADDRESS, port });
    using used = await Deno.connect({ hostname: ADDRESS, port });
    await send(used, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await receive(used, (text) => text.endsWith("here"));
    served.signal("SIGTERM");
    await waitFor(() => served.hasEnded(), "the end of the process without any response to finish");
    assertEquals(await served.ended, 0);
    assertEquals([await receive(idle, () => false), await receive(used, () => false)], ["", ""]);
  },
);

Deno.test("a bind error names address, port, port owner and its pid", async () => {
  const { program, port } = await withSite();
  await using _program = program;
  using _foreign = Deno.listen({ hostname: ADDRESS, port });
  for (const line of ["serve", "net start w3svc"]) {
    const { status, err } = await program.run(line);
    assert(status !== 0, line);
    assertStringIncludes(err, `${ADDRESS}:${port}`, line);
    if (Deno.build.os === "linux") assertStringIncludes(err, `pid ${Deno.pid}`, line);
    assertStringIncludes(err, "hint: ", line);
  }
  assertEquals(program.servicePid(), null, "a start that fails leaves no process");
});

Deno.test(
  "net start w3svc detaches from the terminal and outlives its shell",
  ON_LINUX,
  async () => {
    const { program, port } = await withSite();
    await using _program = program;
    const { status } = await program.shell("setsid -w bash -c 'httpcfg net start w3svc'; exit $?");
    assertEquals(status, 0);
    assert(!(await isRefused(ADDRESS, port)));
    await program.do("net stop iisadmin /y");
    await program.do("net stop http /y");
    await waitFor(() => program.servicePid() === null, "the end of a process without services");
  },
);

Deno.test({
  name: "root is told once that the service is root, and status names its user",
  ignore: Deno.uid() !== 0,
  async fn(): Promise<void> {
    await using program = await Program.make();
    const notes = (text: string): number => text.split(START_NOTE).length - 1;
    assertEquals(notes((await program.do("net start w3svc")).err), 1);
    assertEquals(notes((await program.do("net stop w3svc")).err), 0);
    assertEquals(notes((await program.do("net start w3svc")).err), 0, "the process was running");
    await program.do("net stop http /y");
    await program.do("net stop iisadmin");
    const service = await program.serve();
    assertEquals(notes(service.stderr()), 1);
    const { out } = await program.run("status");
    assertStringIncludes(out, `httpcfg is running as process ${service.pid} of user root since `);
    const { user } = JSON.parse((await program.run("status --format json")).out);
    assertEquals(user, "root");
  },
});

/** Returns one column of ps. */
async function ps(column: string, ...options: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("ps", { args: ["-ww", "-o", `${column}=`, ...options] })
    .output();
  return new TextDecoder().decode(stdout).trim();
}

/** The name of the process: that of the runtime where the program runs from source. */
const COMM = Deno.env.has("HTTPCFG_PROGRAM") ? "httpcfg" : "deno";

Deno.test({
  name: "ps shows httpcfg serve, however it was started, and no long line below it",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    const { program, port } = await withSite();
    await using _program = program;
    const service = await program.serve();
    assertEquals(await ps("args", "-p", `${service.pid}`), "httpcfg serve");
    assertEquals(await ps("comm", "-p", `${service.pid}`), COMM);
    const found = await program.shell(`pgrep -x ${COMM}`);
    assertEquals(found.out.split("\n").includes(`${service.pid}`), true, found.out);
    const below = (await ps("args", "--ppid", `${service.pid}`)).split("\n");
    for (const line of below) assertMatch(line, /^\/bin\/sh -c .{1,40}$/);
    assertMatch((await program.run(`who ${port}`)).out, new RegExp(`\\b${COMM}\\b`));
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
    const { program } = await withSite();
    await using _program = program;
    await program.serve();
    const line = `register http://${ADDRESS}:${freePort()}/app/ --to http://127.0.0.1:3000`;
    const registration = program.spawn(line);
    await waitFor(() => registration.stderr().includes("as long as"), "the registration");
    assertEquals(await ps("args", "-p", `${registration.pid}`), `httpcfg ${line}`);
    registration.signal("SIGTERM");
    await registration.ended;
  },
});
