// Story: a reservation takes effect at once, without a restart, and so does its end. Method: the
// real program, a site that would respond, requests on real sockets.
import { assertEquals } from "@std/assert";
import { get } from "../support/http_client.ts";
import { freePort } from "../support/ports.ts";
import { Program } from "../support/program.ts";

Deno.test("a URL that is reserved but not registered is refused while it is reserved", async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do(["site", "add", "one", "--bind", `127.0.0.2:${port}:`, "--respond", "site"]);
  await program.do("net start w3svc");
  const path = "/vroot/page";
  assertEquals((await get("127.0.0.2", port, { path })).body, "site");

  const set = ["set", "urlacl", "-u", `http://+:${port}/vroot/`, "-a", "D:(A;;GX;;;WD)"];
  const done = "HttpSetServiceConfiguration completed with 0\n";
  assertEquals((await program.do(set)).out, done);
  const refused = await get("127.0.0.2", port, { path });
  assertEquals(refused.status >= 400, true, refused.body);
  assertEquals((await get("127.0.0.2", port)).body, "site", "the rest is not affected");

  await program.do(["delete", "urlacl", "-u", `http://+:${port}/vroot/`]);
  assertEquals((await get("127.0.0.2", port, { path })).body, "site");
  const events = await program.do("events --source HTTP --format ndjson");
  const ids = events.out.trim().split("\n").map((line) => JSON.parse(line).id);
  assertEquals(ids, [15007, 15008]);
});
