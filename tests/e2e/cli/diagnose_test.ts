// Story: something is wrong, and an administrator makes a report of it: of a service that runs, as root
// and as a user who may see little, and of a document that a slip of an editor has damaged.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { get } from "../../support/http_client.ts";
import { otherUser } from "../../support/other_user.ts";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";

const ADDRESS = "127.0.0.2";
const SECRET = "tok-Zq7-secret";

Deno.test("diagnose tells all that helps, and nothing that harms", async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do("site remove W3SVC/1");
  await program.do([
    "site",
    "add",
    "shop of ann",
    "--bind",
    `${ADDRESS}:${port}:`,
    "--respond",
    SECRET,
  ]);
  await program.do([
    "site",
    "add",
    "far",
    "--bind",
    `192.0.2.77:${port}:www.ann.example`,
    "--echo",
  ]);
  await program.do(["site", "set", "shop of ann", "--header", `X-Key: ${SECRET}`]);
  for (const ip of [ADDRESS, "192.0.2.77"]) await program.do(`set iplisten -i ${ip}`);
  await program.do("net start w3svc");
  assertEquals((await get(ADDRESS, port, { path: `/${SECRET}` })).body, SECRET);
  const bad = await get(ADDRESS, port, { host: `${SECRET}/` });
  assertEquals(bad.status, 400);

  const { status, out, err } = await program.run("diagnose");
  assertEquals([status, err], [0, ""], out);
  for (const part of ["HTTP running", "responses: 1xx 0, 2xx 1", "Hostname 1", "7036", "Linux"]) {
    if (part !== "Linux" || Deno.build.os === "linux") assertStringIncludes(out, part);
  }
  assertMatch(out, /^\S+ \(pid [0-9]+.*on 127\.0\.0\.2:[0-9]+$/m);
  for (const harm of [SECRET, "192.0.2.77", "ann.example", "shop of ann", program.home]) {
    assert(!out.includes(harm), `${harm} in\n${out}`);
  }

  if (Deno.build.os === "linux" && Deno.uid() === 0) {
    const guest = await (await otherUser(program))("diagnose");
    assertEquals(guest.status, 3);
    assertMatch(guest.err, /^warning: not collected: Service, .*Events/m);
    assertMatch(guest.out, /^not collected: .*permission denied$/m);
    assertMatch(guest.out, /"name": "site-1"/);
    assert(!guest.out.includes(SECRET), guest.out);
  }

  const text = await Deno.readTextFile(program.config);
  await Deno.writeTextFile(program.config, text.replace(",\n", "\n"));
  const damaged = await program.run("diagnose");
  assertEquals([damaged.status, damaged.err], [0, ""]);
  assertMatch(damaged.out, /^cannot be read: .*line [0-9]+ column [0-9]+/m);
  assertMatch(damaged.out, /HTTP running/);
  assert(!damaged.out.includes(SECRET), damaged.out);
});
