/** Goal: the guard asks only if there is something to lose. Method: a service that answers. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { commandHome, serviceStatus } from "../support/command_home.ts";

Deno.test("guardReload() names the address of the caller's SSH session", async () => {
  await using home = await commandHome();
  const status = serviceStatus({ HTTP: "running" }, { ipListen: ["10.0.0.5", "10.0.0.6"] });
  await home.serve(() => Promise.resolve(status));
  await home.store({ ipListen: ["10.0.0.6"] });
  const env = { SSH_CONNECTION: "192.0.2.9 50000 10.0.0.5 22" };
  const stopped = await home.run("reload", { env });
  assertEquals(stopped.status, 1);
  assertStringIncludes(stopped.note, "your SSH session is connected to 10.0.0.5, which");
  const other = { SSH_CONNECTION: "192.0.2.9 50000 10.0.0.6 22" };
  assertEquals((await home.run("reload", { env: other })).status, 0);
  for (const odd of ["", "x", "1 2", "a b c d"]) {
    assertEquals((await home.run("reload", { env: { SSH_CONNECTION: odd } })).status, 0, odd);
  }
});
