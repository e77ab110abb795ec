/** The logs of the real program: their content, and what happens if they cannot be written. */
import { assertEquals, assertMatch } from "@std/assert";
import { get } from "../support/http_client.ts";
import { rawConnect } from "../support/raw_client.ts";
import { startService } from "../support/service.ts";
import { waitFor } from "../support/wait.ts";
import { ON_POSIX } from "../support/platforms.ts";

const SITES = { "site": { kind: "respond", text: "hello" } } as const;
const W3C = /W3SVC1\/ex\d{6}(?:\.\d+)?\.log$/;
const HTTPERR = /HTTPERR\/httperr\d+\.log$/;

Deno.test(
  "logs: one line for each response, the header of IIS, no access for others",
  ON_POSIX,
  async () => {
    await using service = await startService({ sites: SITES });
    for (let i = 0; i < 20; i++) {
      await (await service.get(`/page?n=${i}`, { "User-Agent": "a b" })).text();
    }
    await waitFor(async () => (await service.logLines(W3C)).length === 20, "20 lines");
    const lines = await service.logLines(W3C);
    const day = lines[0]!.slice(2, 10).replaceAll("-", "");
    const path = `${service.home}/log/W3SVC1/ex${day}.log`;
    const text = await Deno.readTextFile(path);
    assertMatch(
      text,
      /^#Software: Microsoft Internet Information Services 6\.0\n#Version: 1\.0\n#Date: /,
    );
    assertMatch(
      lines[3]!,
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d W3SVC1 127\.0\.0\.2 GET \/page n=3 \d+ - 127\.0\.0\.1 a\+b 200 0 0$/,
    );
    if (Deno.build.os !== "windows") {
      assertEquals((await Deno.stat(path)).mode! & 0o137, 0);
    }
  },
);

Deno.test("logs: a client's bytes forge no line in either log", ON_POSIX, async () => {
  await using service = await startService({
    sites: SITES,
    settings: { LogExtFileFlags: 0x3fffff },
  });
  const forged = "x 200 0 0\t2026-11-22 00:00:00 W3SVC1 - GET /forged\x85\xff";
  const client = await rawConnect(service);
  await client.send(
    `GET /a%20200%200?a%0ab HTTP/1.1\r\nHost: a\r\nUser-Agent: ${forged}\r\n` +
      `Cookie: ${forged}\r\nReferer: ${forged}\r\n\r\n`,
  );
  await waitFor(() => client.received !== "", "a response");
  await client.send("GET /\x0b forged\rline HTTP/1.1\r\nHost: a\r\n\r\n");
  await client.closed;
  await service.stop();
  const served = await service.logLines(W3C);
  const refused = await service.logLines(HTTPERR);
  assertEquals([served.length, refused.length], [1, 1]);
  assertEquals(served[0]!.split(" ").length, 22);
  assertEquals(refused[0]!.split(" ").length, 13);
  for (const line of [...served, ...refused]) assertMatch(line, /^[\x20-\x7e]+$/);
});

Deno.test({
  name: "logs: SIGHUP reopens the files, and no line is lost",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using service = await startService({ sites: SITES });
    const folder = `${service.home}/log/W3SVC1`;
    await (await service.get("/before")).text();
    await waitFor(async () => (await service.logLines(W3C)).length === 1, "a line");
    const [name] = [...Deno.readDirSync(folder)].map((entry) => entry.name);
    await Deno.rename(`${folder}/${name}`, `${service.home}/moved`);
    service.signal("SIGHUP");
    // The signal takes time: lines go to the moved file until it arrives, then to the new one.
    let requests = 1;
    await waitFor(async () => {
      await (await service.get("/after")).text();
      requests++;
      return (await service.logLines(W3C)).length > 0;
    }, "a new file");
    await service.stop();
    const moved = (await Deno.readTextFile(`${service.home}/moved`)).match(/^[^#].*$/gm)!;
    const after = await service.logLines(W3C);
    assertEquals(moved[0]!.includes(" /before "), true);
    assertEquals(after.every((line) => line.includes(" /after ")), true);
    assertEquals(moved.length + after.length, requests);
  },
});

Deno.test(
  "logs: a full file is followed by the next one, and no line is lost",
  ON_POSIX,
  async () => {
    await using service = await startService({
      sites: SITES,
      settings: { LogFileTruncateSize: 1048576 },
    });
    const client = await rawConnect(service);
    const requests = 1000;
    const target = `/${"a".repeat(200)}?${"q".repeat(1500)}`;
    for (let i = 0; i < requests; i += 50) {
      await client.send(`GET ${target}${i} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(50));
      await waitFor(
        () => client.received.split("hello").length - 1 === i + 50,
        "50 more responses",
      );
    }
    client.close();
    await service.stop();
    assertEquals((await service.logLines(W3C)).length, requests);
    const files = [...Deno.readDirSync(`${service.home}/log/W3SVC1`)].map(({ name }) => name)
      .sort();
    assertEquals(files.length, 2);
    assertMatch(files[0]!, /^ex\d{6}\.1\.log$/);
    for (const name of files) {
      assertEquals((await Deno.stat(`${service.home}/log/W3SVC1/${name}`)).size <= 1048576, true);
    }
  },
);

Deno.test({
  name: "logs: a full disk loses lines but no response, and is reported once",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const other = { "other.test": { kind: "respond", text: "other" } } as const;
    await using service = await startService({ sites: { ...SITES, ...other } });
    await Deno.mkdir(`${service.home}/log/W3SVC1`, { recursive: true });
    for (const offsetMs of [0, 24 * 3600 * 1000]) { // midnight may pass during the test
      const day = new Date(Date.now() + offsetMs).toISOString().slice(2, 10).replaceAll("-", "");
      await Deno.symlink("/dev/full", `${service.home}/log/W3SVC1/ex${day}.log`);
    }
    const events = async (): Promise<string[]> => {
      return (await service.logLines(/events\d+\.ndjson$/)).filter((line) =>
        line.includes("W3SVC1")
      );
    };
    await waitFor(async () => {
      assertEquals(await (await service.get("/")).text(), "hello");
      return (await events()).length > 0;
    }, "the event of the problem");
    for (let i = 1; i <= 3; i++) {
      assertEquals(await (await service.get("/")).text(), "hello");
      // The log of another site can be written: its line shows that the logs were flushed.
      const { body } = await get(service.hostname, service.port, { host: "other.test" });
      assertEquals(body, "other");
      const written = async (): Promise<number> => (await service.logLines(/W3SVC2\//)).length;
      await waitFor(async () => await written() === i, `${i} lines of the other site`);
    }
    const { code, stderr } = await service.stop();
    assertEquals(code, 0);
    assertEquals(stderr.match(/W3SVC1 cannot be written/g)?.length, 1, stderr);
    assertEquals((await events()).length, 1);
    assertEquals(JSON.parse((await events())[0]!).level, "warning");
  },
});

Deno.test(
  "logs: the lines of the last second are on disk when the service has ended",
  ON_POSIX,
  async () => {
    await using service = await startService({ sites: SITES });
    await (await service.get("/last")).text();
    assertEquals((await service.stop()).code, 0);
    assertEquals((await service.logLines(W3C)).length, 1);
  },
);
