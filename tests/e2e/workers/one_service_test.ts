// Goal: a service with workers is one service to everybody: commands, the system, other programs.
// Method: the commands, and other servers that want the same port.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { get } from "../../support/http_client.ts";
import { OTHER_USER } from "../../support/other_user.ts";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";
import { HOST, isAlive, spawnerOf, WorkerService } from "../../support/workers/worker_service.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn });
}

test("status, who, verify, plan and explain speak of one service", async () => {
  await using service = await WorkerService.start();
  const { program, port, served: { pid } } = service;
  const pids = (await service.settled(2)).toSorted((a, b) => a - b);
  const who = (await program.do(`who ${port}`)).out;
  assertMatch(
    who,
    new RegExp(
      `^\\S+ \\(pid ${pid} and 2 workers\\) of user \\S+ on 127\\.0\\.0\\.2:${port}, ` +
        "2 sockets there \\(SO_REUSEPORT\\)\n$",
    ),
  );
  const { holders } = JSON.parse((await program.do(`who ${port} --format json`)).out);
  assertEquals(holders.length, 1);
  assertEquals([holders[0].pid, holders[0].workers], [pid, pids]);
  const status = (await program.do("status")).out;
  assertMatch(status, /^Workers: \d+ \(0 connections\), \d+ \(0 connections\)$/m);
  const { workers } = JSON.parse((await program.do("status --format json")).out);
  assertEquals(workers.map((one: { pid: number }) => one.pid).toSorted(), pids.map(Number));
  assertMatch((await program.do("verify")).err, /all as expected/);
  const plan = await program.do("plan --format csv");
  assertStringIncludes(plan.out, `keep,${HOST}:${port}`);
  assertStringIncludes((await program.do(`explain ${HOST}:${port}`)).out, "site 1");
  assertEquals((await program.do("health")).status, 0);

  const names = [pid, spawnerOf(pid)!, ...pids].map((one) => {
    return Deno.readTextFileSync(`/proc/${one}/comm`).trim();
  });
  assertEquals(names.slice(1), ["httpcfg: shell", "httpcfg: worker", "httpcfg: worker"]);
  for (const one of pids) {
    const words = Deno.readTextFileSync(`/proc/${one}/cmdline`).split("\0")[0];
    assertEquals(words, "httpcfg: worker");
  }
});

test("a reload says when the number of workers has changed", async () => {
  await using service = await WorkerService.start({ workers: 1 });
  const { program } = service;
  const step = async (workers: string): Promise<string> => {
    await program.do(`settings set Workers ${workers}`);
    const { out, err } = await program.do("reload");
    return `${out}${err}`;
  };
  assertEquals(await step("2"), "serving with 2 workers\n");
  await service.settled(2);
  await program.do("settings set Workers 3");
  const json = JSON.parse((await program.do("reload --format json")).out);
  assertEquals([json.changed, json.workers, json.opened, json.closed], [true, 3, [], []]);
  await service.settled(3);
  assertEquals(await step("1"), "serving with 1 worker\n");
  await program.do("settings set ConnectionTimeout 100");
  assertEquals((await program.do("reload")).err, "No socket had to change.\n");
  const events = (await program.do("events")).out;
  assertEquals(
    events.match(/(?<= information: ).*(?:worker processes serve|serves alone)\./g),
    [
      "2 worker processes serve.",
      "3 worker processes serve.",
      "The process of the service serves alone.",
    ],
  );
});

test("an unconfirmed number of workers is taken back", async () => {
  await using service = await WorkerService.start();
  const { program, port } = service;
  await service.settled(2);
  await program.do("settings set Workers 1");
  assertStringIncludes((await program.do("reload --confirm 2s")).err, "unless confirmed");
  assertEquals(await service.pids(), [service.served.pid]);
  await service.settled(2);
  assertEquals((await program.do("settings get Workers")).out, "2\n");
  assertEquals((await get(HOST, port)).body, "site 1");
});

