// Goal: whatever ends a process of the service, nothing of it stays, and what can go on serving does.
// Method: signals to the service, its workers and their shell, and programs that cannot start.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { get, isRefused } from "../../support/http_client.ts";
import { type RawClient, rawConnect } from "../../support/raw_client.ts";
import { waitFor } from "../../support/wait.ts";
import {
  childrenOf,
  HOST,
  isAlive,
  spawnerOf,
  WorkerService,
  type WorkerServiceOptions,
} from "../../support/workers/worker_service.ts";

const ignore = Deno.build.os !== "linux";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

test("SIGKILL of the service ends all workers, stopped ones too, and frees the port", async () => {
  await using service = await WorkerService.start({ workers: 3 });
  const pids = await service.settled(3);
  const shell = spawnerOf(service.served.pid)!;
  Deno.kill(pids[0]!, "SIGSTOP");
  service.served.signal("SIGKILL");
  await service.served.ended;
  await waitFor(() => ![...pids, shell].some(isAlive), "the end of all processes");
  assert(await isRefused(HOST, service.port));
  // The next one has the port to itself.
  await using next = await service.program.serve().then((served) => ({
    served,
    async [Symbol.asyncDispose](): Promise<void> {
      served.signal("SIGTERM");
      await served.ended;
    },
  }));
  assertEquals(next.served.hasEnded(), false);
  assertEquals((await get(HOST, service.port)).body, "site 1");
});

test("without the shell that starts them, workers serve on and end with the service", async () => {
  await using service = await WorkerService.start();
  const pids = await service.settled(2);
  Deno.kill(spawnerOf(service.served.pid)!, "SIGKILL");
  assertEquals((await get(HOST, service.port)).body, "site 1");
  await service.kill(pids[0]!);
  await waitFor(async () => (await service.status()).problems?.length === 1, "the problem");
  assertMatch(
    (await service.status()).problems![0]!.text,
    /^workers are missing: the shell that starts workers has ended/,
  );
  assertEquals((await get(HOST, service.port)).body, "site 1");
  assertMatch(await service.events(), /worker/);
  await service.resize(1);
  assertEquals((await get(HOST, service.port)).body, "site 1");
  assertEquals(await service.pids(), [service.served.pid]);
  await waitFor(() => !isAlive(pids[1]!), "the end of the other worker");
  service.served.signal("SIGTERM");
  assertEquals(await service.served.ended, 0);
  assert(!service.served.stderr().includes("internal error"), service.served.stderr());
});

test("all workers killed at once: the service serves itself, then hands over again", async () => {
  await using service = await WorkerService.start({ workers: 3 });
  for (let round = 0; round < 3; round++) {
    const pids = await service.settled(3);
    for (const pid of pids) Deno.kill(pid, "SIGKILL");
    await waitFor(() => !pids.some(isAlive), "the end of the workers");
    // The kernel may still have sockets of those that are ending.
    const answers = (): Promise<boolean> => get(HOST, service.port).then(() => true, () => false);
    await waitFor(answers, "somebody who serves");
    const next = await service.settled(3);
    assertEquals(next.filter((pid) => pids.includes(pid)), []);
    // All of them have the port, and the service has none.
    const { out } = await service.program.run(`who ${service.port} --format json`);
    const { holders } = JSON.parse(out);
    assertEquals(
      holders.map(({ pid, workers }: { pid: number; workers: number[] }) => {
        return [pid, workers];
      }),
      [[service.served.pid, next.toSorted((a, b) => a - b)]],
    );
    await waitFor(async () => {
      const { err } = await service.program.run(`verify`);
      return !err.includes("error");
    }, "verify");
  }
  assertEquals((await service.status()).problems ?? [], []);
  service.served.signal("SIGTERM");
  assertEquals(await service.served.ended, 0);
});

test("a worker that hangs keeps no command waiting, and not the end of the service", async () => {
  await using service = await WorkerService.start({ settings: { ShutdownGraceTimeout: 1 } });
  const [stopped] = await service.settled(2);
  Deno.kill(stopped!, "SIGSTOP");
  const { workers } = await service.status(); // which has a limit
  assertEquals(workers?.length, 2);
  await waitFor(async () => (await service.status()).problems?.length === 1, "the problem");
  assertEquals((await service.status()).problems![0]!.text, `worker ${stopped} does not respond`);
  service.served.signal("SIGTERM");
  assertEquals(await service.served.ended, 0);
  assert(!isAlive(stopped!));
  assert(!service.served.stderr().includes("took too long"), service.served.stderr());
});

