// Story: the old tools on a running service. A site that iisweb creates responds at once, one that
// it stops is gone, and both survive a restart; adsutil sees the same site.
import { assert, assertEquals } from "@std/assert";
import { get, isRefused } from "../support/http_client.ts";
import { freePort } from "../support/ports.ts";
import { Program } from "../support/program.ts";

Deno.test("iisweb and adsutil control a site while the service runs", async () => {
  await using program = await Program.make();
  const [first, second] = [freePort(), freePort()];
  await program.do(["site", "add", "other", "--bind", `127.0.0.3:${first}:`, "--respond", "other"]);
  await program.do("net start w3svc");
  const root = `${program.home}/www`;
  const created = await program.do(
    ["iisweb", "/create", root, "Files", "/i", "127.0.0.2", "/b", String(second)],
  );
  const path = /Metabase Path = (W3SVC\/[0-9]+)/.exec(created.out)?.[1] ?? "";
  assert(created.out.includes("Status        = STARTED"), created.out);
  await Deno.writeTextFile(`${root}/index.html`, "files");
  assertEquals((await get("127.0.0.2", second)).body, "files");

  await program.do(`adsutil pause_server ${path}`);
  assertEquals((await get("127.0.0.2", second)).status, 503);
  assertEquals((await get("127.0.0.3", first)).body, "other");
  const paused = await program.do(`adsutil get ${path}/ServerState`);
  assertEquals(paused.out, "ServerState                     : (INTEGER) 6\n");
  await program.do("iisweb /start Files");
  assertEquals((await get("127.0.0.2", second)).body, "files");

  await program.do("iisweb /stop Files");
  assert(await isRefused("127.0.0.2", second));
  assertEquals((await get("127.0.0.3", first)).body, "other");
  await program.do("net stop w3svc");
  await program.do("net start w3svc");
  assert(await isRefused("127.0.0.2", second), "a stopped site stays stopped");
  await program.do(`adsutil start_server ${path}`);
  assertEquals((await get("127.0.0.2", second)).body, "files");

  const cached = await program.do("netsh http show cachestate");
  assert(cached.out.includes(`URL: http://127.0.0.2:${second}/\n`), cached.out);
  await program.do("netsh http delete cache");
  const dropped = await program.do("netsh http show cachestate");
  assert(!dropped.out.includes("URL:"), dropped.out);
  await program.do("netsh http flush logbuffer");

  await program.do("iisweb /delete Files");
  assert(await isRefused("127.0.0.2", second));
  assertEquals((await program.run(`adsutil enum ${path}`)).status, 1);
});

Deno.test("a site that cannot start has its reason reported, and nothing else stops", async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do("set iplisten -i 127.0.0.2");
  await program.do(["site", "add", "in", "--bind", `127.0.0.2:${port}:`, "--respond", "in"]);
  await program.do(["site", "add", "out", "--bind", `127.0.0.5:${port}:`, "--respond", "out"]);
  assertEquals((await program.run("net start w3svc")).status, 2, "a site is down");
  const started = await program.run("iisweb /start out");
  assertEquals(started.status, 1);
  assert(started.out.includes("Error &H800704BE"), started.out);
  assert(started.err.includes("127.0.0.5"), started.err);
  assertEquals((await get("127.0.0.2", port)).body, "in");
  const events = await program.do("events --source W3SVC");
  assert(events.out.includes("W3SVC 1004 error: Cannot register the URL prefix"), events.out);
});
