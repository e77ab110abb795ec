// Goal: the logs of a service with workers are those of one process: each line once, whole, and no
// second after a later one. Method: requests whose lines are counted.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { rawConnect } from "../../support/raw_client.ts";
import { waitFor } from "../../support/wait.ts";
import { HOST, WorkerService } from "../../support/workers/worker_service.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn });
}

/** Returns the lines of the files below a folder of the log directory, file by file. */
async function linesOf({ program }: WorkerService, folder: string): Promise<string[]> {
  const path = `${program.home}/log/${folder}`;
  const names = [...Deno.readDirSync(path)].map(({ name }) => name).sort();
  const texts = await Promise.all(names.map((name) => Deno.readTextFile(`${path}/${name}`)));
  return texts.flatMap((text) => text.split("\n").filter((line) => /^\d/.test(line)));
}

/** Sends `count` requests on one connection; `extra` is a last one that is refused. */
async function requests(
  { port }: WorkerService,
  name: string,
  count: number,
  pauseMs = 0,
): Promise<void> {
  const client = await rawConnect({ hostname: HOST, port });
  for (let i = 0; i < count; i++) {
    await client.send(`GET /${name}-${i} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await waitFor(() => client.received.split("site 1").length - 1 === i + 1, "a response");
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  await client.send("GET  BAD\r\n\r\n");
  await client.closed;
}

function assertOrdered(lines: readonly string[]): void {
  const times = lines.map((line) => line.slice(0, 19));
  assertEquals(times, times.toSorted());
}

test("W3C and HTTPERR have each line of all workers, in the order of their seconds", async () => {
  await using service = await WorkerService.start({ workers: 3 });
  await service.settled(3);
  const names = Array.from({ length: 12 }, (_, i) => `c${i}`);
  // Slow enough to spread over several seconds, at a different pace for each.
  await Promise.all(names.map((name, i) => requests(service, name, 40, 30 + 9 * i)));
  service.served.signal("SIGTERM");
  assertEquals(await service.served.ended, 0);
  const lines = await linesOf(service, "W3SVC1");
  assertOrdered(lines);
  const paths = lines.map((line) => /GET (\S+)/.exec(line)![1]!);
  const expected = names.flatMap((name) => Array.from({ length: 40 }, (_, i) => `/${name}-${i}`));
  assertEquals(paths.toSorted(), expected.toSorted());
  for (const name of names) { // each connection in its own order
    const own = paths.filter((path) => path.startsWith(`/${name}-`));
    assertEquals(own, expected.filter((path) => path.startsWith(`/${name}-`)));
  }
  const errors = await linesOf(service, "HTTPERR");
  assertOrdered(errors);
  assertEquals(errors.length, names.length);
  for (const line of errors) assertMatch(line, /^[\x20-\x7e]+$/);
});

test("lines are there as soon as a command asks for them", async () => {
  await using service = await WorkerService.start();
  await service.settled(2);
  for (let round = 1; round <= 3; round++) {
    await Promise.all(Array.from({ length: 8 }, (_, i) => requests(service, `r${round}${i}`, 1)));
    const { out } = await service.program.do(["logs", "site 1", "--limit", "100"]);
    assertEquals(out.match(/GET \/r/g)?.length, round * 8, `round ${round}`);
  }
});

test("a worker that is let go, and one that ends with the service, lose no line", async () => {
  await using service = await WorkerService.start();
  await service.settled(2);
  let expected = 0;
  for (const workers of [1, 2, 1, 3, 2]) {
    await Promise.all(Array.from({ length: 6 }, (_, i) => requests(service, `${workers}${i}`, 3)));
    expected += 18;
    await service.resize(workers);
  }
  await Promise.all(Array.from({ length: 6 }, (_, i) => requests(service, `last${i}`, 3)));
  service.served.signal("SIGTERM");
  assertEquals(await service.served.ended, 0);
  const lines = await linesOf(service, "W3SVC1");
  assertEquals(lines.length, expected + 18);
  assertOrdered(lines);
});

test("a change of the fields under load leaves each line below its own fields", async () => {
  await using service = await WorkerService.start();
  await service.settled(2);
  let isDone = false;
  let sent = 0;
  const clients = Array.from({ length: 6 }, async (_, i) => {
    while (!isDone) {
      await requests(service, `x${i}`, 5);
      sent += 5;
    }
  });
  for (let round = 0; round < 10; round++) {
    const LogExtFileFlags = round % 2 === 0 ? 0x83 : 0x218fdf; // date, time, method
    await service.edit((document) => {
      return { ...document, settings: { ...document.settings, LogExtFileFlags } };
    });
    await service.reload();
  }
  isDone = true;
  await Promise.all(clients);
  service.served.signal("SIGTERM");
  assertEquals(await service.served.ended, 0);
  const folder = `${service.program.home}/log/W3SVC1`;
  let [fields, lines] = [0, 0];
  for (
    const { name } of [...Deno.readDirSync(folder)].toSorted((a, b) => a.name < b.name ? -1 : 1)
  ) {
    for (const line of (await Deno.readTextFile(`${folder}/${name}`)).trim().split("\n")) {
      if (line.startsWith("#Fields: ")) fields = line.trim().split(" ").length - 1;
      if (line.startsWith("#")) continue;
      assertEquals(line.split(" ").length, fields, line);
      lines++;
    }
  }
  assertEquals(lines, sent);
});

test("SIGHUP reopens the files, and a full file is followed by the next", async () => {
  await using service = await WorkerService.start({ settings: { LogFileTruncateSize: 1048576 } });
  await service.settled(2);
  const folder = `${service.program.home}/log/W3SVC1`;
  await requests(service, "before", 1);
  await service.control.ask({ op: "flushLogs" });
  const [name] = [...Deno.readDirSync(folder)].map((entry) => entry.name);
  await Deno.rename(`${folder}/${name}`, `${service.program.home}/moved`);
  service.served.signal("SIGHUP");
  let sent = 1;
  await waitFor(async () => {
    await requests(service, "after", 1);
    sent++;
    await service.control.ask({ op: "flushLogs" });
    return [...Deno.readDirSync(folder)].length > 0;
  }, "a new file");
  assertEquals((await service.settled(2)).length, 2); // nobody ends at SIGHUP
  const target = `${"a".repeat(200)}?${"q".repeat(1500)}`;
  await Promise.all(Array.from({ length: 20 }, (_, i) => requests(service, `${i}${target}`, 40)));
  sent += 800;
  service.served.signal("SIGTERM");
  assertEquals(await service.served.ended, 0);
  const moved = (await Deno.readTextFile(`${service.program.home}/moved`)).match(/^\d.*$/gm)!;
  const lines = await linesOf(service, "W3SVC1");
  assertEquals(moved.length + lines.length, sent);
  const files = [...Deno.readDirSync(folder)];
  assert(files.length >= 2, `${files.length} files`);
  for (const file of files) {
    assert((await Deno.stat(`${folder}/${file.name}`)).size <= 1048576);
  }
});

test("a full disk loses lines but no response, and is reported once", async () => {
  await using service = await WorkerService.start();
  await service.settled(2);
  await Deno.mkdir(`${service.program.home}/log/W3SVC1`, { recursive: true });
  for (const offsetMs of [0, 24 * 3600 * 1000]) { // midnight may pass during the test
    const day = new Date(Date.now() + offsetMs).toISOString().slice(2, 10).replaceAll("-", "");
    await Deno.symlink("/dev/full", `${service.program.home}/log/W3SVC1/ex${day}.log`);
  }
  await Promise.all(Array.from({ length: 6 }, (_, i) => requests(service, `a${i}`, 5)));
  await service.control.ask({ op: "flushLogs" });
  await Promise.all(Array.from({ length: 6 }, (_, i) => requests(service, `b${i}`, 5)));
  await waitFor(async () => ((await service.status()).problems ?? []).length > 0, "the problem");
  assertMatch((await service.status()).problems![0]!.text, /Cannot write the log/);
  service.served.signal("SIGTERM");
  assertEquals(await service.served.ended, 0);
  assertEquals(service.served.stderr().match(/W3SVC1 cannot be written/g)?.length, 1);
});
