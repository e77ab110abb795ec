/**
 * Hostile clients against the real program on loopback, bounded in number and time. Each test ends
 * with the same check: the service still responds, and has logged what it did.
 */
import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { type RawClient, rawConnect } from "../../support/raw_client.ts";
import { type RunningService, startService } from "../../support/service.ts";
import { waitFor } from "../../support/wait.ts";
import { ON_LINUX } from "../../support/platforms.ts";

const SITE = { site: { kind: "respond", text: "hello" } } as const;
const ECHO = { site: { kind: "echo" } } as const;
const HEAD = "GET / HTTP/1.1\r\nHost: a\r\n";
const HTTPERR = /httperr\d+\.log$/;

Deno.test("attack: a head that arrives byte by byte is aborted at HeaderWaitTimeout", async () => {
  await using service = await startService({ sites: SITE, settings: { HeaderWaitTimeout: 1 } });
  const client = await rawConnect(service);
  let sent = 0;
  await waitFor(async () => {
    await client.send(HEAD[sent++] ?? "x"); // never the empty line
    return client.isClosed;
  }, "the end of a client that always sends one more byte");
  await waitForLog(service, "Timer_HeaderWait");
  await stillResponds(service);
});

Deno.test("attack: a body that does not arrive is aborted at EntityBodyTimeout", async () => {
  await using service = await startService({ sites: ECHO, settings: { EntityBodyTimeout: 1 } });
  const client = await rawConnect(service);
  await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nbegun");
  await client.closed;
  assertEquals(client.received, "");
  await waitForLog(service, "Timer_EntityBody");
  await stillResponds(service);
});

Deno.test("attack: a client that does not read is aborted at MinFileBytesPerSec", async () => {
  await using folder = await folderWithLargeFile();
  await using service = await startService({
    sites: { site: { kind: "root", path: folder.path } },
    settings: { MinFileBytesPerSec: 4294967295, ConnectionTimeout: 1 },
  });
  const client = await rawConnect(service);
  client.pause();
  await client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  await waitForLog(service, "Timer_MinBytesPerSecond");
  client.close();
  assertEquals((await (await service.get("/large")).arrayBuffer()).byteLength, LARGE_BYTES);
});

// The bench measures their cost. Here no other client may wait for them while they are all open.
Deno.test("attack: 2,000 clients that never finish their heads block no other client", async () => {
  await using service = await startService({
    sites: SITE,
    settings: { HeaderWaitTimeout: 65535, ConnectionTimeout: 65535 },
  });
  const silent = await silentClients(service, 2000);
  for (let i = 0; i < 300; i++) await stillResponds(service);
  assertEquals(silent.filter((client) => client.isClosed).length, 0);
  for (const client of silent) client.close();
});

Deno.test("attack: 2,000 clients that never finish their heads are closed and logged", async () => {
  await using service = await startService({ sites: SITE, settings: { HeaderWaitTimeout: 1 } });
  const silent = await silentClients(service, 2000);
  await Promise.all(silent.map((client) => client.closed));
  await waitFor(async () => {
    const lines = await service.logLines(HTTPERR);
    return lines.filter((line) => line.includes("Timer_HeaderWait")).length === 2000;
  }, "2,000 lines of Timer_HeaderWait");
  await stillResponds(service);
});

Deno.test({
  name: "attack: 400 clients at 256 open files: no crash, no busy loop, and the service recovers",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using service = await startService({
      sites: SITE,
      openFilesMax: 256,
      settings: { HeaderWaitTimeout: 4 },
    });
    const clients = await silentClients(service, 400); // in use: most are not closed to make room
    await waitFor(() => openFiles(service.pid) >= 230, "a full file table");
    // From here until the first timeout there is nothing to do.
    const before = cpuSeconds(service.pid);
    await waitForLog(service, "Timer_HeaderWait");
    assertLess(cpuSeconds(service.pid) - before, 1, "seconds of a CPU with nothing to do");
    for (const client of clients) client.close();
    await stillResponds(service);
    assertEquals((await service.stop()).code, 0);
  },
});

