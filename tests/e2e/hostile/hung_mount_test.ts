/**
 * A mount that does not respond any more, against the real program: it keeps its own sites from
 * being served, and nothing else.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { canMount, hungMount } from "../../support/hung_mount.ts";
import { get } from "../../support/http_client.ts";
import { startService } from "../../support/service.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { waitFor } from "../../support/wait.ts";

const HTTPERR = /httperr\d+\.log$/;
/** More than the runtime has threads. */
const REQUESTS = 40;

Deno.test({
  name: "hung mount: its sites are refused, others are served, and SIGTERM ends the process",
  ignore: !canMount(),
  fn: async () => {
    await using folder = await tempFolder();
    await Deno.mkdir(folder.at("mount"));
    await Deno.mkdir(folder.at("www"));
    await Deno.writeTextFile(folder.at("www/page"), "page");
    using mount = hungMount(folder.at("mount"));
    const hung = { kind: "root", path: mount.path } as const;
    await using service = await startService({
      sites: { spared: { kind: "root", path: folder.at("www") }, one: hung, two: hung },
      settings: { ShutdownGraceTimeout: 1 },
    });
    let waiting = 2 * REQUESTS;
    const refused = Array.from({ length: waiting }, async (_, i) => {
      const host = i % 2 === 0 ? "one" : "two";
      const { status } = await get(service.hostname, service.port, { path: `/file${i}`, host });
      waiting--;
      return status;
    });
    let answers = 0;
    for (; waiting > 0; answers++) {
      const response = await service.get(`${"/".repeat(1 + answers % 50)}page`);
      assertEquals(await response.text(), "page");
    }
    assert(answers > 50, `${answers} answers meanwhile`);
    assertEquals(new Set(await Promise.all(refused)), new Set([503]));
    await waitFor(async () => {
      const lines = await service.logLines(HTTPERR);
      return lines.filter((line) => line.includes(" FileUnavailable ")).length === 2 * REQUESTS;
    }, "a line for each refused request");
    assertEquals((await service.stop()).code, 0);
  },
});

Deno.test({
  name: "hung mount: without a thread left the watchdog is not fed, and SIGTERM still ends",
  ignore: !canMount(),
  fn: async () => {
    await using folder = await tempFolder();
    const names = Array.from({ length: REQUESTS }, (_, i) => `site${i}`);
    const notify = folder.at("notify");
    const socket = Deno.listenDatagram({ transport: "unixpacket", path: notify });
    let fed = 0;
    const receiving = (async (): Promise<void> => {
      for await (const [bytes] of socket) {
        if (new TextDecoder().decode(bytes).includes("WATCHDOG=1")) fed++;
      }
    })();
    try {
      await using service = await startService({
        sites: Object.fromEntries(names.map((name) => [name, { kind: "respond", text: name }])),
        settings: { ShutdownGraceTimeout: 1 },
        env: { NOTIFY_SOCKET: notify, WATCHDOG_USEC: "6000000" },
      });
      await waitFor(() => fed > 0, "a watchdog that is fed");
      // Each site has a log file of its own, which takes a thread when it is opened.
      await Deno.mkdir(`${service.home}/log`, { recursive: true });
      using _mount = hungMount(`${service.home}/log`);
      for (const host of names) {
        assertEquals((await get(service.hostname, service.port, { host })).body, host);
      }
      await waitFor(() => service.stderr().includes("service manager"), "a failed check");
      const before = fed;
      const { code, stderr } = await service.stop();
      assertEquals([code, fed], [0, before]);
      assertStringIncludes(stderr, "it took too long");
    } finally {
      socket.close();
      await receiving;
    }
  },
});
