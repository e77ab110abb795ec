// Goal: HTTP reads list and settings when it starts, and keeps them until it stops or is
// reconfigured. Method: a store that changes meanwhile.
import { assertEquals } from "@std/assert";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { HttpService, readHttpConfig } from "../../../mod/host/web/http_service.ts";
import type { ServiceLogs } from "../../../mod/telemetry/service_logs.ts";

const DOCUMENT: ConfigDocument = {
  ...DEFAULT_DOCUMENT,
  ipListen: ["127.0.0.1", "!127.0.0.9"],
  settings: { MaxFieldCount: 7 },
};

Deno.test("readHttpConfig() returns list and settings, as stored and as effective", async () => {
  const { ipListen, list, storedSettings, settings } = await readHttpConfig(DOCUMENT, null);
  assertEquals([ipListen, list.length, storedSettings], [
    DOCUMENT.ipListen,
    2,
    DOCUMENT.settings,
  ]);
  assertEquals([settings.MaxFieldCount, settings.HeaderWaitTimeout > 0], [7, true]);
});

Deno.test("HttpService keeps what it read at its start until reconfigured or stopped", async () => {
  let document = DOCUMENT;
  const reconfigured: number[] = [];
  const started: number[] = [];
  let [flushes, applied] = [0, 0];
  const http = new HttpService({
    store: { read: () => Promise.resolve(document) },
    logs: {
      reconfigure: ({ MaxFieldCount }: { MaxFieldCount: number }) => {
        reconfigured.push(MaxFieldCount);
        return Promise.resolve();
      },
      flush: () => Promise.resolve(void flushes++),
    } as unknown as ServiceLogs,
    onApplied: () => void applied++,
    workers: {
      start: ({ MaxFieldCount }) => Promise.resolve(void started.push(MaxFieldCount)),
      stop: () => Promise.resolve(void started.push(0)),
    },
  });
  http.reconfigure(await readHttpConfig(DOCUMENT, null));
  assertEquals(http.config, null, "a stopped service has nothing to reconfigure");
  await http.start();
  document = { ...DOCUMENT, ipListen: [] };
  assertEquals(http.config?.ipListen, DOCUMENT.ipListen);
  http.reconfigure(await readHttpConfig(document, null));
  assertEquals(http.config?.ipListen, []);
  await http.stop();
  assertEquals([http.config, reconfigured, started, flushes, applied], [null, [7], [7, 0], 1, 1]);
  await http.stop();
  assertEquals(http.config, null);
});