const PROXY = "PROXY TCP4 192.0.2.9 198.51.100.1 4711 443\r\n";
const FULL_TABLE = [
  { how: "", isPaused: false, settings: {}, start: HEAD },
  { how: ", although all came at once", isPaused: true, settings: {}, start: HEAD },
  {
    how: ", although all came at once, by a proxy",
    isPaused: true,
    settings: { ProxyProtocol: ["127.0.0.1"] },
    start: PROXY + HEAD,
  },
];

for (const { how, isPaused, settings, start } of FULL_TABLE) {
  Deno.test({
    name: `attack: idle clients make room for new ones when the file table is full${how}`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      await using service = await startService({ sites: SITE, settings, openFilesMax: 256 });
      if (isPaused) Deno.kill(service.pid, "SIGSTOP");
      const clients: RawClient[] = [];
      for (let i = 0; i < 400; i++) {
        const client = await rawConnect(service);
        clients.push(client);
        await client.send(`${start}\r\n`); // kept alive, then idle
      }
      if (isPaused) Deno.kill(service.pid, "SIGCONT");
      // Every client got a response, the later ones in place of those that had been idle longest.
      await waitFor(
        () => clients.every((client) => client.received.includes("hello")),
        "400 responses",
      );
      for (const client of clients) client.close();
      if (settings.ProxyProtocol === undefined) await stillResponds(service);
    },
  });
}

Deno.test("attack: endless heads are refused before they fill the memory", async () => {
  await using service = await startService({ sites: SITE });
  const endless: [name: string, start: string, more: string][] = [
    ["one field", `${HEAD}X: `, "x".repeat(65536)],
    ["many fields", HEAD, "X-Field: value\r\n".repeat(4096)],
    ["a target", "GET /", "a".repeat(65536)],
    ["a method", "G", "G".repeat(65536)],
    ["empty lines", "", "\r\n".repeat(32768)],
    ["zeros", "", "\0".repeat(65536)],
  ];
  for (const [name, start, more] of endless) {
    const client = await rawConnect(service);
    await client.send(start);
    let sentBytes = 0;
    while (!client.isClosed && sentBytes < 64 * 1024 * 1024) {
      await client.send(more);
      sentBytes += more.length;
    }
    assert(client.isClosed, `${name}: still open after ${sentBytes} bytes`);
    if (client.received !== "") assertMatch(client.received, /^HTTP\/1\.1 [45]\d\d /, name);
    client.close();
  }
  await stillResponds(service);
});

Deno.test("attack: a client that ends its direction gets every response it requested", async () => {
  await using folder = await folderWithLargeFile();
  await using service = await startService({
    sites: { site: { kind: "root", path: folder.path } },
  });
  const client = await rawConnect(service);
  await client.send(
    `${"GET /small HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3)}GET /large HTTP/1.1\r\nHost: a\r\n\r\n`,
  );
  client.halfClose();
  assertEquals(await client.closed, "end");
  assertEquals(client.received.split("HTTP/1.1 200 OK").length - 1, 4);
  assertEquals(client.received.endsWith("end"), true);
  const truncated = await rawConnect(service);
  await truncated.send("GET /small HTTP/1.1\r\nHo");
  truncated.halfClose();
  await truncated.closed;
  assertEquals(truncated.received.includes("200 OK"), false);
  await stillResponds(service, "/small");
});

