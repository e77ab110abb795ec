// Story: addresses appear, disappear and move while the service runs. The list follows, and other
// connections are not affected.
import { assertEquals, assertMatch } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { readEvents } from "../../../mod/telemetry/events/event_log.ts";
import { type NetNamespace, testInNamespace } from "../../support/spaces/net_namespace.ts";
import { Program } from "../../support/program.ts";
import { waitFor } from "../../support/wait.ts";

const PORT = 8080;
const INTERVAL_MS = 300;

testInNamespace("a new address is served, a removed one is closed", async (space) => {
  await space.ip("addr add 10.9.0.1/24 dev v0");
  await using program = await serveIn(space, ["10.9.0.1", "10.9.0.2", "fd09::2"]);
  await space.keep("10.9.0.1", PORT);
  assertEquals((await space.get("10.9.0.2", PORT)).body, null);
  assertEquals(await states(program), ["10.9.0.1 open", "10.9.0.2 wait", "fd09::2 wait"]);

  await space.ip("addr add 10.9.0.2/24 dev v0");
  await waitFor(async () => (await space.get("10.9.0.2", PORT)).body === "hello", "10.9.0.2");

  // IPv6 first checks that the address is unique, so it is listed before it can be bound.
  await space.ip("-6 addr add fd09::2/64 dev v0");
  await waitFor(async () => (await space.get("fd09::2", PORT)).body === "hello", "fd09::2");

  await space.ip("addr del 10.9.0.2/24 dev v0");
  await space.ip("-6 addr del fd09::2/64 dev v0");
  await waitFor(async () => {
    return (await states(program)).join() === "10.9.0.1 open,10.9.0.2 wait,fd09::2 wait";
  }, "both in the state wait again");
  assertEquals(await listening(space), ["10.9.0.1:8080"]);

  const { responses } = await space.counts();
  await waitFor(async () => {
    const counts = await space.counts();
    assertEquals(counts.failures, 0);
    return counts.responses > responses;
  }, "one more response on the address that stayed");
  await waitFor(async () => {
    const events = await readEvents(`${program.home}/log`, 100);
    const isLogged = (change: string): boolean =>
      events.some(({ text }) => text.startsWith(`Listening on 10.9.0.2:8080 has ${change}: `));
    return isLogged("started") && isLogged("stopped");
  }, "the events of 10.9.0.2");
});

testInNamespace(
  "an interface is followed: new addresses, a new name, down and up",
  async (space) => {
    await space.ip("addr add 10.9.0.1/24 dev v1");
    await space.ip("addr add 10.9.1.1/24 dev v0");
    await using _program = await serveIn(space, ["10.9.0.1", "v0"]);
    await space.keep("10.9.0.1", PORT);
    await waitFor(async () => (await space.get("10.9.1.1", PORT)).body === "hello", "10.9.1.1");

    await space.ip("addr add 10.9.1.2/24 dev v0");
    await waitFor(async () => (await space.get("10.9.1.2", PORT)).body === "hello", "10.9.1.2");

    // The list contains the name; under another name its addresses are not included.
    await space.ip("link set v0 down");
    await space.ip("link set v0 name w0");
    await space.ip("link set w0 up");
    await waitFor(async () => (await listening(space)).join() === "10.9.0.1:8080", "only 10.9.0.1");
    await space.ip("link set w0 down");
    await space.ip("link set w0 name v0");
    await space.ip("link set v0 up");
    await waitFor(async () => (await space.get("10.9.1.2", PORT)).body === "hello", "v0 again");
    await waitFor(async () => (await space.get("10.9.1.1", PORT)).body === "hello", "v0 again");

    assertEquals((await space.counts()).failures, 0);
  },
);

