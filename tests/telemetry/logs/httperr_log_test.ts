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

Deno.test("HttpErrLog.refused() writes one line per refusal, while it is enabled", async () => {
  const folder = await Deno.makeTempDir();
  const settings = { EnableErrorLogging: true, ErrorLogFileTruncateSize: 1048576 };
  const log = new HttpErrLog({
    folder,
    lineEnd: "\n",
    computerName: "HOST",
    now: () => Date.UTC(2002, 6, 5, 19, 53),
    onTrouble: ({ error }) => {
      throw error;
    },
  }, settings);
  try {
    log.refused(RECORD);
    log.tick();
    await log.flush();
    const path = `${folder}/HTTPERR/httperr1.log`;
    const text = await Deno.readTextFile(path);
    assertStringIncludes(text, "#Software: Microsoft HTTP API 1.0\n");
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
