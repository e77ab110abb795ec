import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import type { RefusedRecord } from "../../../mod/base/exchange.ts";
import { HttpErrLog } from "../../../mod/telemetry/logs/httperr_log.ts";

const RECORD: RefusedRecord = {
  local: { ip: "127.0.0.2" as Ip, port: 80 },
  remote: { ip: "127.0.0.1" as Ip, port: 2894 },
  version: "HTTP/2.0",
  method: "GET",
  target: "/",
  status: 505,
  siteId: null,
  reason: "Version_N/S",
};

const SETTINGS = {
  EnableErrorLogging: true,
  ErrorLogFileTruncateSize: 1048576,
  ErrorLoggingFields: 0x7c884c7,
  ErrorLoggingRolloverType: 0,
  ErrorLoggingLocaltimeRollover: false,
};

Deno.test("HttpErrLog.refused() writes one line per refusal, while it is enabled", async () => {
  const folder = await Deno.makeTempDir();
  const settings = SETTINGS;
  const log = new HttpErrLog({
    folder,
    lineEnd: "\n",
    computerName: "HOST",
    clock: { now: () => Date.UTC(2002, 6, 5, 19, 53) },
    onTrouble: ({ error }) => {
      throw error;
    },
    onLost: () => {},
  }, settings);
  try {
    log.refused(RECORD);
    log.tick();
    await log.flush();
    const path = `${folder}/HTTPERR/httperr1.log`;
    const text = await Deno.readTextFile(path);
    assertStringIncludes(text, "#Software: Microsoft HTTP API 2.0\n");
    const line =
      "2002-07-05 19:53:00 127.0.0.1 2894 127.0.0.2 80 HTTP/2.0 GET / 505 - Version_N/S -\n";
    assertEquals(text.endsWith(line), true);
    await log.reconfigure({ ...settings, EnableErrorLogging: false });
    log.refused(RECORD);
    await log.flush();
    assertEquals(await Deno.readTextFile(path), text);
    await log.reconfigure(settings);
    await Deno.rename(path, `${path}.moved`);
    log.reopen();
    log.refused(RECORD);
    await log.close();
    assertEquals(await Deno.readTextFile(path), text);
  } finally {
    await log.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ErrorLoggingRolloverType gives each period a file, whose #Date is that of its first line", async () => {
  const folder = await Deno.makeTempDir();
  let nowMs = Date.UTC(2026, 10, 7, 23, 59, 58); // a Saturday
  const log = new HttpErrLog({
    folder,
    lineEnd: "\n",
    computerName: "HOST",
    clock: { now: () => nowMs },
    onTrouble: ({ error }) => {
      throw error;
    },
    onLost: () => {},
  }, SETTINGS);
  const cases: [type: number, names: string[]][] = [
    [1, ["ht261107.log", "ht261108.log"]],
    [2, ["ht261101.log", "ht261102.log"]],
    [3, ["ht2611.log"]],
    [4, ["ht26110723.log", "ht26110800.log"]],
  ];
  try {
    for (const [type, names] of cases) {
      nowMs = Date.UTC(2026, 10, 7, 23, 59, 58);
      await log.reconfigure({ ...SETTINGS, ErrorLoggingRolloverType: type });
      log.refused(RECORD);
      nowMs += 4000;
      log.refused(RECORD);
      nowMs += 60_000; // written later than the lines
      await log.flush();
      const found = [...Deno.readDirSync(`${folder}/HTTPERR`)].map(({ name }) => name).sort();
      assertEquals(found, names);
      for (const name of names) {
        const text = await Deno.readTextFile(`${folder}/HTTPERR/${name}`);
        const [, date] = /^#Date: (.*)$/m.exec(text)!;
        assertEquals(text.includes(`\n${date} 127.0.0.1`), true, text);
        await Deno.remove(`${folder}/HTTPERR/${name}`);
      }
    }
  } finally {
    await log.close();
    await Deno.remove(folder, { recursive: true });
  }
});
