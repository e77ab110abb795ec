// Story: KB 813368. The service takes every address of a port although its site is bound to one.
// The inclusion list frees the others at the next start of HTTP; DisableSocketPooling does not.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { get, isRefused } from "../support/http_client.ts";
import { freePort } from "../support/ports.ts";
import { Program } from "../support/program.ts";

/** The other program of the article, in another process than the service: the test itself. */
function foreign(port: number): Deno.HttpServer {
  const options = { hostname: "127.0.0.9", port, onListen: (): void => {} };
  return Deno.serve(options, () => new Response("the other program"));
}

Deno.test("the symptom and its resolution", async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "one", "--bind", `127.0.0.2:${port}:`, "--respond", "site one"]);
  await program.do("net start w3svc");

  assertEquals((await get("127.0.0.2", port)).body, "site one");
  assertThrows(() => foreign(port), Deno.errors.AddrInUse);
  assertEquals((await get("127.0.0.9", port)).status, 400, "the service has .9, without a site");

  // What worked under IIS 5.0 is stored but has no effect, even after a restart.
  const pooling = await program.do("adsutil set w3svc/disablesocketpooling true");
  assertEquals(pooling.out, "disablesocketpooling            : (BOOLEAN) True\n");
  assert(pooling.err.includes("hint: httpcfg set iplisten -i 127.0.0.2"), pooling.err);
  await program.do("net stop http /y");
  await program.do("net start w3svc");
  assertThrows(() => foreign(port), Deno.errors.AddrInUse);

  const set = await program.do("set iplisten -i 127.0.0.2");
  assert(set.err.includes("net stop http /y"), set.err);
  assertThrows(() => foreign(port), Deno.errors.AddrInUse); // nothing changes until a restart

  await program.do("net stop http /y");
  assert(await isRefused("127.0.0.2", port));
  await program.do("net start w3svc");
  const other = foreign(port);
  try {
    assertEquals((await get("127.0.0.9", port)).body, "the other program");
    assertEquals((await get("127.0.0.2", port)).body, "site one");
    assert(await isRefused("127.0.0.3", port));
  } finally {
    await other.shutdown();
  }

  await program.do("delete iplisten -i 127.0.0.2");
  await program.do("net stop http /y");
  await program.do("net start w3svc");
  assertThrows(() => foreign(port), Deno.errors.AddrInUse); // empty: every address again
});
