// Story: the stored configuration reaches the running service without a stop, or not at all. A
// change that could lock its administrator out needs a confirmation, or is reverted automatically.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ControlClient } from "../../mod/host/control/control_client.ts";
import { get, isRefused } from "../support/http_client.ts";
import { freePort } from "../support/ports.ts";
import { Program } from "../support/program.ts";
import { testWith } from "../support/tools.ts";
import { waitFor } from "../support/wait.ts";
import { ON_POSIX } from "../support/platforms.ts";

const RELOADS = 200;
const CONNECTIONS = 64;

Deno.test("reload opens, closes and swaps; sockets that stay keep their connections", async () => {
  await using program = await Program.make();
  const port = await oneSite(program, ["127.0.0.2", "127.0.0.3"]);
  await program.serve();
  using kept = await Deno.connect({ hostname: "127.0.0.2", port });
  using gone = await Deno.connect({ hostname: "127.0.0.3", port });
  assertMatch(await ask(kept), /\r\n\r\nsite one$/);
  assertMatch(await ask(gone), /\r\n\r\nsite one$/);

  await program.do("delete iplisten -i 127.0.0.3");
  await program.do("set iplisten -i 127.0.0.4");
  const plan = await program.run("plan --format csv");
  assertEquals(plan.status, 2);
  assertStringIncludes(plan.out, `open,127.0.0.4:${port}`);
  assertStringIncludes(plan.out, `close,127.0.0.3:${port}`);
  const { out } = await program.do("reload --yes"); // it drops a loopback address in use
  assertEquals(out.split("\n").filter((line) => line !== "").sort(), [
    `closed 127.0.0.3:${port}`,
    `drained 127.0.0.3:${port}`,
    `draining 127.0.0.3:${port}, 1 connection`,
    `opened 127.0.0.4:${port}`,
  ]);
  assertMatch(await ask(kept), /\r\n\r\nsite one$/);
  assertEquals(await gone.read(new Uint8Array(1)), null);
  assertEquals((await get("127.0.0.4", port)).body, "site one");
  assert(await isRefused("127.0.0.3", port));
  assertEquals((await program.run("plan")).status, 0);

  // A site is swapped in place: the next request on the same connection gets the new response.
  const document = JSON.parse(await Deno.readTextFile(program.config));
  document.sites[0].content.text = "site two";
  await Deno.writeTextFile(program.config, JSON.stringify(document));
  assertStringIncludes((await program.do("reload")).err, "No socket had to change.");
  assertMatch(await ask(kept), /\r\n\r\nsite two$/);

  await program.do("set iplisten -i 203.0.113.9");
  const strict = await program.run("reload --strict");
  assertEquals(strict.status, 1);
  assertMatch(strict.err, /Cannot listen on "203\.0\.113\.9:\d+": no interface of this machine/);
  const { ipListen } = await program.status();
  assertEquals([...ipListen], ["127.0.0.2", "127.0.0.4"]);
});

Deno.test("reload changes nothing if one socket cannot be opened, and reports why", async () => {
  await using program = await Program.make();
  const port = await oneSite(program, ["127.0.0.2"]);
  await program.serve();
  const foreign = Deno.listen({ hostname: "127.0.0.7", port });
  await program.do("set iplisten -i 127.0.0.6");
  await program.do("set iplisten -i 127.0.0.7");
  const failed = await program.run("reload");
  assertEquals(failed.status, 1);
  assertMatch(
    failed.err,
    new RegExp(`Cannot listen on "127\\.0\\.0\\.7:${port}".*pid ${Deno.pid}`),
  );
  assertMatch(failed.err, /hint: httpcfg delete iplisten -i 127\.0\.0\.7; httpcfg reload\n/);
  assertEquals((await get("127.0.0.2", port)).body, "site one");
  assert(await isRefused("127.0.0.6", port));
  assertEquals([...(await program.status()).ipListen], ["127.0.0.2"]);

  foreign.close();
  await program.do("reload");
  assertEquals((await get("127.0.0.7", port)).body, "site one");
});

Deno.test("applyChanges live: every write is applied, unless the guard prevents it", async () => {
  await using program = await Program.make();
  const port = await oneSite(program, ["127.0.0.2"], { applyChanges: "live" });
  await program.serve();
  const set = await program.do("set iplisten -i 127.0.0.3");
  assertEquals(set.out, "HttpSetServiceConfiguration completed with 0\n");
  assertStringIncludes(set.err, "note: stored and applied\n");
  assertEquals((await get("127.0.0.3", port)).body, "site one");
  await program.do("delete iplisten -i 127.0.0.3");
  assert(await isRefused("127.0.0.3", port));
  const emptied = await program.do("delete iplisten -i 127.0.0.2");
  assertStringIncludes(emptied.err, "warning: stored, but not applied: ");
  assert(await isRefused("127.0.0.3", port));
});