// Method: a reset in every state of a connection, many times, then a check of what is left.
Deno.test(
  "attack: a reset in any state costs that connection and nothing else",
  ON_LINUX,
  async () => {
    await using folder = await folderWithLargeFile();
    await using service = await startService({
      sites: { site: { kind: "root", path: folder.path }, "echo.test": { kind: "echo" } },
    });
    const post = "POST / HTTP/1.1\r\nHost: echo.test\r\n";
    const states: [name: string, play: (client: RawClient) => Promise<unknown>][] = [
      ["connected", () => Promise.resolve()],
      ["in the head", (client) => client.send("GET / HTTP/1.1\r\nHo")],
      ["in a body", (client) => client.send(`${post}Content-Length: 100\r\n\r\nhalf`)],
      [
        "in a chunk",
        (client) => client.send(`${post}Transfer-Encoding: chunked\r\n\r\n64\r\nhalf`),
      ],
      ["in a large body that is echoed", (client) => {
        return client.send(`${post}Content-Length: 9000000\r\n\r\n${"x".repeat(2_000_000)}`);
      }],
      ["after a request", (client) => client.send("GET /small HTTP/1.1\r\nHost: a\r\n\r\n")],
      ["in a response", async (client) => {
        await client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
        await waitFor(() => client.received.length > 0, "the start of a response");
        client.pause();
      }],
      ["idle", async (client) => {
        await client.send("GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
        await waitFor(() => client.received.endsWith("small"), "the end of a response");
      }],
      ["with responses waiting", (client) => {
        return client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".repeat(20));
      }],
      ["after a refusal", async (client) => {
        await client.send("BAD\r\n\r\n");
        await waitFor(() => client.received !== "", "a refusal");
      }],
    ];
    for (const [, play] of states) {
      for (let i = 0; i < 10; i++) {
        const client = await rawConnect(service);
        await play(client);
        client.reset();
      }
    }
    if (Deno.build.os === "linux") {
      await waitFor(() => establishedTo(service.port) === 0, "the end of every connection");
      await waitFor(() => openFiles(service.pid, folder.path) === 0, "the end of every open file");
    }
    await stillResponds(service, "/small");
    const { code, stderr } = await service.stop();
    assertEquals(code, 0);
    assertEquals(stderr.includes("internal error"), false, stderr);
  },
);

const LARGE_BYTES = 20_000_003;

async function folderWithLargeFile(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir();
  const bytes = new Uint8Array(LARGE_BYTES).fill(120);
  bytes.set(new TextEncoder().encode("end"), LARGE_BYTES - 3);
  await Deno.writeFile(`${path}/large`, bytes);
  await Deno.writeTextFile(`${path}/small`, "small");
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function stillResponds(service: RunningService, path = "/"): Promise<void> {
  const response = await service.get(path);
  assertEquals(response.status, 200);
  await response.body?.cancel();
}

async function waitForLog(service: RunningService, reason: string): Promise<void> {
  await waitFor(async () => {
    const lines = await service.logLines(HTTPERR);
    return lines.some((line) => line.includes(` ${reason} `));
  }, `${reason} in the HTTPERR log`);
  assertStringIncludes((await service.logLines(HTTPERR)).join("\n"), ` ${reason} -`);
}

/** Connects clients that begin a head and send nothing more. */
async function silentClients(service: RunningService, count: number): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  for (let i = 0; i < count; i++) {
    const client = await rawConnect(service);
    await client.send("GET /");
    clients.push(client);
  }
  return clients;
}

/** Counts the files that the process has open; with `folder`, those below it. */
function openFiles(pid: number, folder?: string): number {
  let count = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/fd`)) {
    try {
      const path = Deno.readLinkSync(`/proc/${pid}/fd/${name}`);
      if (folder === undefined || path.startsWith(folder)) count++;
    } catch {
      // Closed after it was listed.
    }
  }
  return count;
}

function cpuSeconds(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100; // USER_HZ
}

/** Counts the established connections on the server's side of `port`, according to the kernel. */
function establishedTo(port: number): number {
  const local = `0200007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = Deno.readTextFileSync("/proc/net/tcp").split("\n");
  return rows.filter((row) => {
    const [, from, , state] = row.trim().split(/\s+/);
    return from === local && state === "01";
  }).length;
}