testInNamespace("IPv6 addresses go with an interface that is down, and return", async (space) => {
  await space.ip("addr add 10.9.0.1/24 dev v1");
  await space.ip("-6 addr add fd09::5/64 dev v0 nodad");
  await using program = await serveIn(space, ["10.9.0.1", "fd09::/64"]);
  await space.keep("10.9.0.1", PORT);
  await waitFor(async () => (await space.get("fd09::5", PORT)).body === "hello", "fd09::5");
  await space.ip("link set v0 down");
  await waitFor(async () => !(await states(program)).includes("fd09::5 open"), "no fd09::5");
  await space.ip("link set v0 up");
  await space.ip("-6 addr replace fd09::5/64 dev v0 nodad");
  await waitFor(async () => (await space.get("fd09::5", PORT)).body === "hello", "fd09::5 again");
  assertEquals((await space.counts()).failures, 0);
});

testInNamespace(
  "verify finds a missing socket, and a waiting address does not count as one",
  async (space) => {
    await space.ip("addr add 10.9.0.1/24 dev v0");
    await space.ip("addr add 10.9.0.2/24 dev v0");
    // An interval so long that the service does not notice the change.
    await using program = await serveIn(space, ["10.9.0.1", "10.9.0.2", "10.9.0.3"], 3_600_000);
    const inside = (line: string): ReturnType<Program["shell"]> => {
      return program.shell(`ip netns exec ${space.name} ${line}`);
    };
    const well = await inside("httpcfg verify");
    assertEquals([well.status, well.out], [0, ""], well.err);
    await space.ip("addr del 10.9.0.2/24 dev v0");
    const missing = await inside("httpcfg verify");
    assertEquals(missing.status, 1);
    assertMatch(missing.out, /FAILED +10\.9\.0\.2:8080 +httpcfg +no answer/);
  },
);

testInNamespace("who names the process in another network namespace", async (space) => {
  await using program = await serveIn(space, ["127.0.0.1"]);
  const outside = await program.run(`who ${PORT} --format json`);
  const inside = JSON.parse(outside.out).holders
    .filter(({ pid }: { pid: number }) => pid === program.servicePid());
  assertEquals(inside.length, 1, outside.out);
  assertMatch(inside[0].namespace, /^net:\[\d+\]$/);
  const own = await program.shell(`ip netns exec ${space.name} httpcfg who 127.0.0.1:${PORT}`);
  assertMatch(
    own.out,
    new RegExp(`pid ${program.servicePid()}, user .*on 127\\.0\\.0\\.1:${PORT}`),
  );
  assertEquals(own.out.includes("namespace"), false);
});

/** Starts the service inside `space`, with one site that responds with hello. */
async function serveIn(
  space: NetNamespace,
  ipListen: readonly string[],
  intervalMs = INTERVAL_MS,
): Promise<Program> {
  const program = await Program.make();
  const site = {
    ...DEFAULT_DOCUMENT.sites[0]!,
    name: "hello",
    bindings: [`:${PORT}:`],
    content: { kind: "respond", text: "hello" },
  };
  const settings = { AddressWatchInterval: intervalMs };
  const document = { ...DEFAULT_DOCUMENT, ipListen, sites: [site], settings };
  await Deno.writeTextFile(program.config, JSON.stringify(document));
  const { status, out, err } = await program.shell(
    `ip netns exec ${space.name} httpcfg net start w3svc`,
  );
  assertEquals(status, 0, out + err);
  return program;
}

async function states(program: Program): Promise<string[]> {
  const { endpoints } = await program.status();
  return endpoints.map(({ ip, state }) => `${ip} ${state}`).sort();
}

/** Returns the listening sockets according to the kernel. */
async function listening(space: NetNamespace): Promise<string[]> {
  const command = new Deno.Command("ip", {
    args: ["netns", "exec", space.name, "cat", "/proc/net/tcp", "/proc/net/tcp6"],
  });
  const { parseProcNet } = await import("../../../mod/listen/machine/proc_net.ts");
  const { stdout } = await command.output();
  const sockets = parseProcNet(new TextDecoder().decode(stdout));
  return sockets.map(({ ip, port }) => `${ip}:${port}`).sort();
}
