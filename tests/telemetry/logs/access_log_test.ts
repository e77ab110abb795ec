import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ServedRecord } from "../../../mod/base/exchange.ts";
import {
  AccessLog,
  type AccessLogSettings,
  type LogOptions,
  type Streams,
} from "../../../mod/telemetry/logs/access_log.ts";
import { LineQueue } from "../../../mod/telemetry/logs/line_queue.ts";
import { fakeRequest } from "../../support/request.ts";
import { waitFor } from "../../support/wait.ts";

const SETTINGS: AccessLogSettings = {
  LogEnabled: true,
  LogFileTruncateSize: 20971520,
  LogExtFileFlags: 0x218fdf,
  AccessLogFormat: "w3c",
  AccessLogTarget: "file",
  AccessLogFields: [],
  AccessLogSyslog: "local",
};
const NO_STREAMS: Streams = {
  get stdout(): never {
    throw new Error("nothing goes to stdout");
  },
  syslog: () => {
    throw new Error("nothing goes to syslog");
  },
};
const RECORD: ServedRecord = {
  request: fakeRequest(),
  status: 200,
  sentBytes: 1,
  contentBytes: 0,
  receivedBytes: 2,
  durationMs: 3,
  win32Status: 0,
};

Deno.test("AccessLog.served() writes to the site's directory and the day's file", async () => {
  await withLog(async (log, folder, clock) => {
    log.served(RECORD, 1);
    log.served(RECORD, 2);
    log.served(RECORD, 1);
    clock.nowMs += 24 * 3600 * 1000;
    log.served(RECORD, 1);
    log.tick();
    await log.flush();
    const first = await Deno.readTextFile(`${folder}/W3SVC1/ex261122.log`);
    assertEquals(first.split("\n").filter((line) => line.startsWith("2026-11-22")).length, 2);
    assertStringIncludes(first, " W3SVC1 127.0.0.2 GET / - 8080 - 127.0.0.1 - 200 0 0\n");
    assertStringIncludes(await Deno.readTextFile(`${folder}/W3SVC2/ex261122.log`), " W3SVC2 ");
    assertStringIncludes(await Deno.readTextFile(`${folder}/W3SVC1/ex261123.log`), "2026-11-23 ");
  });
});

Deno.test("AccessLog.reconfigure() changes the fields, and turns the log off and on", async () => {
  await withLog(async (log, folder) => {
    const path = `${folder}/W3SVC1/ex261122.log`;
    log.served(RECORD, 1);
    await log.reconfigure({ ...SETTINGS, LogEnabled: false });
    log.served(RECORD, 1);
    await log.flush();
    const before = await Deno.readTextFile(path);
    assertEquals(before.trimEnd().split("\n").length, 5);
    await log.reconfigure({ ...SETTINGS, LogExtFileFlags: 0x400 });
    log.served(RECORD, 1);
    await log.flush();
    const after = (await Deno.readTextFile(path)).slice(before.length);
    assertEquals(after.endsWith("#Fields: sc-status \n200\n"), true);
  });
});

Deno.test("AccessLog.reopen() leaves a moved file alone", async () => {
  await withLog(async (log, folder) => {
    log.served(RECORD, 1);
    await log.flush();
    await Deno.rename(`${folder}/W3SVC1/ex261122.log`, `${folder}/moved`);
    const moved = await Deno.readTextFile(`${folder}/moved`);
    log.reopen();
    log.served(RECORD, 1);
    await log.flush();
    assertEquals(await Deno.readTextFile(`${folder}/moved`), moved);
    assertEquals(await Deno.readTextFile(`${folder}/W3SVC1/ex261122.log`), moved);
  });
});

