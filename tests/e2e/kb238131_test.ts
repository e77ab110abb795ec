// Story: KB 238131, the listener of IIS 5.0. With pooling, the default, one socket takes every
// address of a port; DisableSocketPooling, for a site or the service, gives bound sites their own.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { get, isRefused } from "../support/http_client.ts";
import { freePort } from "../support/ports.ts";
import { Program } from "../support/program.ts";

function foreign(port: number): Deno.HttpServer {
  const options = { hostname: "127.0.0.9", port, onListen: (): void => {} };
  return Deno.serve(options, () => new Response("the other program"));
}

async function restart(program: Program): Promise<void> {
  await program.do("net stop http /y");
  await program.do("net start w3svc");
}

Deno.test("pooling takes every address; without it at one site, the others are free", async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "one", "--bind", `127.0.0.2:${port}:`, "--respond", "site one"]);
  const version = await program.do("adsutil set w3svc/info/MajorIIsVersionNumber 5");
  assertEquals(version.out, "MajorIIsVersionNumber           : (INTEGER) 5\n");
  await program.do("set iplisten -i 127.0.0.3"); // Winsock ignores the list
  await program.do("net start w3svc");
  assertEquals((await get("127.0.0.2", port)).body, "site one");
  assertThrows(() => foreign(port), Deno.errors.AddrInUse);
  const pooled = await program.do("status");
  assert(new RegExp(`(\\[::\\]|0\\.0\\.0\\.0):${port} +open`).test(pooled.out), pooled.out);

  const set = await program.do("adsutil set w3svc/1/disablesocketpooling true");
  assertEquals(set.out, "disablesocketpooling            : (BOOLEAN) True\n");
  assert(!set.err.includes("no effect"), set.err);
  const plan = await program.run("plan");
  assert(plan.out.includes("DisableSocketPooling gives the site a socket of its own"), plan.out);
  await restart(program);
  const other = foreign(port);
  try {
    assertEquals((await get("127.0.0.9", port)).body, "the other program");
    assertEquals((await get("127.0.0.2", port)).body, "site one");
    assert(await isRefused("127.0.0.3", port));
    const own = await program.do("status");
    assert(own.out.includes(`127.0.0.2:${port}`), own.out);
  } finally {
    await other.shutdown();
  }
});

Deno.test("sites inherit the service's setting, and a site can override it", async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do("site remove W3SVC/1");
  for (const [name, ip] of [["one", "127.0.0.2"], ["two", "127.0.0.3"]] as const) {
    await program.do(["site", "add", name, "--bind", `${ip}:${port}:`, "--respond", name]);
  }
  await program.do("adsutil set w3svc/info/MajorIIsVersionNumber 5");
  await program.do("adsutil set w3svc/disablesocketpooling true");
  await program.do("net start w3svc");
  const other = foreign(port);
  try {
    assertEquals((await get("127.0.0.2", port)).body, "one");
    assertEquals((await get("127.0.0.3", port)).body, "two");
  } finally {
    await other.shutdown();
  }
  await program.do("adsutil set w3svc/2/disablesocketpooling false");
  await restart(program);
  assertThrows(() => foreign(port), Deno.errors.AddrInUse);
  assertEquals((await get("127.0.0.3", port)).body, "two");
});

Deno.test("IIS 4.0, before pooling: one socket for each bound site, no setting", async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "one", "--bind", `127.0.0.2:${port}:`, "--respond", "site one"]);
  await program.do("adsutil set w3svc/info/MajorIIsVersionNumber 4");
  const plan = await program.run("plan");
  assert(plan.out.includes("a bound site of IIS 4 has a socket of its own"), plan.out);
  await program.do("net start w3svc");
  const other = foreign(port);
  try {
    assertEquals((await get("127.0.0.2", port)).body, "site one");
    assert(await isRefused("127.0.0.3", port));
  } finally {
    await other.shutdown();
  }
});