Deno.test("the guard names what could lock you out; nothing happens without --yes", async () => {
  await using program = await Program.make();
  const port = await oneSite(program, ["127.0.0.1", "127.0.0.2"]);
  await program.serve();
  using used = await Deno.connect({ hostname: "127.0.0.1", port });
  assertMatch(await ask(used), /site one$/);

  await program.do("delete iplisten -i 127.0.0.1");
  const loopback = await program.run("reload");
  assertEquals(loopback.status, 1);
  assertMatch(
    loopback.err,
    /a program on this machine is connected to 127\.0\.0\.1:[0-9]+ over loopback/,
  );
  assertMatch(loopback.err, /hint: httpcfg reload --confirm 60s\nhint: httpcfg reload --yes/);
  const session = { SSH_CONNECTION: "127.0.0.9 4711 127.0.0.1 22" };
  const ssh = await program.run("reload", { env: session });
  assertMatch(
    ssh.err,
    /your SSH session is connected to 127\.0\.0\.1, which the new list excludes/,
  );

  await program.do("delete iplisten -i 127.0.0.2");
  const emptied = await program.run("reload");
  assertMatch(emptied.err, /an empty list includes every address/);
  assertMatch(await ask(used), /site one$/);
  assertEquals([...(await program.status()).ipListen], ["127.0.0.1", "127.0.0.2"]);

  await program.do("reload --yes");
  assertEquals((await get("127.0.0.9", port)).body, "site one");
});

Deno.test(
  "reload --confirm reverts automatically, even if its caller was killed",
  ON_POSIX,
  async () => {
    await using program = await Program.make();
    const port = await oneSite(program, ["127.0.0.2"]);
    await program.serve();
    await program.do("set iplisten -i 127.0.0.3");
    await program.do("delete iplisten -i 127.0.0.2");
    const caller = program.spawn("reload --confirm 3s");
    await waitFor(async () => !(await isRefused("127.0.0.3", port)), "the new address");
    caller.signal("SIGKILL");
    await waitFor(async () => await isRefused("127.0.0.2", port), "the end of the old address");
    await waitFor(async () => !(await isRefused("127.0.0.2", port)), "the old address");
    await waitFor(async () => await isRefused("127.0.0.3", port), "the end of the new address");
    assertEquals((await program.do("query iplisten")).out, "IP :127.0.0.2\n");

    // A confirmed change stays.
    await program.do("set iplisten -i 127.0.0.4");
    await program.do("reload --confirm 60s");
    assertMatch(`${(await program.status()).unconfirmedUntil}`, /^\d{4}-.*Z$/);
    await program.do("confirm");
    assertEquals((await program.run("confirm")).status, 1);
    assertEquals((await program.status()).unconfirmedUntil, null);
    assertEquals((await get("127.0.0.4", port)).body, "site one");
  },
);

Deno.test("an unconfirmed change does not outlive the service", ON_POSIX, async () => {
  await using program = await Program.make();
  const port = await oneSite(program, ["127.0.0.2"]);
  const killed = await program.serve();
  await program.do("set iplisten -i 127.0.0.3");
  await program.do("delete iplisten -i 127.0.0.2");
  await program.do("reload --confirm 60s");
  killed.signal("SIGKILL");
  await killed.ended;
  const stopped = await program.serve();
  assertEquals((await program.do("query iplisten")).out, "IP :127.0.0.2\n");
  assertEquals((await get("127.0.0.2", port)).body, "site one");

  await program.do("set iplisten -i 127.0.0.3");
  await program.do("reload --confirm 60s");
  stopped.signal("SIGTERM");
  await stopped.ended;
  assertEquals((await program.do("query iplisten")).out, "IP :127.0.0.2\n");
});

testWith(
  ["wrk"],
  `${RELOADS} reloads under load: no error on the address that stays`,
  async () => {
    await using program = await Program.make();
    const port = await oneSite(program, ["127.0.0.2", "127.0.0.3"]);
    await program.serve();
    const control = new ControlClient(`${program.home}/run`);
    const others = ["127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6"];
    for (const header of ["X-Load: kept-alive", "Connection: close"]) {
      const load = new Deno.Command("wrk", {
        args: ["-t1", `-c${CONNECTIONS}`, "-d600s", "-H", header, `http://127.0.0.2:${port}/`],
        stdout: "piped",
      }).spawn();
      for (let i = 0; i < RELOADS / 2; i++) {
        const chosen = others.filter((_, place) => (i + 1) & (1 << place));
        await storeList(program, ["127.0.0.2", ...chosen]);
        await control.ask({ op: "reload", confirmSeconds: null, strict: false });
      }
      load.kill("SIGINT"); // wrk ends and prints its report
      const report = new TextDecoder().decode((await load.output()).stdout);
      const requests = Number(/(\d+) requests in/.exec(report)?.[1] ?? 0);
      assert(requests > 1000, report);
      assertEquals(/Socket errors.*|Non-2xx.*/.exec(report)?.[0], undefined, report);
    }
  },
);

/** Stores one site on every included address, and the list. */
async function oneSite(
  program: Program,
  ipListen: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<number> {
  const port = freePort();
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "one", "--bind", `:${port}:`, "--respond", "site one"]);
  await storeList(program, ipListen, settings);
  return port;
}

async function storeList(
  program: Program,
  ipListen: readonly string[],
  settings?: Readonly<Record<string, string>>,
): Promise<void> {
  const document = JSON.parse(await Deno.readTextFile(program.config));
  const next = { ...document, ipListen, settings: settings ?? document.settings };
  await Deno.writeTextFile(`${program.config}.next`, JSON.stringify(next));
  await Deno.rename(`${program.config}.next`, program.config);
}

/** Sends one request on a connection that stays open. */
async function ask(conn: Deno.Conn): Promise<string> {
  await conn.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: kept\r\n\r\n"));
  const buffer = new Uint8Array(4096);
  const count = await conn.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
}