test("workers that cannot start: the service serves alone, and says why", async () => {
  await using service = await WorkerService.start({ workers: 1 });
  const { program, port } = service;
  const before = await service.pids();
  const shell = spawnerOf(service.served.pid)!;
  for (const limit of ["--as=300000000", "--nofile=14:14"]) {
    // Of the shell, from which its children have it: no memory, no files.
    const limits = await new Deno.Command("prlimit", { args: ["--pid", `${shell}`, limit] })
      .output();
    assert(limits.success);
    await program.do("settings set Workers 2");
    const reload = await program.run("reload");
    assertEquals(reload.status, 1);
    assertMatch(reload.err, /error: Cannot serve with 2 workers: \S/);
    assertStringIncludes(reload.err, "hint: httpcfg settings reset Workers");
    assertEquals(await service.pids(), before);
    assertEquals((await get(HOST, port)).body, "site 1");
    assertEquals(childrenOf(shell), []);
    await program.do("settings reset Workers");
    await new Deno.Command("prlimit", { args: ["--pid", `${shell}`, "--as=unlimited"] }).output();
  }
});

test("workers that cannot be replaced: the service serves alone, and tries on", async () => {
  await using service = await WorkerService.start({ workers: 2 });
  const { program, port, served } = service;
  const pids = await service.settled(2);
  const shell = spawnerOf(served.pid)!;
  const limit = async (value: string): Promise<void> => {
    const args = ["--pid", `${shell}`, `--as=${value}:unlimited`];
    assert((await new Deno.Command("prlimit", { args }).output()).success);
  };
  await limit("300000000");
  for (const pid of pids) Deno.kill(pid, "SIGKILL");
  await waitFor(async () => (await service.status()).problems?.length === 1, "the problem");
  assertMatch(
    (await service.status()).problems![0]!.text,
    /^workers are missing: it ended at once/,
  );
  assertEquals((await get(HOST, port)).body, "site 1");
  assertStringIncludes((await program.run("status")).out, "workers are missing");
  await limit("unlimited");
  await service.settled(2);
  assertEquals((await service.status()).problems ?? [], []);
  assertEquals((await get(HOST, port)).body, "site 1");
});

const SLOW: WorkerServiceOptions = { settings: { ShutdownGraceTimeout: 20 } };

test("SIGTERM finishes the responses of all workers, also while their number changes", async () => {
  for (const change of ["none", "resize", "reload"] as const) {
    await using service = await WorkerService.start({
      ...SLOW,
      sites: [{ content: { kind: "echo" } }],
    });
    await service.settled(2);
    const clients: RawClient[] = [];
    await waitFor(async () => {
      const client = await rawConnect({ hostname: HOST, port: service.port });
      await client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345");
      clients.push(client);
      const { connections, workers = [] } = await service.status();
      const isEverywhere = workers.every((worker) => worker.connections > 0);
      return clients.length >= 8 && connections === clients.length && isEverywhere;
    }, "requests in flight in each worker");
    const changed = change === "none"
      ? Promise.resolve()
      : (change === "resize" ? service.resize(1) : service.reload()).catch(() => {});
    service.served.signal("SIGTERM");
    await waitFor(() => isRefused(HOST, service.port), "the port to be free");
    for (const client of clients) await client.send("67890");
    await Promise.all(clients.map((client) => client.closed));
    for (const { received } of clients) assertMatch(received, /^HTTP\/1\.1 200 /, change);
    await changed;
    assertEquals(await service.served.ended, 0, change);
  }
});

test("nothing of the workers is left in the run directory", async () => {
  await using service = await WorkerService.start({ workers: 3 });
  const [killed] = await service.settled(3);
  await service.kill(killed!);
  await waitFor(async () => !(await service.pids()).includes(killed!), "another worker");
  await service.settled(3);
  const names = (): string[] => {
    return [...Deno.readDirSync(`${service.program.home}/run`)].map(({ name }) => name).sort();
  };
  assertEquals(names(), ["control.sock", "httpcfg.pid", "register.sock", "sharing"]);
  const shell = spawnerOf(service.served.pid)!;
  service.served.signal("SIGTERM");
  assertEquals(await service.served.ended, 0);
  await waitFor(() => !isAlive(shell), "the end of the shell");
  assertEquals(names().filter((name) => name.startsWith("worker")), []);
});
