/** Goal: plan shows what would happen, and scripts can act on it. Method: command lines. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { THIS_MACHINE } from "../../../mod/listen/plan/plan_input.ts";
import { freePort } from "../../support/ports.ts";
import { commandHome } from "../../support/command_home.ts";

Deno.test("plan lists every socket with its cause, with an exit status for scripts", async () => {
  await using home = await commandHome();
  const port = freePort();
  await home.run("site remove 'Default Web Site'");
  const empty = await home.run("plan");
  assertEquals([empty.status, empty.out], [0, ""]);
  await home.run(`site add one --bind :${port}: --echo`);
  await home.run("set iplisten -i 127.0.0.2");
  await home.run("set iplisten -i 203.0.113.9");
  const changes = await home.run("plan");
  assertEquals(changes.status, 2);
  assertMatch(changes.out, new RegExp(`open +127\\.0\\.0\\.2:${port} +http +included by`));
  assertMatch(changes.out, new RegExp(`wait +203\\.0\\.113\\.9:${port} +http +no interface`));
  const strict = await home.run("plan --strict");
  assertEquals(strict.status, 1);
  assertMatch(strict.out, new RegExp(`refused +203\\.0\\.113\\.9:${port}`));
});

Deno.test("plan names the owner of a port and the site that cannot start", async () => {
  await using home = await commandHome();
  using listener = Deno.listen({ hostname: "127.0.0.2", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  await home.run("site remove 'Default Web Site'");
  await home.run(`site add one --bind :${port}: --echo`);
  await home.run("set iplisten -i 127.0.0.2");
  const { status, out } = await home.run("plan --format json");
  assertEquals(status, Deno.build.os === "linux" ? 1 : 2);
  if (Deno.build.os !== "linux") return;
  const plan = JSON.parse(out);
  assertEquals(plan.version, 1);
  assertEquals(plan.endpoints[0].action, "refused");
  assertEquals(plan.endpoints[0].holders[0].pid, Deno.pid);
  assertEquals(plan.sites[0].state, "failed");
  assertStringIncludes(plan.sites[0].reason, `pid ${Deno.pid}`);
});

Deno.test("plan says that it cannot see who has a port, where a socket would open", async () => {
  await using home = await commandHome();
  const seen = { owners: [], unseen: "no netstat" };
  const machine = { ...THIS_MACHINE, findListeners: () => Promise.resolve(seen) };
  const { status, note } = await home.run("plan", { machine });
  assertEquals(status, 2);
  assertMatch(note, /warning: it is not known whether other programs have .* open: no netstat/);
  const json = await home.run("plan --format json", { machine });
  assertEquals(JSON.parse(json.out).unseen, "no netstat");
  // What waits for an address does not depend on it.
  await home.run("set iplisten -i 203.0.113.9");
  assertEquals((await home.run("plan", { machine })).note.includes("not known"), false);
});
