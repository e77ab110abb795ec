import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ServedRecord } from "../../../mod/base/exchange.ts";
import {
  type LogOptions,
  W3cLog,
  type W3cLogSettings,
} from "../../../mod/telemetry/logs/w3c_log.ts";
import { fakeRequest } from "../../support/request.ts";

const SETTINGS: W3cLogSettings = {
  LogEnabled: true,
  LogFileTruncateSize: 20971520,
  LogExtFileFlags: 0x218fdf,
};
const RECORD: ServedRecord = {
  request: fakeRequest(),
  status: 200,
  sentBytes: 1,
  receivedBytes: 2,
  durationMs: 3,
  win32Status: 0,
};

Deno.test("W3cLog.served() writes to the site's directory and the day's file", async () => {
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

Deno.test("W3cLog.reconfigure() changes the fields, and turns the log off and on", async () => {
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

Deno.test("W3cLog.reopen() leaves a moved file alone", async () => {
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
  body: (log: W3cLog, folder: string, clock: { nowMs: number }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const clock = { nowMs: Date.UTC(2026, 10, 22, 12) };
  const options: LogOptions = {
    folder,
    lineEnd: "\n",
    computerName: "HOST",
    now: () => clock.nowMs,
    onTrouble: ({ error }) => {
      throw error;
    },
  };
  const log = new W3cLog(options, SETTINGS);
  try {
    await body(log, folder, clock);
  } finally {
    await log.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("W3cLog.reconfigure() leaves what was collected below its own fields", async () => {
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