test("a second service on the same home is refused, and one of another home as today", async () => {
  await using service = await WorkerService.start();
  const { program, port, served } = service;
  await service.settled(2);
  const second = await program.run("serve");
  assertEquals(second.status, 1);
  assertMatch(second.err, /already running/);
  await using other = await Program.make();
  const document = JSON.parse(await Deno.readTextFile(program.config));
  await Deno.writeTextFile(other.config, JSON.stringify(document));
  const refused = await other.run("serve");
  assertEquals(refused.status, 1);
  assertMatch(
    refused.err,
    new RegExp(`the port is held by \\S+ \\(pid ${served.pid} and 2 workers\\) of user`),
  );
  assertStringIncludes(refused.err, `hint: kill ${served.pid}`);
  assertEquals((await service.settled(2)).length, 2);
  assertEquals((await get(HOST, port)).body, "site 1");
});

/** Listens at an address until it is killed: HOST PORT SHARED. */
const HOLDER = `import socket, sys, time
s = socket.socket()
if sys.argv[3] == "true": s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
s.bind((sys.argv[1], int(sys.argv[2])))
s.listen()
print("listening", flush=True)
time.sleep(600)`;
/** Not that of the user who runs the tests, which others may not be able to execute. */
const PYTHON = "/usr/bin/python3";
const AS_OTHER = [`--reuid=${OTHER_USER}`, `--regid=${OTHER_USER}`, "--clear-groups", PYTHON];

testWith(
  ["python3"],
  "a port of another program is refused, also one that would share it",
  async () => {
    const kinds = [["same", "false"], ["same", "true"], ["other", "true"]] as const;
    for (const [user, isShared] of kinds) {
      if (user === "other" && Deno.uid() !== 0) continue;
      await using program = await Program.make();
      const port = freePort();
      const holder = new Deno.Command(user === "other" ? "setpriv" : PYTHON, {
        args: [...user === "other" ? AS_OTHER : [], "-c", HOLDER, HOST, `${port}`, isShared],
        stdout: "piped",
      }).spawn();
      const reader = holder.stdout.getReader();
      await reader.read();
      try {
        await program.do(`set iplisten -i ${HOST}`);
        await program.do(`site add a --respond a --bind :${port}:`);
        await program.do(["site", "remove", "Default Web Site"]);
        await program.do("settings set Workers 2");
        const { status, err } = await program.run("serve");
        const title = `${user} user, ${isShared}`;
        assertEquals(status, 1, title);
        assertMatch(
          err,
          new RegExp(`the port is held by python3.* \\(pid ${holder.pid}, user`),
          title,
        );
      } finally {
        holder.kill("SIGKILL");
        await reader.cancel();
        await holder.status;
      }
    }
  },
);

test("services stop, start, pause and continue over all workers", async () => {
  await using service = await WorkerService.start();
  const { program, port, served } = service;
  await service.settled(2);
  /** The distinct responses of enough connections to meet both workers. */
  const statuses = async (): Promise<number[]> => {
    const all = await Promise.all(Array.from({ length: 24 }, () => {
      return get(HOST, port).then(({ status }) => status, () => 0);
    }));
    return [...new Set(all)];
  };
  assertEquals(await statuses(), [200]);
  await program.do("net pause w3svc");
  assertEquals(await statuses(), [503]);
  await program.do("net continue w3svc");
  assertEquals(await statuses(), [200]);
  await program.do(["site", "pause", "site 1"]);
  assertEquals(await statuses(), [503]);
  // Whoever replaces a worker knows what is paused.
  const [killed] = await service.pids();
  await service.kill(killed!);
  await waitFor(async () => !(await service.pids()).includes(killed!), "the end of one");
  await service.settled(2);
  assertEquals(await statuses(), [503]);
  await program.do(["site", "continue", "site 1"]);
  assertEquals(await statuses(), [200]);
  await program.do(["site", "stop", "site 1"]);
  assertEquals(await statuses(), [0]);
  await program.do(["site", "start", "site 1"]);
  assertEquals(await statuses(), [200]);
  await program.do("net stop w3svc");
  assertEquals(await statuses(), [0]);
  await program.do("net start w3svc");
  assertEquals(await statuses(), [200]);
  const before = await service.settled(2);
  await program.do("net stop http /y");
  assertEquals(before.filter(isAlive), []);
  await program.do("net start w3svc");
  assertEquals(await statuses(), [200]);
  assertEquals((await service.settled(2)).length, 2);
  assert(!served.hasEnded());
});

