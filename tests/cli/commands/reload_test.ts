/** Goal: what reload reports, and rejects before anything happens. Method: a fake service. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ControlRequest } from "../../../mod/host/control/control_protocol.ts";
import { type CommandHome, commandHome, serviceStatus } from "../../support/command_home.ts";

/** A service with `ipListen` in force; returns the requests that it received. */
async function serving(home: CommandHome, ipListen: readonly string[]): Promise<ControlRequest[]> {
  const received: ControlRequest[] = [];
  const status = serviceStatus({ HTTP: "running", W3SVC: "running" }, { ipListen });
  await home.serve((request, report) => {
    if (request.op !== "status") received.push(request);
    if (request.op !== "reload") return Promise.resolve(status);
    report({ kind: "change", endpoint: "10.0.0.5:80", change: "draining", connections: 1 });
    report({ kind: "change", endpoint: "10.0.0.5:80", change: "drained", connections: 0 });
    const until = request.confirmSeconds === null ? null : "2026-11-22T12:00:00.000Z";
    return Promise.resolve({ ...status, unconfirmedUntil: until });
  });
  return received;
}

Deno.test("reload prints each change on stdout, and how to confirm on stderr", async () => {
  await using home = await commandHome();
  const received = await serving(home, []);
  const plain = await home.run("reload");
  assertEquals(plain.out, "draining 10.0.0.5:80, 1 connection\ndrained 10.0.0.5:80\n");
  assertEquals([plain.status, plain.note], [0, ""]);
  const timed = await home.run("reload --confirm 2m");
  assertStringIncludes(timed.note, "Reverts at 2026-11-22 12:00:00 UTC unless confirmed");
  assertEquals(received, [
    { op: "reload", confirmSeconds: null, strict: false, brief: true },
    { op: "reload", confirmSeconds: 120, strict: false, brief: true },
  ] as unknown as ControlRequest[]);
});

const HINT = "hint: httpcfg reload --confirm 60s";
const HINT_MAX = "hint: httpcfg reload --confirm 3600s";

Deno.test("reload rejects an invalid time, and sends the service nothing", async () => {
  await using home = await commandHome();
  const received = await serving(home, []);
  for (const time of ["0", "-5", "1h", "60 s", "4000", "61m", "", "x"]) {
    const { status, note } = await home.run(["reload", "--confirm", time]);
    assertEquals(status, 2, time);
    assertStringIncludes(note, /^(?:4000|61m|1h)$/.test(time) ? HINT_MAX : HINT);
  }
  assertEquals(received, []);
});

Deno.test("reload asks before an emptied list includes every address", async () => {
  await using home = await commandHome();
  const received = await serving(home, ["127.0.0.1"]);
  const alone = await home.run("reload");
  assertEquals(alone.status, 1);
  assertStringIncludes(alone.note, "warning: an empty list includes every address");
  assertEquals((await home.run("reload", { answer: "n" })).status, 1);
  assertEquals(received, []);
  assertEquals((await home.run("reload", { answer: "y" })).status, 0);
  assertEquals((await home.run("reload --yes")).status, 0);
  const timed = await home.run("reload --confirm 60s");
  assertEquals(timed.status, 0, "it reverts by itself");
  assertStringIncludes(timed.note, "warning: an empty list includes every address");
  assertEquals(received.length, 3);
});

Deno.test("reload and confirm say what to type if no service is running", async () => {
  await using home = await commandHome();
  const reload = await home.run("reload");
  assertEquals(reload.status, 1);
  assertStringIncludes(reload.note, "hint: httpcfg net start w3svc");
  assertEquals((await home.run("confirm")).status, 1);
});