async function withLog(
  body: (log: AccessLog, folder: string, clock: { nowMs: number }) => Promise<void>,
  streams: Streams = NO_STREAMS,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const clock = { nowMs: Date.UTC(2026, 10, 22, 12) };
  const options: LogOptions = {
    folder,
    lineEnd: "\n",
    computerName: "HOST",
    clock: { now: () => clock.nowMs },
    onTrouble: ({ error }) => {
      throw error;
    },
    onLost: () => {},
  };
  const log = new AccessLog(options, streams, SETTINGS);
  try {
    await body(log, folder, clock);
  } finally {
    await log.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("AccessLog.reconfigure() leaves what was collected below its own fields", async () => {
  await withLog(async (log, folder) => {
    log.served(RECORD, 1);
    await log.reconfigure({ ...SETTINGS, LogExtFileFlags: 0x3 });
    log.served(RECORD, 1);
    await log.flush();
    const text = await Deno.readTextFile(`${folder}/W3SVC1/ex261122.log`);
    const counts = text.trim().split("\n").filter((line) => !/^#(?!Fields)/.test(line))
      .map((line) => line.replace("#Fields: ", "").trim().split(" ").length);
    assertEquals(counts, [14, 14, 2, 2]);
  });
});

Deno.test("AccessLog has a series of files for each format", async () => {
  await withLog(async (log, folder) => {
    log.served(RECORD, 1);
    await log.reconfigure({ ...SETTINGS, AccessLogFormat: "json" });
    log.served(RECORD, 1);
    log.served(RECORD, 1);
    await log.reconfigure({ ...SETTINGS, AccessLogFormat: "combined" });
    log.served(RECORD, 1);
    await log.flush();
    const names = [...Deno.readDirSync(`${folder}/W3SVC1`)].map(({ name }) => name).sort();
    assertEquals(names, ["ac261122.log", "ac261122.ndjson", "ex261122.log"]);
    const [combined, json, w3c] = names.map((name) => {
      return Deno.readTextFileSync(`${folder}/W3SVC1/${name}`).trimEnd().split("\n");
    });
    assertEquals(combined!.length, 1);
    assertStringIncludes(combined![0]!, '[22/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 0 ');
    assertEquals(json!.map((line) => JSON.parse(line).url.path), ["/", "/"]);
    assertEquals(w3c!.filter((line) => !line.startsWith("#")).length, 1);
  });
});

Deno.test("AccessLog logs a site as it says itself: format, target and sample", async () => {
  const written: string[] = [];
  const stdout = new LineQueue({
    place: "stdout",
    write: ({ bytes }) => Promise.resolve(void written.push(new TextDecoder().decode(bytes))),
    onTrouble: () => {},
    onLost: () => {},
  });
  await withLog(async (log, folder) => {
    const own = { enabled: true, flags: 0x218fdf, sample: [] } as const;
    const sample = [{ path: "/healthz", of: 3 }];
    await log.reconfigure({
      ...SETTINGS,
      siteLogs: [
        { id: 2, ...own, format: "json", target: "stdout" },
        { id: 3, ...own, format: "combined", target: "file", sample },
      ],
      siteNames: [[2, 'two "2"']],
    });
    const probe = { ...RECORD, request: fakeRequest({ path: "/healthz/live" }) };
    for (let i = 0; i < 7; i++) {
      log.served(probe, 1);
      log.served(probe, 2);
      log.served(i === 4 ? { ...probe, status: 503 } : probe, 3);
    }
    log.served({ ...RECORD, request: fakeRequest({ path: "/healthzz" }) }, 3);
    await log.flush();
    assertEquals(linesOf(`${folder}/W3SVC1/ex261122.log`).length, 7);
    const objects = written.join("").trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(objects.map(({ httpcfg }) => httpcfg.site.name), Array(7).fill('two "2"'));
    const statuses = linesOf(`${folder}/W3SVC3/ac261122.log`).map((line) => line.split(" ")[8]);
    // Of six that are sampled the first and the fourth; every error; what only begins alike.
    assertEquals(statuses, ["200", "200", "503", "200"]);
  }, { stdout, syslog: () => stdout });
});

/** A record whose line may be the last one again. */
function known(path = "/"): ServedRecord {
  const request = Object.assign(fakeRequest({ path }), { known: { logged: null } });
  return { ...RECORD, request, durationMs: 0 };
}

function linesOf(path: string): string[] {
  const lines = Deno.readTextFileSync(path).trimEnd().split("\n");
  return lines.filter((line) => !line.startsWith("#"));
}

Deno.test("AccessLog counts lines that are the same, and neither those of another site nor none", async () => {
  await withLog(async (log, folder) => {
    await log.reconfigure({ ...SETTINGS, siteNames: [[1, "one"], [2, "two"]] });
    const record = known();
    const unlogged = { ...record, request: { ...record.request, isUnlogged: true } };
    for (const site of [1, 1, 1, 1, 2, 2, 2, 2, 1, 1]) {
      log.served(record, site);
      log.served(unlogged, site);
    }
    await log.flush();
    for (const site of [1, 1]) log.served(record, site);
    await log.flush();
    const counts = [1, 2].map((site) => linesOf(`${folder}/W3SVC${site}/ex261122.log`).length);
    assertEquals(counts, [8, 4]);
  });
});

Deno.test("AccessLog logs each of many lines in files that are full at the same line", async () => {
  await withLog(async (log, folder) => {
    const LogFileTruncateSize = 2 * 1024 * 1024;
    await log.reconfigure({ ...SETTINGS, LogFileTruncateSize, AccessLogFormat: "json" });
    const names = (): string[] => {
      const series = [...Deno.readDirSync(folder)];
      const files = series.flatMap(({ name }) => [...Deno.readDirSync(`${folder}/${name}`)]);
      return files.map(({ name }) => name).sort();
    };
    const record = known();
    const count = 30_000;
    for (let i = 0; i < count; i++) log.served(record, 1);
    // Without a tick: lines that are the same fill a buffer, too.
    await waitFor(() => names().length > 0, "the first file");
    await log.flush();
    assertEquals(names().length > 2, true, names().join());
    const lines = names().flatMap((name) => linesOf(`${folder}/W3SVC1/${name}`));
    assertEquals([lines.length, new Set(lines).size], [count, 1]);
  });
});

Deno.test("AccessLog takes one request of some of a sampled path, as often as it comes", async () => {
  await withLog(async (log, folder) => {
    const sample = [{ path: "/healthz", of: 3 }];
    const own = { enabled: true, flags: 0x218fdf, format: "json", target: "file" } as const;
    await log.reconfigure({ ...SETTINGS, siteLogs: [{ id: 3, ...own, sample }] });
    const record = known("/healthz");
    for (let i = 0; i < 30; i++) log.served(record, 3);
    // Those that are not sampled any more, in the same millisecond.
    await log.reconfigure({ ...SETTINGS, AccessLogFormat: "json" });
    for (let i = 0; i < 30; i++) log.served(record, 3);
    await log.reconfigure({ ...SETTINGS, LogEnabled: false });
    for (let i = 0; i < 30; i++) log.served(record, 3);
    await log.flush();
    assertEquals(linesOf(`${folder}/W3SVC3/ac261122.ndjson`).length, 40);
  });
});