test("netsh lists what any worker has cached once, and flushes it in all", async () => {
  await using service = await WorkerService.start({ workers: 1 });
  const { program, port } = service;
  await Deno.mkdir(`${program.home}/www`);
  await Deno.writeTextFile(`${program.home}/www/a.txt`, "old");
  await service.edit((document) => ({
    ...document,
    settings: { ...document.settings, Workers: 2 },
    sites: document.sites.map((site) => ({
      ...site,
      content: { kind: "root", path: `${program.home}/www` },
    })),
  }));
  await service.reload();
  await service.settled(2);
  const bodies = async (): Promise<string[]> => {
    const all = await Promise.all(Array.from({ length: 24 }, () => {
      return get(HOST, port, { path: "/a.txt" });
    }));
    return [...new Set(all.map(({ body }) => body))];
  };
  assertEquals(await bodies(), ["old"]);
  const cached = async (): Promise<number> => {
    const { out } = await program.do("netsh http show cachestate");
    return out.match(/a\.txt/g)?.length ?? 0;
  };
  assertEquals(await cached(), 1);
  await program.do("netsh http delete cache");
  assertEquals(await cached(), 0);
});

test("programs that come and go are served by all workers", async () => {
  await using service = await WorkerService.start();
  const { program, port } = service;
  await service.settled(2);
  const upstream = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    return new Response("program");
  });
  const url = `http://+:${port}/app/`;
  const bodies = async (): Promise<string[]> => {
    const all = await Promise.all(Array.from({ length: 24 }, () => {
      return get(HOST, port, { path: "/app/x" });
    }));
    return [...new Set(all.map(({ status, body }) => `${status} ${body}`.slice(0, 11)))];
  };
  assertEquals(await bodies(), ["200 site 1"]);
  for (let round = 0; round < 2; round++) {
    await program.do(`register ${url} --to http://127.0.0.1:${upstream.addr.port} --keep`);
    assertEquals(await bodies(), ["200 program"]);
    await program.do(`unregister ${url}`);
    assertEquals(await bodies(), ["200 site 1"]);
  }
  await upstream.shutdown();
});

test("what a program does wrong is one event, whichever worker sees it", async () => {
  await using service = await WorkerService.start();
  const { program, port } = service;
  await service.settled(2);
  const nobody = freePort();
  await program.do(`register http://+:${port}/a/ --to http://127.0.0.1:${nobody} --keep`);
  /** Enough requests, each on a connection of its own, for both workers to see a fault. */
  const fail = async (): Promise<void> => {
    const all = await Promise.all(
      Array.from({ length: 24 }, () => get(HOST, port, { path: "/a/" })),
    );
    assertEquals(new Set(all.map(({ status }) => status)), new Set([502]));
  };
  await fail();
  await fail();
  const told = (await service.events()).match(/does not respond correctly/g) ?? [];
  assertEquals(told.length, 1);
});

testWith(["python3"], "verify finds who shares a port of the workers", async () => {
  await using service = await WorkerService.start();
  const { program, port } = service;
  await service.settled(2);
  assertEquals((await program.run("verify")).status, 0);
  const stranger = new Deno.Command(PYTHON, {
    args: ["-c", HOLDER, HOST, `${port}`, "true"],
    stdout: "piped",
  }).spawn();
  const reader = stranger.stdout.getReader();
  try {
    await reader.read();
    const { status, out } = await program.run("verify");
    assertEquals(status, 1);
    assertMatch(
      out,
      new RegExp(
        `FAILED +${HOST}:${port} +httpcfg +httpcfg beside python3\\S* \\(pid ${stranger.pid}`,
      ),
    );
    const { findings } = JSON.parse((await program.run("verify --format json")).out);
    const bad = findings.filter(({ failed }: { failed: boolean }) => failed);
    assertEquals([bad.length, bad[0].verdict, bad[0].holders[0].pid], [
      1,
      "shared",
      stranger.pid,
    ]);
  } finally {
    stranger.kill("SIGKILL");
    await reader.cancel();
    await stranger.status;
  }
});
