// Story: a site bound to an address that is not on the list does not start, the others do, and
// every command reports why.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { get, isRefused } from "../support/http_client.ts";
import { freePort } from "../support/ports.ts";
import { Program, START_NOTE } from "../support/program.ts";
import { waitFor } from "../support/wait.ts";

/** Makes two sites on one port, one of them bound to an address that is not on the list. */
async function withTwoSites(): Promise<{ program: Program; port: number }> {
  const program = await Program.make();
  const port = freePort();
  await program.do("set iplisten -i 127.0.0.2");
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "inside", "--bind", `127.0.0.2:${port}:`, "--respond", "in"]);
  await program.do(["site", "add", "outside", "--bind", `127.0.0.5:${port}:`, "--respond", "out"]);
  return { program, port };
}

const REASON = "127.0.0.5 is not on the IP inclusion list";

Deno.test("net start: the listed site responds, the other is named with its reason", async () => {
  const { program, port } = await withTwoSites();
  await using _program = program;
  const started = await program.run("net start w3svc");
  assertEquals(started.status, 2, "a site is down");
  assertStringIncludes(started.err, 'Site "outside" did not start: ');
  assertStringIncludes(started.err, REASON);
  assert(!started.err.includes("inside"), started.err);
  assertEquals((await get("127.0.0.2", port)).body, "in");
  assert(await isRefused("127.0.0.5", port));

  const status = await program.status();
  const states = status.sites.map(({ name, state }) => [name, state]);
  assertEquals(states, [["inside", "started"], ["outside", "stopped"]]);
  assertEquals(status.sites[0]?.reason, null);
  assertStringIncludes(status.sites[1]?.reason ?? "", REASON);
  assertEquals(status.endpoints.map(({ ip, state }) => [ip, state]), [["127.0.0.2", "open"]]);

  const text = await program.do("status");
  assertStringIncludes(text.out, REASON);
});

Deno.test("serve reports the same in the foreground", async () => {
  const { program, port } = await withTwoSites();
  await using _program = program;
  const served = await program.serve();
  assertStringIncludes(served.stderr(), `Listening on http://127.0.0.2:${port}/`);
  await waitFor(() => served.stderr().includes(REASON), "the reason");
  assertStringIncludes(served.stderr(), 'Site "outside" did not start: ');
  assertEquals((await get("127.0.0.2", port)).body, "in");
});

Deno.test("the site starts once its address is on the list", async () => {
  const { program, port } = await withTwoSites();
  await using _program = program;
  await program.do("set iplisten -i 127.0.0.5");
  const started = await program.do("net start w3svc");
  assertEquals(started.err, START_NOTE);
  assertEquals((await get("127.0.0.5", port)).body, "out");
});

Deno.test("if no site can start, the service does not start either, and reports why", async () => {
  const { program, port } = await withTwoSites();
  await using _program = program;
  await program.do("site remove inside");
  for (const line of ["net start w3svc", "serve"]) {
    const { status, err } = await program.run(line);
    assert(status !== 0, line);
    assertStringIncludes(err, "127.0.0.5", line);
    assertStringIncludes(err, "hint: ", line);
  }
  assert(await isRefused("127.0.0.5", port));
});

Deno.test("sites share a port by host name, and by address if no host matches", async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do("site remove W3SVC/1");
  const sites: [name: string, binding: string][] = [
    ["any", `:${port}:`],
    ["address", `127.0.0.2:${port}:`],
    ["host", `:${port}:www.example.com`],
    ["both", `127.0.0.2:${port}:www.example.com`],
  ];
  for (const [name, binding] of sites) {
    await program.do(["site", "add", name, "--bind", binding, "--respond", name]);
  }
  await program.do("net start w3svc");
  const cases: [ip: string, host: string, site: string][] = [
    ["127.0.0.2", "www.example.com", "both"],
    ["127.0.0.2", "other", "address"],
    ["127.0.0.3", "WWW.Example.com", "host"],
    ["127.0.0.3", `www.example.com:${port}`, "host"],
    ["127.0.0.3", "other", "any"],
  ];
  for (const [ip, host, site] of cases) {
    assertEquals((await get(ip, port, { host })).body, site, `${ip} ${host}`);
  }
});
