import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  openNotifier,
  Watchdog,
  watchdogIntervalMs,
} from "../../../mod/host/process/service_notify.ts";

Deno.test("watchdogIntervalMs() is a quarter of the manager's time-out for this process", () => {
  const cases: [usec: string | undefined, watched: string | undefined, want: number | null][] = [
    ["30000000", undefined, 7500],
    ["30000000", "7", 7500],
    ["30000000", "8", null],
    [undefined, undefined, null],
    ["0", undefined, null],
    ["1", undefined, 1],
    ["-5", undefined, null],
    ["1e9", undefined, null],
    ["", undefined, null],
  ];
  for (const [usec, watched, want] of cases) {
    assertEquals(watchdogIntervalMs(usec, watched, 7), want, `${usec} ${watched}`);
  }
});

Deno.test("openNotifier() does nothing without a manager, or with one that is gone", async () => {
  for (const socket of [undefined, "/nonexistent/notify", "@httpcfg-nobody"]) {
    const notifier = openNotifier((name) => name === "NOTIFY_SOCKET" ? socket : undefined, {
      check: () => Promise.resolve(),
      log: () => {},
    });
    await notifier.ready("listening");
    notifier.close();
  }
});

Deno.test("Watchdog feeds only after a response, and tells once that there is none", async () => {
  const lines: string[] = [];
  let fed = 0;
  let response = Promise.resolve();
  const watchdog = new Watchdog(
    { check: () => response, log: (line) => lines.push(line) },
    () => Promise.resolve(void fed++),
  );
  await watchdog.tick();
  assertEquals([fed, lines], [1, []]);
  const hung = Promise.withResolvers<void>();
  response = hung.promise;
  const waiting = watchdog.tick();
  for (let i = 0; i < 3; i++) await watchdog.tick();
  assertEquals([fed, lines.length], [1, 1]);
  hung.resolve();
  await waiting;
  assertEquals(fed, 2);
  response = Promise.reject(new Error("connection refused"));
  await watchdog.tick();
  assertEquals([fed, lines.length], [2, 2]);
  assertStringIncludes(lines[1]!, "connection refused");
});
