/** Goal: the guard asks only if there is something to lose. Method: a service that answers. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { guardReload } from "../../mod/admin/lockout_guard.ts";
import type { Connections } from "../../mod/listen/machine/listeners.ts";
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

Deno.test("guardReload() says that it cannot see who is connected, and lets the change pass", async () => {
  const endpoints = [{ ip: "127.0.0.1", port: 80, scheme: "http", state: "open", reason: null }];
  const status = serviceStatus({ HTTP: "running" }, {
    ipListen: ["127.0.0.1", "10.0.0.6"],
    endpoints: endpoints as never,
  });
  let [asked, isSeen] = [0, false];
  const io = {
    control: { ask: () => Promise.resolve(status) },
    store: { readList: () => Promise.resolve(["10.0.0.6"]) },
    env: () => undefined,
    consent: () => ++asked > 0,
  };
  const look = (ports: ReadonlySet<number>): Promise<Connections> => {
    isSeen = ports.has(80);
    return Promise.resolve({ connected: [], unseen: "netstat cannot be run" });
  };
  const notices = await guardReload(io as never, look);
  assertEquals([notices.length, asked, isSeen], [1, 0, true]);
  assertStringIncludes(
    notices[0]!.text,
    "connected to 127.0.0.1, which the new list excludes: net",
  );
});
